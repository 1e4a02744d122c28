using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.AveragePoolGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>The gradient of average pooling, a vector of channels at a time.</summary>
sealed unsafe class Vector<T> : PoolGradientKernel<Ops.AveragePoolGradient, T> where T : unmanaged, IVec<T>
{
    protected override PoolWindow Window(Ops.AveragePoolGradient op, KernelCase @case) =>
        PoolWindows.Of(op.Geometry, @case.Outputs[0], @case.Inputs[0]) with { Divisor = op.Divisor };

    protected override void Rows(Ops.AveragePoolGradient op, in KernelCall call, PoolWindow window, nint first, nint count) =>
        AveragePoolLoops.Gradient<T>((float*)call.Input(0), window, op.CountPadding, first, count, (float*)call.Output(0));
}
