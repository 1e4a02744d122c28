using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Softmax;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// Softmax of float32 along any axis, in whatever layout: over rows where the axis is innermost, else over vectors of the inner elements.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.Softmax> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"Softmax.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.Softmax op, KernelCase @case) =>
        VectorKernels.Recipe(SoftmaxWork.IsInnermost(@case.Inputs[0], op.Axis) ? "Softmax.vector.rows" : "Softmax.vector.inner");

    protected override bool Supports(Ops.Softmax op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(Ops.Softmax op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override bool WritesOver(Ops.Softmax op, KernelCase @case, int input, int output) => true;

    protected override KernelWork Prepare(Ops.Softmax op, KernelCase @case)
    {
        var work = new SoftmaxWork(@case.Inputs[0], op.Axis);
        return new([work.Pieces], Prepared: work);
    }

    protected override void Run(Ops.Softmax op, in KernelCall call)
    {
        var work = (SoftmaxWork)call.Prepared!;
        float* x = (float*)call.Input(0), y = (float*)call.Output(0);
        if (work.Inner == 1)
        {
            nint row = call.Piece * work.Grain, start = row * work.Length;
            SoftmaxLoops.Softmax<T>(x + start, Math.Min(work.Grain, work.Outer - row), work.Length, y + start);
            return;
        }
        nint strip = call.Piece % work.Strips * work.Grain, at = call.Piece / work.Strips * work.Length * work.Inner + strip;
        SoftmaxLoops.OverChannels<T>(x + at, work.Length, work.Inner, Math.Min(work.Grain, work.Inner - strip), logarithm: false, y + at);
    }
}
