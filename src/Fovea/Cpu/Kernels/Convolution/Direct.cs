using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Direct convolution, <c>y[n, q, o] = bias[o] + Σ over taps t, channels c of x[n, q·stride − padding + t·dilation, c] · w[o, c, t]</c>,
/// channels-last, any number of axes up to three, groups as loops of their own.
/// </summary>
/// <remarks>Loop order, tails and borders are those of <see cref="TiledConvolution{TMicro}"/>; bench/results has its speed.</remarks>
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

/// <summary>Names of orders of sums, and of widths.</summary>
static class ConvolutionRecipes
{
    /// <summary>One accumulator an output; taps outside, channels inside, ascending: the same bits from every fusing machine.</summary>
    public static string Direct<TMicro>() where TMicro : struct, IMicroKernel => Direct(TMicro.RoundsProducts);

    /// <inheritdoc cref="Direct{TMicro}()"/>
    public static string Direct(bool roundsProducts) => roundsProducts ? "direct.rounded" : "direct.fused";

    /// <summary>What an instruction set is called in a kernel's name.</summary>
    public static string Width<T>() where T : unmanaged, IVec<T> => T.Count switch { 16 => "avx512", 8 => "avx2", _ => "portable" };
}
