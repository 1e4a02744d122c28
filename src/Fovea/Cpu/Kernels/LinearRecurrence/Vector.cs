using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.LinearRecurrence;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// The recurrence over float32, in whatever layout: several rows at once where the axis is innermost, else vectors of the inner elements.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.LinearRecurrence> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"LinearRecurrence.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.LinearRecurrence op, KernelCase @case) => VectorKernels.Recipe("LinearRecurrence.vector");

    protected override bool Supports(Ops.LinearRecurrence op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(Ops.LinearRecurrence op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override bool WritesOver(Ops.LinearRecurrence op, KernelCase @case, int input, int output) => true;

    protected override KernelWork Prepare(Ops.LinearRecurrence op, KernelCase @case)
    {
        var work = new SoftmaxWork(@case.Inputs[0], op.Axis);
        return new([work.Pieces], Prepared: work);
    }

    protected override void Run(Ops.LinearRecurrence op, in KernelCall call)
    {
        var work = (SoftmaxWork)call.Prepared!;
        float* x = (float*)call.Input(0), a = (float*)call.Input(1), y = (float*)call.Output(0);
        if (work.Inner == 1)
        {
            nint row = call.Piece * work.Grain, start = row * work.Length;
            ScanLoops.RecurrenceRows(x + start, a + start, Math.Min(work.Grain, work.Outer - row), work.Length, op.Reverse, y + start);
            return;
        }
        nint strip = call.Piece % work.Strips * work.Grain, at = call.Piece / work.Strips * work.Length * work.Inner + strip;
        ScanLoops.RecurrenceColumns<T>(
            x + at, a + at, work.Length, work.Inner, Math.Min(work.Grain, work.Inner - strip), op.Reverse, y + at);
    }
}
