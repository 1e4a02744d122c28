using Fovea.Errors;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

public sealed class RoiAlignTests
{
    static readonly Tensor Boxes = Tensor.From([0.25, 0.5, 3.5, 2.75, -1, -2, 6, 7, 1, 1, 2.25, 4], [3, 4]);
    static readonly Tensor Images = Tensor.From(1L, 0L, 1L);

    static Tensor Image()
    {
        double[] pixels = [.. Enumerable.Range(0, 2 * 2 * 4 * 5).Select(i => i * 37 % 80 / 8.0 - 5)];
        return Tensor.From(pixels, [2, 2, 4, 5]);
    }

    [Fact]
    public void A_box_of_one_pixel_is_that_pixel()
    {
        var x = Tensor.From([1f, 2, 3, 4], [1, 1, 2, 2]);
        var boxes = Tensor.From([1f, 0, 2, 1], [1, 4]);

        Assert.Equal([2], x.RoiAlign(boxes, Tensor.From(0L), 1, samples: 1).ToArray());
    }

    [Theory]
    [InlineData(RoiReduction.Mean)]
    [InlineData(RoiReduction.Max)]
    public void The_image_has_a_gradient_however_samples_step(RoiReduction reduction) =>
        Gradients.Check(x => x.RoiAlign(Boxes, Images, [2, 3], reduction: reduction), Image());

    [Fact]
    public void The_gradient_of_the_mean_is_that_of_finite_differences_again() =>
        Gradients.Check(x => Gradients.Of(x.RoiAlign(Boxes, Images, [2, 3]).Square(), x), Image());

    [Fact]
    public void The_maximum_has_no_second_gradient_and_says_so()
    {
        var x = Image().Watch();
        var first = Gradients.Of(x.RoiAlign(Boxes, Images, 2, reduction: RoiReduction.Max).Square(), x);

        Assert.Contains("RoiAlignGradient", Assert.Throws<UnsupportedOperatorException>(() => Gradients.Of(first, x)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_box_of_no_image_is_refused() => Assert.Contains("Box 2 names image 2; there are 2",
        Assert.ThrowsAny<IndexOutOfRangeException>(() => Image().RoiAlign(Boxes, Tensor.From(0L, 1L, 2L), 2).ToArray<double>()).Message,
        StringComparison.Ordinal);

    [Fact]
    public void What_does_not_fit_is_refused_with_the_numbers()
    {
        Refused(() => Image().RoiAlign(Boxes.Reshape(4, 3), Images, 2), "takes boxes K, 4 (left, top, right, bottom); they are 4x3");
        Refused(() => Image().RoiAlign(Boxes, Tensor.From(0L, 1L), 2), "for each of the 3 boxes; they are 2");
        Refused(() => Image().RoiAlign(Boxes, Images, [2, 0]), "every entry must be at least 1");
        Refused(() => Image().RoiAlign(Boxes, Images, 2, samples: -1), "has -1 samples a bin");
        Refused(() => Image().RoiAlign(Boxes.Cast(ElementType.Float32), Images, 2), "Cast one of them");
    }

    static void Refused(Func<Tensor> act, string why) =>
        Assert.Contains(why, Assert.Throws<ShapeMismatchException>(act).Message, StringComparison.Ordinal);
}
