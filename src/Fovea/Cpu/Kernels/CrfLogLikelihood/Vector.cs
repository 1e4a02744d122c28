using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.CrfLogLikelihood;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Log-likelihoods of tags, a sequence after the other; the tags of a place are neighbours (channels-last).</summary>
sealed unsafe class Vector<T> : Kernel<Ops.CrfLogLikelihood> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"CrfLogLikelihood.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.CrfLogLikelihood op, KernelCase @case) => VectorKernels.Recipe("CrfLogLikelihood.vector");

    protected override bool Supports(Ops.CrfLogLikelihood op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Sizes[1] > 0;

    protected override LayoutRule Layouts(Ops.CrfLogLikelihood op, KernelCase @case) =>
        new([.. @case.Inputs.Select((_, i) => i == 0 ? Placement.ChannelsLast : Placement.RowMajor)], [Placement.RowMajor]);

    protected override KernelWork Prepare(Ops.CrfLogLikelihood op, KernelCase @case) => new(
        [Math.Max(1, @case.Inputs[0].Sizes[0])],
        WalkerScratch: (long)CrfLoops.LogLikelihoodFloats(@case.Inputs[0].Sizes[1]) * sizeof(float));

    protected override void Run(Ops.CrfLogLikelihood op, in KernelCall call)
    {
        int sequence = call.Piece;
        var sizes = call.Case.Inputs[0].Sizes;
        if (sequence >= sizes[0]) return;
        int length = CrfSequence.Length(call.Source<long>(2), sequence, sizes[2]);
        _ = CrfSequence.Tags(call.Source<long>(1), sequence, sizes[2], length, sizes[1]);
        var chain = new CrfChain(sizes[1], (float*)call.Input(3), (float*)call.Input(4), (float*)call.Input(5));
        ((float*)call.Output(0))[sequence] = CrfLoops.LogLikelihood<T>(chain, (float*)call.Input(0) + (nint)sequence * sizes[1] * sizes[2],
            length, (long*)call.Input(1) + (nint)sequence * sizes[2], (float*)call.WalkerScratch);
    }
}
