using Fovea.Modules;
using Xunit;
using static Fovea.Tests.Analyses.ArithmeticTests;

namespace Fovea.Tests.Analyses;

/// <summary>f(g(x)) against g(f(x)).</summary>
public sealed class EquivarianceTests
{
    static Tensor Images => SampleValue.Normal<float>([2, 3, 16, 16], 4).ToTensor();

    // Padding by what comes in on the other side: no border is left.
    static Module Circular(int stride) => Built(new Lambda("circular", x => Wrap(x).Convolution(
        SampleValue.Normal<float>([4, 3, 3, 3], 2).ToTensor(), null, [stride])), [3, 16, 16]);

    static Tensor Wrap(Tensor x)
    {
        x = Tensor.Concat(2, x.Slice(2, 15, 1), x, x.Slice(2, 0, 1));
        return Tensor.Concat(3, x.Slice(3, 15, 1), x, x.Slice(3, 0, 1));
    }

    [Fact]
    public void Convolution_without_borders_follows_every_shift()
    {
        foreach (var shift in new ImageMovement.Shift[] { new(1, 0), new(0, 5), new(-3, 7) })
            Assert.True(Analysis.Equivariance(Circular(1), Images, shift).Layers[^1].Error <= 1e-6);
    }

    [Fact]
    public void A_stride_follows_its_multiples_alone()
    {
        Assert.True(Analysis.Equivariance(Circular(2), Images, new ImageMovement.Shift(2, -4)).Layers[^1].Error <= 1e-6);
        Assert.True(Analysis.Equivariance(Circular(2), Images, new ImageMovement.Shift(1, 0)).Layers[^1].Error > 0.3);
    }

    [Fact]
    public void Zero_padding_breaks_the_border_and_nothing_else()
    {
        var model = Built(new Sequential(("conv", new Conv2d(4, 3, padding: 1)), ("relu", new Relu()),
            ("conv2", new Conv2d(4, 3, padding: 1))), [3, 16, 16]);
        var result = Analysis.Equivariance(model, Images, new ImageMovement.Shift(1, 2));
        Assert.True(result.Of("conv2").Error > 0.05);
        Assert.True(result.Of("conv2").InteriorError <= 1e-6);
        Assert.Null(result.Consistency);
        Assert.Throws<ArgumentException>(() => result.Of("conv3"));
    }

    // Turning by a quarter moves every pixel of a square image to a pixel: a convolution with a turned kernel would follow, this one
    // does not; a mean over everything does not notice.
    [Fact]
    public void Rotation_and_scale_are_not_given()
    {
        var model = Built(new Sequential(("conv", new Conv2d(4, 3, padding: 1)), ("pool", new GlobalAvgPool2d()),
            ("flatten", new Flatten())), [3, 16, 16]);
        var turned = Analysis.Equivariance(model, Images, new ImageMovement.Rotation(90));
        Assert.True(turned.Of("conv").Error > 0.3);
        Assert.InRange(turned.Consistency!.Value, 0, 1);
        Assert.True(Analysis.Equivariance(Built(new Lambda("same", x => x * 2), [3, 16, 16]), Images, new ImageMovement.Rotation(90))
            .Layers[^1].Error <= 1e-6);
        Assert.True(Analysis.Equivariance(model, Images, new ImageMovement.Scale(1.5)).Of("conv").Error > 0.1);
    }

    [Fact]
    public void Means_have_little_variance_and_maxima_a_bias()
    {
        var flat = Tensor.Filled([1, 16, 16], 1);
        PoolingNoise mean = Analysis.PoolingUnderNoise(x => x.AveragePool([2]), flat, 0.5), max = Analysis.PoolingUnderNoise(
            x => x.MaxPool([2]), flat, 0.5);
        Assert.Equal(0, mean.Bias, 0.02);
        Assert.Equal(0.25 / 4, mean.Variance, 0.01);
        // The expected maximum of four normal numbers is 1.0294 deviations above their mean; its variance 0.4917 of theirs.
        Assert.Equal(0.5 * 1.0294, max.Bias, 0.02);
        Assert.Equal(0.25 * 0.4917, max.Variance, 0.01);
    }

    // The article, 3.3: what pooling saves are weights of the dense layer behind it.
    [Fact]
    public void Pooling_shrinks_the_dense_layer_behind_it()
    {
        var model = Built(new Sequential(("conv", new Conv2d(4, 3, padding: 1)), ("pool", new MaxPool2d(2)), ("flatten", new Flatten()),
            ("fc", new Linear(10)), ("fc2", new Linear(5))), [1, 8, 8]);
        var saving = Assert.Single(Analysis.PoolingSavings(model));
        Assert.Equal(("pool", "fc", 4L * 16 * 10, 4L * 64 * 10, 4L * 48 * 10),
            (saving.Pool, saving.Layer, saving.Weights, saving.WeightsWithout, saving.Saved));
    }
}
