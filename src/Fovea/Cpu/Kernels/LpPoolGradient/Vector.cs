using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.LpPoolGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>The gradient of Lp pooling, a vector of channels at a time.</summary>
sealed unsafe class Vector<T> : PoolGradientKernel<Ops.LpPoolGradient, T> where T : unmanaged, IVec<T>
{
    protected override PoolWindow Window(Ops.LpPoolGradient op, KernelCase @case) =>
        PoolWindows.Of(op.Geometry, @case.Inputs[0], @case.Inputs[1]);

    protected override void Rows(Ops.LpPoolGradient op, in KernelCall call, PoolWindow window, nint first, nint count)
    {
        float* x = (float*)call.Input(0), y = (float*)call.Input(1), dy = (float*)call.Input(2), dx = (float*)call.Output(0);
        switch (op.P)
        {
            case 1: LpPoolLoops.Gradient<T, AbsoluteNorm>(x, y, dy, window, default, first, count, dx); break;
            case 2: LpPoolLoops.Gradient<T, EuclideanNorm>(x, y, dy, window, default, first, count, dx); break;
            case 3: LpPoolLoops.Gradient<T, CubicNorm>(x, y, dy, window, default, first, count, dx); break;
            default: LpPoolLoops.Gradient<T, PowerNorm>(x, y, dy, window, new((float)op.P), first, count, dx); break;
        }
    }
}
