using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.CrossEntropy;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Cross-entropies of float32 logits, channels-last: the classes of a label are neighbours.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.CrossEntropy> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"CrossEntropy.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.CrossEntropy op, KernelCase @case) => VectorKernels.Recipe("CrossEntropy.vector");

    protected override bool Supports(Ops.CrossEntropy op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(Ops.CrossEntropy op, KernelCase @case) =>
        new([.. @case.Inputs.Select((_, i) => i == 0 ? Placement.ChannelsLast : Placement.RowMajor)], [Placement.RowMajor]);

    protected override KernelWork Prepare(Ops.CrossEntropy op, KernelCase @case) => new(
        [VectorKernels.Pieces(@case.Outputs[0].Count, RowsOfPiece(@case))],
        WalkerScratch: @case.Inputs.Length > 2 && op.LabelSmoothing != 0 ? (long)@case.Inputs[0].Sizes[1] * sizeof(float) : 0);

    protected override void Run(Ops.CrossEntropy op, in KernelCall call)
    {
        nint classes = call.Case.Inputs[0].Sizes[1], rows = RowsOfPiece(call.Case), first = call.Piece * rows;
        var target = new CrossEntropyTarget(op.LabelSmoothing, op.Ignored, call.Case.Inputs.Length > 2 ? (float*)call.Input(2) : null);
        CrossEntropyLoops.Loss<T, long>((float*)call.Input(0) + first * classes, (long*)call.Input(1) + first,
            Math.Min(rows, (nint)call.Case.Outputs[0].Count - first), classes, target, (float*)call.WalkerScratch,
            (float*)call.Output(0) + first);
    }

    static nint RowsOfPiece(KernelCase @case) => Math.Max(1, VectorKernels.Grain / @case.Inputs[0].Sizes[1]);
}
