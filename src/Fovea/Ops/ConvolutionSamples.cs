using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>One convolution of the conformance suite: the three operators of a convolution are run on the same cases.</summary>
/// <param name="Geometry">Stride, padding, dilation and groups.</param>
/// <param name="Input">N, C, spatial.</param>
/// <param name="Weight">O, C/groups, kernel.</param>
/// <param name="Bias">Whether a bias is added.</param>
sealed record ConvolutionSample(ConvolutionGeometry Geometry, Shape Input, Shape Weight, bool Bias)
{
    public Dims Kernel => Weight.Slice(2, Geometry.Rank).ToDims();

    public Shape InputSpatial => Input.Slice(2, Geometry.Rank);

    public Sample Convolution() => Of(new Convolution(Geometry), Input, Weight, Weight[0]);

    public Sample TransposedConvolution() => Of(new TransposedConvolution(Geometry, InputSpatial), Output, Weight, Input[1]);

    public Sample WeightGradient() =>
        new(new ConvolutionWeightGradient(Geometry, Kernel), Input, Output) { SpreadsNaN = PaddingIsMultiplied };

    public Sample Unfold() => new(new Unfold(Geometry, Kernel), Input);

    public Sample Fold() => new(new Fold(Geometry, Kernel, InputSpatial), new Shape(Input[0], Input[1] * Kernel.Product(), Places.Count));

    public Sample LocallyConnected() => new(new LocallyConnected(Geometry), Input, LocalWeight) { SpreadsNaN = PaddingIsMultiplied };

    public Sample LocallyConnectedInputGradient() =>
        new(new LocallyConnectedInputGradient(Geometry, InputSpatial), Output, LocalWeight) { SpreadsNaN = PaddingIsMultiplied };

    public Sample LocallyConnectedWeightGradient() =>
        new(new LocallyConnectedWeightGradient(Geometry, Kernel), Input, Output) { SpreadsNaN = PaddingIsMultiplied };

    // Kernels read zeros where there is padding.
    const string PaddingIsMultiplied = "padding counts as 0, and 0 · NaN is NaN";

    Sample Of(Op op, Shape first, Shape second, Dim biases) => Bias
        ? new(op, first, second, new Shape(biases)) { SpreadsNaN = PaddingIsMultiplied }
        : new(op, first, second) { SpreadsNaN = PaddingIsMultiplied };

    /// <summary>N, O, spatial.</summary>
    public Shape Output => Shape.Concat([Input[0], Weight[0]], Places);

    /// <summary>The spatial sizes of the output.</summary>
    public Shape Places => new([.. Enumerable.Range(0, Geometry.Rank).Select(i => Geometry.OutputSize(i, InputSpatial[i], Kernel[i]))]);

    /// <summary>Weights of its own for every place: O, C/groups, kernel, places.</summary>
    public Shape LocalWeight => Shape.Concat(Weight, Places);
}

static class ConvolutionSamples
{
    public static IEnumerable<ConvolutionSample> Cases()
    {
        // Two axes: plain; pointwise; strides that leave pixels over; kernel larger than the input; stride larger than the kernel.
        yield return Case([2, 3, 5, 4], [4, 3, 3, 3], bias: true);
        yield return Case([1, 2, 4, 4], [3, 2, 1, 1]);
        yield return Case([2, 2, 8, 8], [3, 2, 3, 3], padding: [1]);
        yield return Case([2, 2, 6, 7], [3, 2, 3, 3], stride: [2], padding: [1]);
        yield return Case([1, 2, 2, 3], [2, 2, 5, 5], padding: [2], bias: true);
        yield return Case([1, 2, 7, 7], [2, 2, 2, 2], stride: [3]);
        yield return Case([1, 2, 5, 8], [2, 2, 1, 1], stride: [2, 3], bias: true);

        // Asymmetric padding; kernels that are not square; dilation with and without padding; padding beyond the kernel.
        yield return Case([1, 2, 5, 6], [3, 2, 3, 2], padding: [0, 2, 1, 0]);
        yield return Case([1, 1, 7, 8], [2, 1, 1, 5], stride: [1, 2], padding: [0, 2]);
        yield return Case([1, 2, 9, 8], [2, 2, 3, 3], padding: [2], dilation: [2]);
        yield return Case([1, 1, 8, 9], [2, 1, 3, 2], stride: [2, 1], padding: [3, 0, 0, 2], dilation: [2, 3]);
        yield return Case([1, 1, 3, 3], [2, 1, 2, 2], padding: [3]);

        // Groups: two, depthwise, depthwise with a multiplier and a stride.
        yield return Case([2, 4, 5, 5], [6, 2, 3, 3], padding: [1], groups: 2, bias: true);
        yield return Case([2, 5, 6, 4], [5, 1, 3, 3], padding: [1], groups: 5);
        yield return Case([1, 3, 7, 7], [6, 1, 3, 3], stride: [2], padding: [1], groups: 3, bias: true);

        // Enough channels for blocked and Winograd kernels, with a remainder.
        yield return Case([1, 33, 9, 10], [35, 33, 3, 3], padding: [1], bias: true);

        // Size 1 everywhere.
        yield return Case([1, 1, 1, 1], [1, 1, 1, 1]);

        // One axis: width 3, dilated, length 1, stride.
        yield return Case([2, 3, 11], [4, 3, 3], padding: [1], bias: true);
        yield return Case([1, 2, 12], [3, 2, 3], padding: [2], dilation: [2]);
        yield return Case([2, 3, 1], [2, 3, 3], padding: [1]);
        yield return Case([1, 2, 10], [2, 2, 4], stride: [3], padding: [0, 2]);
        yield return Case([1, 4, 7], [4, 1, 3], padding: [1], groups: 4);

        // Three axes.
        yield return Case([1, 2, 3, 4, 5], [3, 2, 2, 3, 2], bias: true);
        yield return Case([1, 2, 4, 5, 4], [2, 1, 3, 2, 3], stride: [1, 2, 2], padding: [1, 0, 1, 1, 1, 0], dilation: [1, 2, 1], groups: 2);
    }

    static ConvolutionSample Case(Shape input, Shape weight, Dims stride = default, Dims padding = default, Dims dilation = default,
        int groups = 1, bool bias = false) =>
        new(ConvolutionGeometry.Of(input.Rank - 2, stride, padding, dilation, groups), input, weight, bias);
}
