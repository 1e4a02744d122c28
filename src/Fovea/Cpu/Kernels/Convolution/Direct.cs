using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Direct convolution, <c>y[n, q, o] = bias[o] + Σ over taps t, channels c of x[n, q·stride − padding + t·dilation, c] · w[o, c, t]</c>,
/// channels-last, any number of axes up to three, groups as loops of their own.
/// </summary>
/// <remarks>The heart, its loop order, tails and borders are in <see cref="TiledConvolution{TMicro}"/>; bench/results has its speed.</remarks>
sealed class Direct<TMicro> : Kernel<Ops.Convolution> where TMicro : struct, IMicroKernel
{
    public override string Name { get; } = $"Convolution.direct.{TMicro.Name}";

    protected override string Recipe(Ops.Convolution op, KernelCase @case) => ConvolutionRecipes.Direct<TMicro>();

    protected override bool Supports(Ops.Convolution op, KernelCase @case)
        => TMicro.IsSupported && ConvolutionSizes.Fit(op.Geometry, @case.Inputs[0], @case.Inputs[1], @case.Outputs[0]);

    protected override LayoutRule Layouts(Ops.Convolution op, KernelCase @case) => ConvolutionSizes.ChannelsLast(@case);

    protected override KernelWork Prepare(Ops.Convolution op, KernelCase @case)
    {
        var sizes = ConvolutionSizes.Of(op.Geometry, @case.Inputs[0], @case.Inputs[1], @case.Outputs[0]);
        return TiledConvolution<TMicro>.Forward(sizes, hasBias: @case.Inputs.Length == 3).Work;
    }

    protected override void Run(Ops.Convolution op, in KernelCall call) => ((TiledConvolution<TMicro>)call.Prepared!).Run(call);
}

/// <summary>Names of orders of sums.</summary>
static class ConvolutionRecipes
{
    /// <summary>One accumulator an output; taps outside, channels inside, ascending. The same bits from every fusing instruction set.</summary>
    public static string Direct<TMicro>() where TMicro : struct, IMicroKernel => TMicro.RoundsProducts ? "direct.rounded" : "direct.fused";
}
