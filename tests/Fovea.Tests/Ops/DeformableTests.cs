using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

public sealed class DeformableTests
{
    static Tensor Random(Dims sizes, int seed) => TestValue.Normal<double>(sizes, seed).ToTensor();

    [Fact]
    public void Without_offsets_it_is_a_convolution()
    {
        Tensor x = Random([2, 4, 6, 5], 1), w = Random([6, 2, 3, 2], 2), bias = Random([6], 3);
        var expected = x.Convolution(w, bias, stride: [1, 2], padding: 1, dilation: [2, 1], groups: 2);
        var offset = Tensor.Zeros(2, 24, expected.Shape[2], expected.Shape[3]).Cast(ElementType.Float64);
        var mask = Tensor.Ones(2, 12, expected.Shape[2], expected.Shape[3]).Cast(ElementType.Float64);

        Close(expected, x.DeformableConvolution(w, offset, null, bias, [1, 2], 1, [2, 1], 2));
        Close(expected, x.DeformableConvolution(w, offset, mask, bias, [1, 2], 1, [2, 1], 2));
        Close(expected * 0.5, x.DeformableConvolution(w, offset, mask * 0.5, bias * 0.5, [1, 2], 1, [2, 1], 2));
    }

    [Fact]
    public void Whole_offsets_move_the_image_and_halves_take_the_mean()
    {
        var x = Tensor.From([1f, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]);
        var w = Tensor.Ones(1, 1, 1, 1);
        Tensor Moved(float down, float right) => x.DeformableConvolution(w,
            Tensor.Concat(1, Tensor.Filled([1, 1, 3, 3], down), Tensor.Filled([1, 1, 3, 3], right)));

        Assert.Equal([4, 5, 6, 7, 8, 9, 0, 0, 0], Moved(1, 0).ToArray());
        Assert.Equal([0, 1, 2, 0, 4, 5, 0, 7, 8], Moved(0, -1).ToArray());
        Assert.Equal([3, 4, 2.25f, 6, 7, 3.75f, 3.75f, 4.25f, 2.25f], Moved(0.5f, 0.5f).ToArray());
        Assert.All(Moved(1e30f, 0).ToArray(), value => Assert.Equal(0, value));
        Assert.All(Moved(0, -3e9f).ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_second_derivative_is_refused_by_name()
    {
        Tensor x = Random([1, 1, 3, 3], 1).Watch(), offset = Random([1, 2, 3, 3], 2);
        var y = x.DeformableConvolution(Random([1, 1, 1, 1], 3), offset).Square().Sum();
        var gradient = Gradients.Of(y, x);

        Assert.Contains("DeformableUnfoldGradient", Assert.Throws<UnsupportedOperatorException>(
            () => Gradients.Of(gradient.Square().Sum(), x).ToArray<double>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_starts_as_half_a_convolution()
    {
        var layer = new DeformableConv2d(3, 3, padding: Padding.Same, groups: 1, offsetGroups: 2);
        layer.Build([4, 5, 6], seed: 4);
        Assert.Equal("weight 3x4x3x3, bias 3, offset.weight 54x4x3x3, offset.bias 54",
            string.Join(", ", layer.Parameters.Select(p => $"{p.Name} {p.Shape}")));

        var x = Random([2, 4, 5, 6], 5).Cast(ElementType.Float32);
        var plain = x.Convolution(layer.Parameters[0].Read(), padding: 1) * 0.5f;
        Close(plain, layer.Forward(x), 1e-5);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_with_the_numbers()
    {
        Tensor x = Tensor.Zeros(1, 4, 5, 5), w = Tensor.Zeros(2, 4, 3, 3);
        Assert.Contains("expects offsets of 1x18x3x3 for the input 1x4x5x5; they are 1x18x5x5", Assert.Throws<ShapeMismatchException>(
            () => x.DeformableConvolution(w, Tensor.Zeros(1, 18, 5, 5))).Message, StringComparison.Ordinal);
        Assert.Contains("expects a mask of 1x9x3x3 for the input 1x4x5x5; they are 1x18x3x3", Assert.Throws<ShapeMismatchException>(
            () => x.DeformableConvolution(w, Tensor.Zeros(1, 18, 3, 3), Tensor.Zeros(1, 18, 3, 3))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot share the 4 channels of 1x4x5x5 among 3 groups of offsets", Assert.Throws<ShapeMismatchException>(
            () => x.DeformableConvolution(w, Tensor.Zeros(1, 54, 3, 3))).Message, StringComparison.Ordinal);
    }

    static void Close(Tensor expected, Tensor actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.All(expected.Cast(ElementType.Float64).ToArray<double>().Zip(actual.Cast(ElementType.Float64).ToArray<double>()),
            pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }
}
