using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.SgdUpdate;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>A step of stochastic gradient descent.</summary>
sealed unsafe class Vector<T> : VectorUpdate<Ops.SgdUpdate, T> where T : unmanaged, IVec<T>
{
    protected override void Update(Ops.SgdUpdate op, in KernelCall call, float rate, float scale, nint start, nint count)
    {
        var step = new SgdStep(rate, (float)op.Momentum, (float)op.WeightDecay, op.Nesterov, scale);
        float* velocity = op.HasVelocity ? (float*)call.Input(2) + start : null;
        float* newVelocity = op.HasVelocity ? (float*)call.Output(1) + start : null;
        OptimizerLoops.Sgd<T>((float*)call.Input(0) + start, (float*)call.Input(1) + start, velocity, count, step,
            (float*)call.Output(0) + start, newVelocity);
    }
}
