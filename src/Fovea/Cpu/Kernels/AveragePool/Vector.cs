using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.AveragePool;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Average pooling, a vector of channels at a time.</summary>
sealed unsafe class Vector<T> : PoolKernel<Ops.AveragePool, T> where T : unmanaged, IVec<T>
{
    protected override string Recipe(Ops.AveragePool op, KernelCase @case) => "AveragePool.vector";

    protected override PoolWindow Window(Ops.AveragePool op, KernelCase @case) =>
        PoolWindows.Of(op.Geometry, @case.Inputs[0], @case.Outputs[0]) with { Divisor = op.Divisor };

    protected override void Rows(Ops.AveragePool op, in KernelCall call, PoolWindow window, nint first, nint count, nint* offsets) =>
        AveragePoolLoops.Forward<T>((float*)call.Input(0), window, op.CountPadding, first, count, offsets, (float*)call.Output(0));
}
