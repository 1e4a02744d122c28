using Fovea.Cpu.Kernels.Convolution;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.TransposedConvolution;

/// <summary>
/// Direct transposed convolution, which is the input gradient of a convolution, channels-last:
/// <c>x[n, p, c] = bias[c] + Σ over taps t, channels o of y[n, (p + padding − t·dilation)/stride, o] · w[o, c, t]</c>, wherever that
/// place is whole and inside. Pixels of one residue modulo the stride share their taps: each residue is a convolution of unit stride.
/// </summary>
/// <remarks>The heart is <see cref="TiledConvolution{TMicro}"/>; bench/results has its speed.</remarks>
sealed class Direct<TMicro> : Kernel<Ops.TransposedConvolution> where TMicro : struct, IMicroKernel
{
    public override string Name { get; } = $"TransposedConvolution.direct.{TMicro.Name}";

    protected override string Recipe(Ops.TransposedConvolution op, KernelCase @case) => ConvolutionRecipes.Direct<TMicro>();

    protected override bool Supports(Ops.TransposedConvolution op, KernelCase @case)
        => TMicro.IsSupported && ConvolutionSizes.Fit(op.Geometry, @case.Outputs[0], @case.Inputs[1], @case.Inputs[0]);

    protected override LayoutRule Layouts(Ops.TransposedConvolution op, KernelCase @case) => ConvolutionSizes.ChannelsLast(@case);

    protected override KernelWork Prepare(Ops.TransposedConvolution op, KernelCase @case)
    {
        var sizes = ConvolutionSizes.Of(op.Geometry, @case.Outputs[0], @case.Inputs[1], @case.Inputs[0]);
        return TiledConvolution<TMicro>.InputGradient(sizes, hasBias: @case.Inputs.Length == 3).Work;
    }

    protected override void Run(Ops.TransposedConvolution op, in KernelCall call) => ((TiledConvolution<TMicro>)call.Prepared!).Run(call);
}
