using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.CrossEntropyGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>The gradient of cross-entropies of float32 logits, channels-last: the classes of a label are neighbours.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.CrossEntropyGradient> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"CrossEntropyGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.CrossEntropyGradient op, KernelCase @case) => VectorKernels.Recipe("CrossEntropyGradient.vector");

    protected override bool Supports(Ops.CrossEntropyGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(Ops.CrossEntropyGradient op, KernelCase @case) =>
        new([.. @case.Inputs.Select((_, i) => i == 0 ? Placement.ChannelsLast : Placement.RowMajor)], [Placement.ChannelsLast]);

    protected override bool WritesOver(Ops.CrossEntropyGradient op, KernelCase @case, int input, int output) => input == 0;

    protected override KernelWork Prepare(Ops.CrossEntropyGradient op, KernelCase @case) =>
        new([VectorKernels.Pieces(@case.Inputs[1].Count, RowsOfPiece(@case))]);

    protected override void Run(Ops.CrossEntropyGradient op, in KernelCall call)
    {
        nint classes = call.Case.Inputs[0].Sizes[1], rows = RowsOfPiece(call.Case), first = call.Piece * rows;
        var target = new CrossEntropyTarget(op.LabelSmoothing, op.Ignored, call.Case.Inputs.Length > 3 ? (float*)call.Input(3) : null);
        CrossEntropyLoops.Gradient<T, long>((float*)call.Input(0) + first * classes, (long*)call.Input(1) + first,
            (float*)call.Input(2) + first, Math.Min(rows, (nint)call.Case.Inputs[1].Count - first), classes, target,
            (float*)call.Output(0) + first * classes);
    }

    static nint RowsOfPiece(KernelCase @case) => Math.Max(1, VectorKernels.Grain / @case.Inputs[0].Sizes[1]);
}
