using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.MaxPool;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Max pooling, a vector of channels at a time.</summary>
sealed unsafe class Vector<T> : PoolKernel<Ops.MaxPool, T> where T : unmanaged, IVec<T>
{
    // Zeros of both signs in one window are told apart by the loop with indices alone.
    protected override string Recipe(Ops.MaxPool op, KernelCase @case) => op.WithIndices ? "MaxPool.vector.indices" : "MaxPool.vector";

    protected override PoolWindow Window(Ops.MaxPool op, KernelCase @case) =>
        PoolWindows.Of(op.Geometry, @case.Inputs[0], @case.Outputs[0]);

    protected override void Rows(Ops.MaxPool op, in KernelCall call, PoolWindow window, nint first, nint count, nint* offsets)
    {
        float* x = (float*)call.Input(0), y = (float*)call.Output(0);
        if (op.WithIndices) MaxPoolLoops.ForwardWithIndices<T>(x, window, first, count, offsets, y, (long*)call.Output(1));
        else MaxPoolLoops.Forward<T>(x, window, first, count, offsets, y);
    }
}
