using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Convolution as a product of matrices: what each window sees is copied out as a row, taps × channels, and multiplied with the weights.
/// The sums and their order are those of direct convolution, and so the recipe and the bits. It is never the first choice, since it copies
/// every pixel once a tap; <c>FOVEA_KERNEL=Convolution.im2col</c> chooses it by name.
/// </summary>
/// <remarks>The heart is <see cref="UnfoldedConvolution{TMicro}"/>.</remarks>
sealed class Im2Col<TMicro> : Kernel<Ops.Convolution> where TMicro : struct, IMicroKernel
{
    public override string Name { get; } = $"Convolution.im2col.{TMicro.Name}";

    protected override string Recipe(Ops.Convolution op, KernelCase @case) => ConvolutionRecipes.Direct<TMicro>();

    protected override bool Supports(Ops.Convolution op, KernelCase @case)
        => TMicro.IsSupported && ConvolutionSizes.Fit(op.Geometry, @case.Inputs[0], @case.Inputs[1], @case.Outputs[0]);

    protected override LayoutRule Layouts(Ops.Convolution op, KernelCase @case) => ConvolutionSizes.ChannelsLast(@case);

    protected override KernelWork Prepare(Ops.Convolution op, KernelCase @case)
    {
        var sizes = ConvolutionSizes.Of(op.Geometry, @case.Inputs[0], @case.Inputs[1], @case.Outputs[0]);
        return new UnfoldedConvolution<TMicro>(sizes, hasBias: @case.Inputs.Length == 3).Work;
    }

    protected override void Run(Ops.Convolution op, in KernelCall call) => ((UnfoldedConvolution<TMicro>)call.Prepared!).Run(call);
}
