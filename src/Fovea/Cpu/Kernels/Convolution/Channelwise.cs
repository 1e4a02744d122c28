using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Convolution in groups of few channels (depthwise: of one), with vectors over the channels; the recipe, and so the bits, of direct
/// convolution.
/// </summary>
/// <remarks>The heart is <see cref="ChannelwiseConvolution{T}"/>; bench/results has its speed.</remarks>
sealed class Channelwise<T> : Kernel<Ops.Convolution> where T : unmanaged, IVec<T>
{
    public override string Name { get; } = $"Convolution.channelwise.{ConvolutionRecipes.Width<T>()}";

    protected override string Recipe(Ops.Convolution op, KernelCase @case) => ConvolutionRecipes.Direct(!SimdWidth.HasFma);

    protected override bool Supports(Ops.Convolution op, KernelCase @case)
        => T.IsSupported && ConvolutionSizes.Fit(op.Geometry, @case.Inputs[0], @case.Inputs[1], @case.Outputs[0])
            && ChannelwiseConvolution<T>.Fits(op.Geometry.Groups, @case.Inputs[0].Sizes[1], @case.Outputs[0].Sizes[1]);

    protected override LayoutRule Layouts(Ops.Convolution op, KernelCase @case) => ConvolutionSizes.ChannelsLast(@case);

    protected override KernelWork Prepare(Ops.Convolution op, KernelCase @case)
    {
        var sizes = ConvolutionSizes.Of(op.Geometry, @case.Inputs[0], @case.Inputs[1], @case.Outputs[0]);
        return ChannelwiseConvolution<T>.Forward(sizes, hasBias: @case.Inputs.Length == 3).Work;
    }

    protected override void Run(Ops.Convolution op, in KernelCall call) => ((ChannelwiseConvolution<T>)call.Prepared!).Run(call);
}
