using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.AdamUpdate;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>A step of Adam.</summary>
sealed unsafe class Vector<T> : VectorUpdate<Ops.AdamUpdate, T> where T : unmanaged, IVec<T>
{
    protected override void Update(Ops.AdamUpdate op, in KernelCall call, float rate, float scale, nint start, nint count)
    {
        long number = *(long*)call.Input(5);
        var step = new AdamStep(rate, op.Beta1, op.Beta2, (float)op.Epsilon, (float)op.WeightDecay, op.Decoupled,
            Ops.AdamUpdate.Correction(op.Beta1, number), Ops.AdamUpdate.Correction(op.Beta2, number), scale);
        OptimizerLoops.Adam<T>((float*)call.Input(0) + start, (float*)call.Input(1) + start, (float*)call.Input(2) + start,
            (float*)call.Input(3) + start, count, step, (float*)call.Output(0) + start, (float*)call.Output(1) + start,
            (float*)call.Output(2) + start);
    }
}
