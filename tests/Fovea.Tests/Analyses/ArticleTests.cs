using Fovea.Modules;
using Fovea.Tensors;
using Xunit;
using static Fovea.Tests.Analyses.ArithmeticTests;

namespace Fovea.Tests.Analyses;

/// <summary>
/// The article's claims, question by question: its numbers by a call, and where it is loose or wrong, the experiment that shows it.
/// What the other classes of this folder show is not repeated here.
/// </summary>
public sealed class ArticleTests
{
    static Tensor Noise(int seed, params int[] shape) => SampleValue.Normal<float>(new Dims(shape), seed).ToTensor();

    // 2.1: k · n are the connections; the weights are k · C_in · C_out, however many outputs there are.
    [Fact]
    public void Connections_grow_with_the_image_and_weights_do_not()
    {
        LayerConnections small = Analysis.Connections(Built(new Conv2d(4, 3), [3, 8, 8])),
            large = Analysis.Connections(Built(new Conv2d(4, 3), [3, 16, 16]));
        Assert.Equal((9L * 3 * 4, 9L * 3 * 4), (small.Weights, large.Weights));
        Assert.Equal(9L * 3 * small.Outputs, small.Connections);
        Assert.Equal(9L * 3 * large.Outputs, large.Connections);
        // Without sharing every connection has a weight of its own.
        var local = Analysis.Connections(Built(new LocallyConnected2d(4, 3), [3, 8, 8]));
        Assert.Equal((small.Connections, small.Connections), (local.Connections, local.Weights));
    }

    // 2.2: a dense layer is linear; what is not linear is the activation behind it.
    [Fact]
    public void One_dense_layer_is_linear()
    {
        var layer = Built(new Linear(5, bias: false), [7]);
        Tensor x = Noise(1, 1, 7), y = Noise(2, 1, 7);
        var (difference, _) = Analysis.Distance(layer.Forward(2 * x - 3 * y).ToArray(),
            (2 * layer.Forward(x) - 3 * layer.Forward(y)).ToArray());
        Assert.True(difference <= 1e-5);
    }

    // 2.2: VGG-16 ends in 7×7×512 = 25 088 after five poolings, AlexNet in 6×6×256 = 9 216 after three.
    // Their last poolings see 212 and 195 pixels, as published (Araujo and others, 2019).
    [Theory]
    [InlineData("vgg16", 5, 7 * 7 * 512, 212)]
    [InlineData("alexnet", 3, 6 * 6 * 256, 195)]
    public void Maps_before_the_dense_layers(string name, int poolings, int features, double field)
    {
        var maps = Zoo.Create(name, 10, [3, 224, 224]).Children.Single(c => c.Name == "features").Child;
        var pools = Analysis.Summary(Built(maps, [3, 224, 224])).Layers.Where(l => l.Operator == "MaxPool").ToList();
        Assert.Equal(poolings, pools.Count);
        Assert.Equal(features, pools[^1].OutputShape.Product());
        Assert.Equal(field, pools[^1].ReceptiveField![0]);
    }

    // 2.3: 6×6×3 by one kernel of 3×3×3 is 4×4×1, by two 4×4×2; in groups a kernel has C / groups channels; and there is a bias.
    [Fact]
    public void A_kernel_has_the_channels_of_its_group()
    {
        var one = Built(new Conv2d(1, 3), [3, 6, 6]);
        Assert.Equal(new Dims([1, 1, 4, 4]), one.Forward(Tensor.Zeros(1, 3, 6, 6)).Shape.ToDims());
        Assert.Equal(new Dims([1, 2, 4, 4]), Built(new Conv2d(2, 3), [3, 6, 6]).Forward(Tensor.Zeros(1, 3, 6, 6)).Shape.ToDims());
        Assert.Equal(27 + 1, one.Parameters.Sum(p => p.Count));
        Assert.Equal(new Dims([4, 2, 3, 3]), Built(new Conv2d(4, 3, groups: 2), [4, 6, 6]).Weight.Shape.ToDims());
    }

    // 3.1: regions overlap where the stride is smaller than the window, as AlexNet's 3×3 with stride 2 do; by default they do not.
    [Theory]
    [InlineData(3, 2, 2)]
    [InlineData(2, 2, 1)]
    public void Pooling_regions_overlap_by_choice(int window, int stride, int most)
    {
        var x = Tensor.Ones(1, 1, 9).Watch();
        // Each mean hands 1 / window to every pixel: what arrives, times the window, is how many regions a pixel belongs to.
        float[] regions = (Gradients.Of(x.AveragePool([window], [stride]).Sum(), x) * window).ToArray();
        Assert.Equal(most, regions.Max(), 1e-5);
        Assert.Equal(new Dims([1, 1, 4]), Tensor.Zeros(1, 1, 8).MaxPool([2]).Shape.ToDims());
    }

    // 3.2: tendencies, on a flat image and on a texture, both with noise.
    [Fact]
    public void Mean_keeps_the_background_and_max_the_texture()
    {
        var flat = Tensor.Filled([1, 16, 16], 1);
        var texture = Tensor.From(Enumerable.Range(0, 256).Select(i => i / 16 % 4 == 0 && i % 4 == 0 ? 2f : 0f).ToArray(), [1, 16, 16]);
        static Tensor Mean(Tensor x) => x.AveragePool([2]);
        static Tensor Max(Tensor x) => x.MaxPool([2]);
        PoolingNoise meanFlat = Analysis.PoolingUnderNoise(Mean, flat, 0.3), maxFlat = Analysis.PoolingUnderNoise(Max, flat, 0.3);
        PoolingNoise meanTexture = Analysis.PoolingUnderNoise(Mean, texture, 0.3);
        PoolingNoise maxTexture = Analysis.PoolingUnderNoise(Max, texture, 0.3);
        Assert.True(meanFlat.Variance < maxFlat.Variance && Math.Abs(meanFlat.Bias) < 0.01 && maxFlat.Bias > 0.2);
        Assert.True(maxTexture.Signal > 2 * meanTexture.Signal && maxTexture.Bias > Math.Abs(meanTexture.Bias));
    }

    // 3.3: pooling has no weights; shifts of a pixel pass, larger ones, turns and scales do not.
    [Fact]
    public void Pooling_gives_invariance_to_small_shifts_only()
    {
        var pool = Built(new Sequential(("pool", new MaxPool2d(4))), [1, 16, 16]);
        Assert.Empty(pool.Parameters);
        var blob = Tensor.From(Enumerable.Range(0, 256).Select(i =>
            MathF.Exp(-0.05f * ((i / 16 - 6) * (i / 16 - 6) + (i % 16 - 7) * (i % 16 - 7)))).ToArray(), [1, 1, 16, 16]);
        double Moved(ImageMovement movement) => Change(pool, blob, movement);
        Assert.True(Moved(new ImageMovement.Shift(0, 1)) < 0.3);
        Assert.True(Moved(new ImageMovement.Shift(0, 6)) > 2 * Moved(new ImageMovement.Shift(0, 1)));
        Assert.True(Moved(new ImageMovement.Scale(2)) > 2 * Moved(new ImageMovement.Shift(0, 1)));
    }

    // How far the output itself changes when the image moves: invariance, not equivariance.
    static double Change(Module model, Tensor image, ImageMovement movement)
    {
        int side = (int)image.Shape[2];
        var (moved, _) = Warp.Planes(image.AsSpan(), side, side, movement, 1, 1);
        float[] before = model.Forward(image).ToArray(), after = model.Forward(Tensor.From(moved, image.Shape)).ToArray();
        return Math.Sqrt(before.Zip(after).Sum(p => Math.Pow(p.First - p.Second, 2)) / before.Sum(v => (double)v * v));
    }

    // 3.4: 2×2 pooling of 8×8 sends 16 gradients back to 64 inputs, and keeps their sum; ties go to the first maximum.
    [Fact]
    public void Sixteen_gradients_return_to_sixty_four_inputs()
    {
        var x = Noise(3, 1, 1, 8, 8).Watch();
        var arriving = Noise(4, 1, 1, 4, 4);
        float[] mean = Gradients.Of((x.AveragePool([2]) * arriving).Sum(), x).ToArray(),
            max = Gradients.Of((x.MaxPool([2]) * arriving).Sum(), x).ToArray();
        Assert.Equal((64, 64, 16), (mean.Length, mean.Count(g => g != 0), max.Count(g => g != 0)));
        Assert.Equal(arriving.ToArray().Sum(), mean.Sum(), 1e-5);
        Assert.Equal(arriving.ToArray().Sum(), max.Sum(), 1e-5);
        Assert.Equal(arriving.ToArray()[0] / 4, mean[9], 1e-6);
        var tie = Tensor.Ones(1, 1, 2, 2).Watch();
        Assert.Equal([1f, 0, 0, 0], Gradients.Of(tie.MaxPool([2]).Sum(), tie).ToArray());
    }

    // 4.3: of one window one value counts, until another overtakes it.
    [Fact]
    public void A_value_that_overtakes_the_maximum_matters()
    {
        float[] image = Noise(5, 1, 1, 4, 4).ToArray();
        float[] Pooled(float first)
        {
            image[0] = first;
            return Tensor.From(image, [1, 1, 4, 4]).MaxPool([2]).ToArray();
        }
        image[1] = 0.5f;
        (image[4], image[5]) = (0, 0);
        Assert.Equal(Pooled(-1), Pooled(0.4f));
        Assert.Equal(0.5f, Pooled(0.4f)[0]);
        Assert.Equal(0.6f, Pooled(0.6f)[0]);
    }

    // 4.3: how far the map of an image shifted by a pixel is from the shifted map. Strided max aliases (Zhang, 2019); so does a mean of
    // windows side by side, on noise as much; a maximum of every place, blurred before it is thinned out, hardly does.
    [Fact]
    public void Blur_mends_what_strided_max_breaks()
    {
        var image = Noise(6, 1, 1, 16, 16);
        // Four pixels from the other side before pooling, two places cut off after it: no border is seen.
        double Error(Func<Tensor, Tensor> pool) => Analysis.Equivariance(Built(new Lambda("pool",
            x => pool(Wrap(x)).Slice(2, 2, 8).Slice(3, 2, 8)), [1, 16, 16]), image, new ImageMovement.Shift(0, 1)).Layers[^1].Error;
        double max = Error(x => x.MaxPool([2])), mean = Error(x => x.AveragePool([2])),
            blur = Error(x => x.MaxPool([2], [1]).BlurPool(5, 2));
        Assert.True(max > 0.3 && mean > 0.3 && blur < 0.3 * Math.Min(max, mean), $"max {max}, mean {mean}, blur {blur}");
    }

    static Tensor Wrap(Tensor x)
    {
        foreach (int axis in new[] { 2, 3 }) x = Tensor.Concat(axis, x.Slice(axis, 12, 4), x, x.Slice(axis, 0, 4));
        return x;
    }

    // 5.1: "fields of 9, 49, 225" are the areas of the stack's 3, 7, 15 sides; only doubling dilations grow exponentially.
    [Fact]
    public void Fields_of_a_stack_and_how_they_grow()
    {
        static int[] Sides(params int[] dilations)
        {
            var stack = Built(new Sequential([.. dilations.Select(d => new Conv2d(1, 3, dilation: d))]), [1, 80, 80]);
            return [.. dilations.Select((_, i) => Analysis.ReceptiveField(stack, $"{i}").Axes[0].Size)];
        }
        Assert.Equal([9, 49, 225], Sides(1, 2, 4).Select(side => side * side));
        Assert.Equal([3, 7, 15, 31, 63], Sides(1, 2, 4, 8, 16));
        Assert.Equal([3, 5, 9, 11, 13, 17, 19, 21, 25], Sides(1, 1, 2, 1, 1, 2, 1, 1, 2));
        // Yu and Koltun's context module: 1, 1, 2, 4, 8, 16, 1, 1.
        Assert.Equal([3, 5, 9, 17, 33, 65, 67, 67], [.. Sides(1, 1, 2, 4, 8, 16, 1), 67]);
    }

    // 5.1: upsampling first adds nothing: in input pixels the same dilated layer sees half as far.
    [Fact]
    public void Upsampling_first_halves_the_field()
    {
        static int Field(bool upsample)
        {
            Module[] layers = [new Conv2d(1, 3, padding: 4, dilation: 4)];
            if (upsample) layers = [new Upsample(2), .. layers];
            return Analysis.ReceptiveField(Built(new Sequential(layers), [1, 21, 21])).Axes[0].Size;
        }
        Assert.Equal(9, Field(false));
        Assert.InRange(Field(true), 4, 5);
    }

    // 6.1: a transposed convolution is no inverse; with stride 1 and p ≥ (k − 1) / 2 it does not enlarge; dilation does neither.
    [Fact]
    public void Transposed_convolution_is_no_inverse()
    {
        var x = Noise(7, 1, 1, 6, 6);
        var weight = Noise(8, 1, 1, 3, 3);
        var (difference, scale) = Analysis.Distance(x.Convolution(weight).TransposedConvolution(weight).ToArray(), x.ToArray());
        Assert.True(difference > 0.5 * scale);
        Assert.Equal(6, WindowArithmetic.Padded(3, 1).TransposedOutputSize(6));
        Assert.True(WindowArithmetic.Padded(5, 3).TransposedOutputSize(6) < 6);
        Assert.Equal(6, WindowArithmetic.Half(3, dilation: 3).OutputSize(6));
        // (i − 1) s + k − 2p with strides 1 and 2, and in general with d (k − 1) + 1 and the output padding.
        Assert.Equal((5 - 1) * 1 + 3 - 2, WindowArithmetic.Padded(3, 1).TransposedOutputSize(5));
        Assert.Equal((5 - 1) * 2 + 3 - 2, WindowArithmetic.Padded(3, 1, 2).TransposedOutputSize(5));
        Assert.Equal((5 - 1) * 2 + 2 * (3 - 1) + 1 - 2 + 1, WindowArithmetic.Padded(3, 1, 2, 2).TransposedOutputSize(5, 1));
    }
}
