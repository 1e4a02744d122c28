using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.AdaptiveAveragePoolGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>The gradient of average pooling of bins, a vector of channels at a time.</summary>
sealed unsafe class Vector<T> : PoolGradientKernel<Ops.AdaptiveAveragePoolGradient, T> where T : unmanaged, IVec<T>
{
    protected override PoolWindow Window(Ops.AdaptiveAveragePoolGradient op, KernelCase @case) =>
        PoolWindows.Bins(@case.Outputs[0], @case.Inputs[0]);

    protected override void Rows(Ops.AdaptiveAveragePoolGradient op, in KernelCall call, PoolWindow window, nint first, nint count) =>
        AveragePoolLoops.Gradient<T>((float*)call.Input(0), window, countPadding: false, first, count, (float*)call.Output(0));
}
