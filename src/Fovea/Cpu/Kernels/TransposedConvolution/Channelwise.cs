using Fovea.Cpu.Kernels.Convolution;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.TransposedConvolution;

/// <summary>
/// Transposed convolution in groups of few channels (depthwise: of one), with vectors over the channels; the recipe, and so the bits, of
/// the direct one.
/// </summary>
/// <remarks>The heart is <see cref="ChannelwiseConvolution{T}"/>; bench/results has its speed.</remarks>
sealed class Channelwise<T> : Kernel<Ops.TransposedConvolution> where T : unmanaged, IVec<T>
{
    public override string Name { get; } = $"TransposedConvolution.channelwise.{ConvolutionRecipes.Width<T>()}";

    protected override string Recipe(Ops.TransposedConvolution op, KernelCase @case) => ConvolutionRecipes.Direct(!SimdWidth.HasFma);

    protected override bool Supports(Ops.TransposedConvolution op, KernelCase @case)
        => T.IsSupported && ConvolutionSizes.Fit(op.Geometry, @case.Outputs[0], @case.Inputs[1], @case.Inputs[0])
            && ChannelwiseConvolution<T>.Fits(op.Geometry.Groups, @case.Inputs[0].Sizes[1], @case.Outputs[0].Sizes[1]);

    protected override LayoutRule Layouts(Ops.TransposedConvolution op, KernelCase @case) => ConvolutionSizes.ChannelsLast(@case);

    protected override KernelWork Prepare(Ops.TransposedConvolution op, KernelCase @case)
    {
        var sizes = ConvolutionSizes.Of(op.Geometry, @case.Outputs[0], @case.Inputs[1], @case.Inputs[0]);
        return ChannelwiseConvolution<T>.InputGradient(sizes, hasBias: @case.Inputs.Length == 3).Work;
    }

    protected override void Run(Ops.TransposedConvolution op, in KernelCall call) => ((ChannelwiseConvolution<T>)call.Prepared!).Run(call);
}
