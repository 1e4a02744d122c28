using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.AdadeltaUpdate;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>A step of Adadelta.</summary>
sealed unsafe class Vector<T> : VectorUpdate<Ops.AdadeltaUpdate, T> where T : unmanaged, IVec<T>
{
    protected override void Update(Ops.AdadeltaUpdate op, in KernelCall call, float rate, float scale, nint start, nint count)
    {
        var step = new AdadeltaStep(rate, op.Rho, (float)op.Epsilon, (float)op.WeightDecay, scale);
        OptimizerLoops.Adadelta<T>((float*)call.Input(0) + start, (float*)call.Input(1) + start, (float*)call.Input(2) + start,
            (float*)call.Input(3) + start, count, step, (float*)call.Output(0) + start, (float*)call.Output(1) + start,
            (float*)call.Output(2) + start);
    }
}
