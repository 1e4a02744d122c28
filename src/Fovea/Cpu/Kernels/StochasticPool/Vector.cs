using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.StochasticPool;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Stochastic pooling, a vector of channels at a time.</summary>
sealed unsafe class Vector<T> : PoolKernel<Ops.StochasticPool, T> where T : unmanaged, IVec<T>
{
    protected override string Recipe(Ops.StochasticPool op, KernelCase @case) => "StochasticPool.vector";

    protected override PoolWindow Window(Ops.StochasticPool op, KernelCase @case) =>
        PoolWindows.Of(op.Geometry, @case.Inputs[0], @case.Outputs[0]);

    protected override void Rows(Ops.StochasticPool op, in KernelCall call, PoolWindow window, nint first, nint count, nint* offsets) =>
        StochasticPoolLoops.Forward<T>((float*)call.Input(0), (float*)call.Input(1), window, first, count, offsets,
            (float*)call.Output(0), (long*)call.Output(1));
}
