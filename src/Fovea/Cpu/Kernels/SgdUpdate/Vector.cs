using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.SgdUpdate;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>A step of stochastic gradient descent over float32 parameters in one pass; in place where the plan wants that.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.SgdUpdate> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"SgdUpdate.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.SgdUpdate op, KernelCase @case) => VectorKernels.Recipe("SgdUpdate.vector");

    protected override bool Supports(Ops.SgdUpdate op, KernelCase @case) => T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.SgdUpdate op, KernelCase @case) =>
        new([.. @case.Inputs.Select((_, i) => i < op.LearningRateInput ? Placement.Common : Placement.RowMajor)],
            [.. @case.Outputs.Select(_ => Placement.Common)]);

    protected override bool WritesOver(Ops.SgdUpdate op, KernelCase @case, int input, int output) => input < op.LearningRateInput;

    protected override KernelWork Prepare(Ops.SgdUpdate op, KernelCase @case) => new([VectorKernels.Pieces(@case.Outputs[0].Count)]);

    protected override void Run(Ops.SgdUpdate op, in KernelCall call)
    {
        int rate = op.LearningRateInput;
        nint start = (nint)call.Piece * VectorKernels.Grain;
        nint count = (nint)Math.Min(VectorKernels.Grain, call.Case.Outputs[0].Count - start);
        float scale = call.Case.Inputs.Length > rate + 1 ? *(float*)call.Input(rate + 1) : 1f;
        if (!float.IsFinite(scale))
        {
            VectorKernels.PassOn(call, 0, 0, start, count);
            if (op.HasVelocity) VectorKernels.PassOn(call, 2, 1, start, count);
            return;
        }
        var step = new SgdStep(*(float*)call.Input(rate), (float)op.Momentum, (float)op.WeightDecay, op.Nesterov, scale);
        float* velocity = op.HasVelocity ? (float*)call.Input(2) + start : null;
        float* newVelocity = op.HasVelocity ? (float*)call.Output(1) + start : null;
        OptimizerLoops.Sgd<T>((float*)call.Input(0) + start, (float*)call.Input(1) + start, velocity, count, step,
            (float*)call.Output(0) + start, newVelocity);
    }
}
