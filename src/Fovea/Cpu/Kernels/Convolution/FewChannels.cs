using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Direct convolution straight from an image of few channels, in any layout: a network's first layer. It has the recipe, and so the
/// bits, of <see cref="Direct{TMicro}"/>, which it only outruns.
/// </summary>
/// <remarks>The heart is <see cref="GatheredConvolution{TMicro}"/>; bench/results has its speed.</remarks>
sealed class FewChannels<TMicro> : Kernel<Ops.Convolution> where TMicro : struct, IMicroKernel
{
    const int MostChannels = 4;
    const int MostSteps = 1024;

    public override string Name { get; } = $"Convolution.image.{TMicro.Name}";

    protected override string Recipe(Ops.Convolution op, KernelCase @case) => ConvolutionRecipes.Direct<TMicro>();

    protected override bool Supports(Ops.Convolution op, KernelCase @case)
        => TMicro.IsSupported && op.Geometry.Groups == 1 && @case.Inputs[0].Sizes[1] <= MostChannels
            && ConvolutionSizes.Fit(op.Geometry, @case.Inputs[0], @case.Inputs[1], @case.Outputs[0])
            && @case.Inputs[1].Count / @case.Inputs[1].Sizes[0] <= MostSteps;

    protected override LayoutRule Layouts(Ops.Convolution op, KernelCase @case)
    {
        var rule = ConvolutionSizes.ChannelsLast(@case);
        rule.Inputs[0] = Placement.Any;
        return rule;
    }

    protected override KernelWork Prepare(Ops.Convolution op, KernelCase @case)
    {
        var sizes = ConvolutionSizes.Of(op.Geometry, @case.Inputs[0], @case.Inputs[1], @case.Outputs[0]);
        return new GatheredConvolution<TMicro>(sizes, @case.Inputs[0], hasBias: @case.Inputs.Length == 3).Work;
    }

    protected override void Run(Ops.Convolution op, in KernelCall call) => ((GatheredConvolution<TMicro>)call.Prepared!).Run(call);
}
