using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.LayerNormalization;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Layer normalisation of row-major float32 values, cut into rows.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.LayerNormalization> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"LayerNormalization.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.LayerNormalization op, KernelCase @case) => VectorKernels.Recipe("LayerNormalization.vector");

    protected override bool Supports(Ops.LayerNormalization op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    // A row is read whole before it is written.
    protected override bool WritesOver(Ops.LayerNormalization op, KernelCase @case, int input, int output) => input == 0;

    protected override KernelWork Prepare(Ops.LayerNormalization op, KernelCase @case)
    {
        var work = new TrailingRows(@case.Inputs[0], op.Axis);
        return new([work.Pieces], Prepared: work);
    }

    protected override void Run(Ops.LayerNormalization op, in KernelCall call)
    {
        var work = (TrailingRows)call.Prepared!;
        var (row, rows) = work.Piece(call.Piece);
        nint at = row * work.Columns;
        LayerNormLoops.Forward<T>((float*)call.Input(0) + at, rows, work.Columns, centred: true, op.Epsilon, (float*)call.Input(1),
            (float*)call.Input(2), (float*)call.Output(0) + at);
    }
}
