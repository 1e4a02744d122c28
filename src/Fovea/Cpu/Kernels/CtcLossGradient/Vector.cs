using Fovea.Cpu.Kernels.CtcLoss;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.CtcLossGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>The gradient of −ln p of targets, a sample after the other, channels-last: the classes of a frame are neighbours.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.CtcLossGradient> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"CtcLossGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.CtcLossGradient op, KernelCase @case) => VectorKernels.Recipe("CtcLossGradient.vector");

    protected override bool Supports(Ops.CtcLossGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.CtcLossGradient op, KernelCase @case) =>
        new([.. @case.Inputs.Select((_, i) => i == 0 ? Placement.ChannelsLast : Placement.RowMajor)], [Placement.ChannelsLast]);

    protected override KernelWork Prepare(Ops.CtcLossGradient op, KernelCase @case) => new([Math.Max(1, @case.Inputs[0].Sizes[0])],
        WalkerScratch: (long)CtcLoops.GradientFloats(@case.Inputs[0].Sizes[2], @case.Inputs[1].Sizes[1]) * sizeof(float));

    protected override void Run(Ops.CtcLossGradient op, in KernelCall call)
    {
        int piece = call.Piece;
        var sizes = call.Case.Inputs[0].Sizes;
        if (piece >= sizes[0]) return;
        var sample = CtcSamples.At(call, piece, op.Blank);
        nint frame = sizes[1], whole = frame * sizes[2], own = frame * sample.Frames;
        float* target = (float*)call.Output(0) + piece * whole;
        CtcLoops.Gradient<T>(sample, ((float*)call.Input(4))[piece], op.ZeroInfinity, (float*)call.WalkerScratch, target);
        ElementwiseLoops.Fill<T>(0f, whole - own, target + own);
    }
}
