using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.CtcLoss;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>−ln p of targets, a sample after the other, channels-last: the classes of a frame are neighbours.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.CtcLoss> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"CtcLoss.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.CtcLoss op, KernelCase @case) => VectorKernels.Recipe("CtcLoss.vector");

    protected override bool Supports(Ops.CtcLoss op, KernelCase @case) => T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.CtcLoss op, KernelCase @case) =>
        new([.. @case.Inputs.Select((_, i) => i == 0 ? Placement.ChannelsLast : Placement.RowMajor)], [Placement.RowMajor]);

    protected override KernelWork Prepare(Ops.CtcLoss op, KernelCase @case) => new(
        [Math.Max(1, @case.Inputs[0].Sizes[0])], WalkerScratch: (long)CtcLoops.LossFloats(@case.Inputs[1].Sizes[1]) * sizeof(float));

    protected override void Run(Ops.CtcLoss op, in KernelCall call)
    {
        int sample = call.Piece;
        if (sample >= call.Case.Inputs[0].Sizes[0]) return;
        float loss = CtcLoops.Loss<T>(CtcSamples.At(call, sample, op.Blank), (float*)call.WalkerScratch);
        ((float*)call.Output(0))[sample] = op.ZeroInfinity && float.IsPositiveInfinity(loss) ? 0f : loss;
    }
}

/// <summary>The samples of a call, checked.</summary>
static unsafe class CtcSamples
{
    /// <exception cref="ArgumentException">A length is out of range, or a label is no class or the blank.</exception>
    public static CtcSample At(in KernelCall call, int sample, int blank)
    {
        var sizes = call.Case.Inputs[0].Sizes;
        int width = call.Case.Inputs[1].Sizes[1];
        var (frames, labels) = CtcTarget.Check(
            call.Source<long>(1), call.Source<long>(2), call.Source<long>(3), sample, sizes[2], sizes[1], blank);
        return new((float*)call.Input(0) + (nint)sample * sizes[1] * sizes[2], frames, sizes[1],
            (long*)call.Input(1) + (nint)sample * width, labels, blank);
    }
}
