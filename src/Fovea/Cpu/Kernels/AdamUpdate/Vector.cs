using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.AdamUpdate;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>A step of Adam over float32 parameters in one pass; in place where the plan wants that.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.AdamUpdate> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"AdamUpdate.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.AdamUpdate op, KernelCase @case) => VectorKernels.Recipe("AdamUpdate.vector");

    protected override bool Supports(Ops.AdamUpdate op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.AdamUpdate op, KernelCase @case) =>
        new([.. @case.Inputs.Select((_, i) => i < 4 ? Placement.Common : Placement.RowMajor)],
            [.. @case.Outputs.Select(_ => Placement.Common)]);

    protected override bool WritesOver(Ops.AdamUpdate op, KernelCase @case, int input, int output) => input < 4;

    protected override KernelWork Prepare(Ops.AdamUpdate op, KernelCase @case) => new([VectorKernels.Pieces(@case.Outputs[0].Count)]);

    protected override void Run(Ops.AdamUpdate op, in KernelCall call)
    {
        nint start = (nint)call.Piece * VectorKernels.Grain;
        nint count = (nint)Math.Min(VectorKernels.Grain, call.Case.Outputs[0].Count - start);
        float rate = *(float*)call.Input(4), scale = call.Case.Inputs.Length > 6 ? *(float*)call.Input(6) : 1f;
        if (!float.IsFinite(scale))
        {
            VectorKernels.PassOn(call, 0, 0, start, count);
            VectorKernels.PassOn(call, 2, 1, start, count);
            VectorKernels.PassOn(call, 3, 2, start, count);
            return;
        }
        long number = *(long*)call.Input(5);
        var step = new AdamStep(rate, op.Beta1, op.Beta2, (float)op.Epsilon, (float)op.WeightDecay, op.Decoupled,
            Ops.AdamUpdate.Correction(op.Beta1, number), Ops.AdamUpdate.Correction(op.Beta2, number), scale);
        OptimizerLoops.Adam<T>((float*)call.Input(0) + start, (float*)call.Input(1) + start, (float*)call.Input(2) + start,
            (float*)call.Input(3) + start, count, step, (float*)call.Output(0) + start, (float*)call.Output(1) + start,
            (float*)call.Output(2) + start);
    }
}
