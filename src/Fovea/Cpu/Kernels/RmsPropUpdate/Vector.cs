using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.RmsPropUpdate;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>A step of RMSprop.</summary>
sealed unsafe class Vector<T> : VectorUpdate<Ops.RmsPropUpdate, T> where T : unmanaged, IVec<T>
{
    protected override void Update(Ops.RmsPropUpdate op, in KernelCall call, float rate, float scale, nint start, nint count)
    {
        var step = new RmsPropStep(rate, op.Alpha, (float)op.Epsilon, (float)op.Momentum, (float)op.WeightDecay, scale);
        float* mean = op.Centered ? (float*)call.Input(3) + start : null, newMean = op.Centered ? (float*)call.Output(2) + start : null;
        float* velocity = op.HasVelocity ? (float*)call.Input(op.VelocityInput) + start : null;
        float* newVelocity = op.HasVelocity ? (float*)call.Output(op.VelocityInput - 1) + start : null;
        OptimizerLoops.RmsProp<T>((float*)call.Input(0) + start, (float*)call.Input(1) + start, (float*)call.Input(2) + start, mean,
            velocity, count, step, (float*)call.Output(0) + start, (float*)call.Output(1) + start, newMean, newVelocity);
    }
}
