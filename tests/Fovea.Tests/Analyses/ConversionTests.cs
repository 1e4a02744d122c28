using Fovea.Modules;
using Fovea.Tensors;
using Xunit;
using static Fovea.Tests.Analyses.ArithmeticTests;

namespace Fovea.Tests.Analyses;

/// <summary>The same numbers in other forms: dense and convolution, classifier and score map, transposed and plain.</summary>
public sealed class ConversionTests
{
    // The article, 2.2: 7 × 7 × 512 → 4096 is 4096 kernels of 7 × 7, and 4096 → 4096 is 1 × 1. Smaller here, by the same arithmetic.
    [Fact]
    public void A_dense_layer_is_a_convolution_as_large_as_its_map()
    {
        var first = Built(new Linear(16), [7 * 7 * 8]).ToConv2d(8, 7, 7);
        Assert.Equal(new Dims([16, 8, 7, 7]), first.Module.Weight.Shape.ToDims());
        Assert.True(first.Difference <= 1e-5 * first.Scale && first.ExactDifference <= 1e-12 * first.Scale, $"{first}");
        var second = Built(new Linear(16, bias: false), [16]).ToConv2d(16, 1, 1);
        Assert.Equal(new Dims([16, 16, 1, 1]), second.Module.Weight.Shape.ToDims());
        Assert.True(second.Difference <= 1e-5 * second.Scale && second.Module.Bias is null);
        Assert.Throws<Errors.ShapeMismatchException>(() => Built(new Linear(3), [10]).ToConv2d(2, 2, 2));
    }

    [Theory]
    [InlineData(1, 0, 1, 1)]
    [InlineData(2, 1, 1, 1)]
    [InlineData(1, 2, 2, 1)]
    [InlineData(1, 1, 1, 2)]
    public void A_convolution_is_a_dense_layer_of_zeros_and_repeated_blocks(int stride, int padding, int dilation, int groups)
    {
        var layer = Built(new Conv2d(4, 3, stride, padding, dilation, groups), [2, 7, 6]);
        var dense = layer.ToLinear(7, 6);
        Assert.True(dense.Difference <= 1e-5 * dense.Scale && dense.ExactDifference <= 1e-12 * dense.Scale, $"{dense}");
        int zeros = dense.Module.Weight.Read().ToArray().Count(w => w == 0);
        Assert.True(zeros > dense.Module.Weight.Count / 4);

        // The same without the zeros: an entry a connection.
        var sparse = layer.ToSparse(7, 6);
        Assert.True(sparse.Difference <= 1e-5 * sparse.Scale, $"{sparse.Difference}");
        Assert.Equal(Analysis.Connections(layer).Connections, sparse.Matrix.Entries);
        Assert.Equal((dense.Module.Features, 2 * 7 * 6), (sparse.Matrix.Rows, sparse.Matrix.Columns));
        float[] weights = dense.Module.Weight.Read().ToArray();
        for (int row = 0; row < sparse.Matrix.Rows; row++)
            Assert.All(sparse.Matrix.Row(row), entry => Assert.Equal(weights[row * sparse.Matrix.Columns + entry.Column], entry.Value));
    }

    [Fact]
    public void A_classifier_without_padding_slides_exactly()
    {
        var model = Built(new Sequential(("conv1", new Conv2d(6, 5)), ("relu1", new Relu()), ("pool1", new MaxPool2d(2)),
            ("conv2", new Conv2d(8, 3)), ("norm2", new BatchNorm2d()), ("flatten", new Flatten()), ("fc1", new Linear(20)),
            ("norm3", new BatchNorm1d()), ("relu3", new Relu()), ("dropout", new Dropout()), ("fc2", new Linear(4)),
            ("softmax", new Softmax(1))), [2, 14, 14]);
        var converted = model.ToFullyConvolutional();
        Assert.True(converted.Difference <= 1e-6 && converted.ExactDifference <= 1e-12, $"{converted}");
        var image = SampleValue.Normal<float>([2, 24, 20], 5).ToTensor();
        Assert.Equal(new Dims([1, 4, 6, 4]), converted.Module.Forward(image.Unsqueeze(0)).Shape.ToDims());
        var sliding = Analysis.CompareSliding(model, converted.Module, image);
        Assert.Equal((new Dims([6, 4]), new Dims([2, 2])), (sliding.Places, sliding.Stride));
        Assert.True(sliding.Largest <= 1e-6, $"{sliding.Largest}");
    }

    [Fact]
    public void Padding_is_why_a_padded_classifier_differs_from_its_windows()
    {
        var model = Built(new Sequential(new Conv2d(6, 3, padding: 1), new Relu(), new MaxPool2d(4), new Flatten(), new Linear(5)),
            [1, 16, 16]);
        var converted = model.ToFullyConvolutional();
        Assert.True(converted.Difference <= 1e-5 * converted.Scale, $"{converted.Difference}");
        var sliding = Analysis.CompareSliding(model, converted.Module, SampleValue.Normal<float>([1, 32, 32], 5).ToTensor());
        Assert.True(sliding.Largest > 1e-2 * sliding.Scale, "Padding changed nothing.");
        // The layer sees zeros where the window ends and the image goes on: where the image is zero there, nothing differs.
        var lonely = SampleValue.Normal<float>([1, 16, 16], 5).ToTensor().Pad([0, 8, 8], [0, 8, 8]);
        var middle = Analysis.CompareSliding(model, converted.Module, lonely);
        Assert.Equal(new Dims([5, 5]), middle.Places);
        Assert.True(middle.Differences[2 * 5 + 2] <= 1e-6 * middle.Scale);
    }

    // AlexNet and VGG end in bins that are single pixels at the size they were made for.
    [Theory]
    [InlineData(6)]
    [InlineData(3)]
    [InlineData(4)]
    public void Bins_become_windows_where_they_are_equal(int bins)
    {
        var model = Built(new Sequential(new Conv2d(3, 3), new AdaptiveAvgPool2d(bins), new Flatten(), new Linear(4)), [1, 8, 8]);
        if (bins == 4)
        {
            var error = Assert.Throws<Errors.UnsupportedOperatorException>(() => model.ToFullyConvolutional());
            Assert.Contains("unequal", error.Message, StringComparison.Ordinal);
            return;
        }
        var converted = model.ToFullyConvolutional();
        Assert.True(converted.Difference <= 1e-5 * converted.Scale);
        Assert.True(Analysis.CompareSliding(model, converted.Module, SampleValue.Normal<float>([1, 14, 12], 3).ToTensor()).Largest
            <= 1e-5 * converted.Scale);
    }

    [Fact]
    public void Networks_of_the_zoo_convert()
    {
        foreach (string name in new[] { "lenet", "fashion", "resnet18" })
        {
            var model = Zoo.Create(name, 10, [1, 28, 28]);
            model.Build([1, 28, 28], seed: 1);
            var converted = model.ToFullyConvolutional();
            Assert.True(converted.Difference <= 1e-4 * converted.Scale, $"{name}: {converted.Difference} of {converted.Scale}");
            Assert.Equal(4, converted.Module.Forward(Tensor.Zeros(1, 1, 44, 44)).Rank);
        }
    }

    [Fact]
    public void What_does_not_convert_says_why()
    {
        var odd = Built(new Sequential(new Conv2d(2, 3), new Lambda("cut", x => x.Reshape(x.Shape[0], 2, 4, 9)), new Flatten(),
            new Linear(2)), [1, 8, 8]);
        var error = Assert.Throws<Errors.UnsupportedOperatorException>(() => odd.ToFullyConvolutional());
        Assert.Contains("Reshape in layer \"1\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0, 1, 1, 0)]
    [InlineData(2, 0, 1, 1, 0)]
    [InlineData(2, 1, 1, 1, 1)]
    [InlineData(3, 2, 2, 2, 2)]
    [InlineData(1, 3, 1, 1, 0)]
    public void A_transposed_convolution_is_zeros_a_rotated_kernel_and_a_plain_one(
        int stride, int padding, int dilation, int groups, int added)
    {
        var layer = Built(new ConvTranspose2d(4, 3, stride, padding, added, dilation, groups), [2, 6, 5]);
        var form = Analysis.TransposedAsConvolution(layer);
        Assert.True(form.Difference <= 1e-12 * form.Scale, $"{form.Difference}");
        Assert.True(form.BackwardDifference <= 1e-12 * form.Scale, $"{form.BackwardDifference}");
        Assert.Equal(stride - 1, form.Axes[0].ZerosBetween);
        Assert.Equal(layer.Forward(Tensor.Zeros(1, 2, 6, 5)).Shape[2].Value, form.Axes[0].OutputSize);
    }
}
