using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.LpPool;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Lp pooling, a vector of channels at a time; P = 1, 2 and 3 need no logarithm.</summary>
sealed unsafe class Vector<T> : PoolKernel<Ops.LpPool, T> where T : unmanaged, IVec<T>
{
    protected override string Recipe(Ops.LpPool op, KernelCase @case) => VectorKernels.Recipe("LpPool.vector");

    protected override PoolWindow Window(Ops.LpPool op, KernelCase @case) =>
        PoolWindows.Of(op.Geometry, @case.Inputs[0], @case.Outputs[0]);

    protected override void Rows(Ops.LpPool op, in KernelCall call, PoolWindow window, nint first, nint count, nint* offsets)
    {
        float* x = (float*)call.Input(0), y = (float*)call.Output(0);
        switch (op.P)
        {
            case 1: LpPoolLoops.Forward<T, AbsoluteNorm>(x, window, default, first, count, offsets, y); break;
            case 2: LpPoolLoops.Forward<T, EuclideanNorm>(x, window, default, first, count, offsets, y); break;
            case 3: LpPoolLoops.Forward<T, CubicNorm>(x, window, default, first, count, offsets, y); break;
            default: LpPoolLoops.Forward<T, PowerNorm>(x, window, new((float)op.P), first, count, offsets, y); break;
        }
    }
}
