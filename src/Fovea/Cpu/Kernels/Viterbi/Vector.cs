using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Viterbi;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>The best tags, a sequence after the other; the tags of a place are neighbours (channels-last).</summary>
sealed unsafe class Vector<T> : Kernel<Ops.Viterbi> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"Viterbi.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.Viterbi op, KernelCase @case) => VectorKernels.Recipe("Viterbi.vector");

    protected override bool Supports(Ops.Viterbi op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Sizes[1] > 0;

    protected override LayoutRule Layouts(Ops.Viterbi op, KernelCase @case) =>
        new([.. @case.Inputs.Select((_, i) => i == 0 ? Placement.ChannelsLast : Placement.RowMajor)], [Placement.RowMajor]);

    protected override KernelWork Prepare(Ops.Viterbi op, KernelCase @case) => new([Math.Max(1, @case.Inputs[0].Sizes[0])],
        WalkerScratch: CrfLoops.BestBytes(@case.Inputs[0].Sizes[2], @case.Inputs[0].Sizes[1]));

    protected override void Run(Ops.Viterbi op, in KernelCall call)
    {
        int sequence = call.Piece;
        var sizes = call.Case.Inputs[0].Sizes;
        if (sequence >= sizes[0]) return;
        int length = CrfSequence.Length(call.Source<long>(1), sequence, sizes[2]);
        var tags = call.Target<long>(0).Slice(sequence * sizes[2], sizes[2]);
        tags[length..].Fill(-1);
        if (length == 0) return;
        var chain = new CrfChain(sizes[1], (float*)call.Input(2), (float*)call.Input(3), (float*)call.Input(4));
        CrfLoops.Best<T>(chain, (float*)call.Input(0) + (nint)sequence * sizes[1] * sizes[2], length, (float*)call.WalkerScratch,
            (long*)call.Output(0) + (nint)sequence * sizes[2]);
    }
}
