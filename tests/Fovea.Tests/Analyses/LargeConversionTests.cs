using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Analyses;

/// <summary>The article's networks at their real sizes: AlexNet and VGG-16 of 1 000 classes. Gigabytes and minutes.</summary>
[Trait("Category", "Long")]
[Collection("Threads")]
public sealed class LargeConversionTests(ITestOutputHelper output)
{
    // Places of the score map at 384 × 384, and the kernels of the first converted layer.
    [Theory]
    [InlineData("alexnet", 6, 256, 6)]
    [InlineData("vgg16", 6, 512, 7)]
    public void A_classifier_slides_over_larger_images(string name, int places, int channels, int kernel)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("FOVEA_LONG") == "1", "FOVEA_LONG is not 1: it takes gigabytes and minutes");
        var model = Zoo.Create(name, 1000, [3, 224, 224]);
        model.Build([3, 224, 224], seed: 1);
        var converted = model.ToFullyConvolutional(exact: true);
        output.WriteLine(
            $"{name}: {converted.Difference:g3} in float32, {converted.ExactDifference:g3} in double, of {converted.Scale:g3}");
        Assert.True(converted.Difference <= 1e-4 * converted.Scale);
        Assert.True(converted.ExactDifference <= 1e-12 * converted.Scale);
        // 7×7×512 → 4096 is 4096 kernels of 7×7, and 4096 → 4096 is 1×1.
        var weights = converted.Module.Parameters.Where(p => p.Shape.Rank == 4).TakeLast(3).Select(p => p.Shape.ToDims()).ToArray();
        Assert.Equal([new Dims([4096, channels, kernel, kernel]), new Dims([4096, 4096, 1, 1]), new Dims([1000, 4096, 1, 1])], weights);

        var image = SampleValue.Normal<float>([3, 384, 384], 9).ToTensor();
        var scores = converted.Module.Forward(image.Unsqueeze(0));
        Assert.Equal(1000, (int)scores.Shape[1]);
        var sliding = Analysis.CompareSliding(model, converted.Module, image);
        output.WriteLine($"{name}: map {sliding.Places}, stride {sliding.Stride}; windows differ by {sliding.Largest:g3} of "
            + $"{sliding.Scale:g3}, because each window pads its borders with zeros where the image goes on");
        Assert.Equal(new Dims([places, places]), sliding.Places);
        Assert.True(sliding.Largest > converted.Difference);
    }
}
