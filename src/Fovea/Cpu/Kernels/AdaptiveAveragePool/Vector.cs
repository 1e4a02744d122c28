using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.AdaptiveAveragePool;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Average pooling of bins, a vector of channels at a time.</summary>
sealed unsafe class Vector<T> : PoolKernel<Ops.AdaptiveAveragePool, T> where T : unmanaged, IVec<T>
{
    protected override string Recipe(Ops.AdaptiveAveragePool op, KernelCase @case) => "AdaptiveAveragePool.vector";

    protected override PoolWindow Window(Ops.AdaptiveAveragePool op, KernelCase @case) =>
        PoolWindows.Bins(@case.Inputs[0], @case.Outputs[0]);

    protected override void Rows(Ops.AdaptiveAveragePool op, in KernelCall call, PoolWindow window, nint first, nint count,
        nint* offsets) =>
        AveragePoolLoops.Forward<T>((float*)call.Input(0), window, countPadding: false, first, count, offsets, (float*)call.Output(0));
}
