using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.LocalResponseNormalizationGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>The gradient of local response normalisation over channels-last float32 images, cut into pixels.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.LocalResponseNormalizationGradient> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"LocalResponseNormalizationGradient.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.LocalResponseNormalizationGradient op, KernelCase @case) =>
        VectorKernels.Recipe("LocalResponseNormalizationGradient.vector");

    protected override bool Supports(Ops.LocalResponseNormalizationGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(Ops.LocalResponseNormalizationGradient op, KernelCase @case) =>
        LayoutRule.All(Placement.ChannelsLast, @case);

    protected override KernelWork Prepare(Ops.LocalResponseNormalizationGradient op, KernelCase @case) =>
        ResponseRows.Prepare(op.Forward, @case.Inputs[0]);

    protected override void Run(Ops.LocalResponseNormalizationGradient op, in KernelCall call)
    {
        var work = (ResponseRows)call.Prepared!;
        var (at, rows) = work.Piece(call.Piece);
        LocalResponseLoops.Gradient<T>((float*)call.Input(0) + at, (float*)call.Input(1) + at, rows, work.Channels, work.Window,
            (float*)call.WalkerScratch, (float*)call.Output(0) + at);
    }
}
