using Fovea.Cpu.Kernels.Convolution;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.ConvolutionWeightGradient;

/// <summary>The weight gradient of a depthwise convolution, with vectors over the channels; the recipe of the direct one.</summary>
/// <remarks>The heart is <see cref="ChannelwiseWeightGradient{T}"/>; bench/results has its speed.</remarks>
sealed unsafe class Channelwise<T> : Kernel<Ops.ConvolutionWeightGradient> where T : unmanaged, IVec<T>
{
    /// <inheritdoc/>
    public override string Name { get; } = $"ConvolutionWeightGradient.channelwise.{ConvolutionRecipes.Width<T>()}";

    /// <inheritdoc/>
    protected override string Recipe(Ops.ConvolutionWeightGradient op, KernelCase @case) =>
        WeightGradientSchedule.Recipe(WeightGradientSizes.Of(op, @case), !SimdWidth.HasFma);

    /// <inheritdoc/>
    protected override bool Supports(Ops.ConvolutionWeightGradient op, KernelCase @case)
    {
        if (!T.IsSupported || @case.Inputs[0].Element != Tensors.ElementType.Float32) return false;
        var sizes = WeightGradientSizes.Of(op, @case);
        bool depthwise = sizes.InputChannels == 1 && sizes.OutputChannels == 1;
        return depthwise && WeightGradientSchedule.Order(in sizes) == WeightGradientSchedule.Ascending;
    }

    /// <inheritdoc/>
    protected override LayoutRule Layouts(Ops.ConvolutionWeightGradient op, KernelCase @case) =>
        new([Placement.ChannelsLast, Placement.ChannelsLast], [Placement.RowMajor]);

    /// <inheritdoc/>
    protected override KernelWork Prepare(Ops.ConvolutionWeightGradient op, KernelCase @case)
    {
        var gradient = new ChannelwiseWeightGradient<T>(WeightGradientSizes.Of(op, @case));
        return new([gradient.Pieces], WalkerScratch: gradient.ScratchBytes, Prepared: gradient);
    }

    /// <inheritdoc/>
    protected override void Run(Ops.ConvolutionWeightGradient op, in KernelCall call) =>
        ((ChannelwiseWeightGradient<T>)call.Prepared!).Run(call.Piece, (float*)call.Input(0), (float*)call.Input(1),
            (float*)call.WalkerScratch, (float*)call.Output(0));
}
