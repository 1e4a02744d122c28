using Fovea.Errors;
using Fovea.Modules;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

public sealed class ResizeTests
{
    static Tensor Row(params float[] pixels) => Tensor.From(pixels, [1, 1, pixels.Length]);

    [Fact]
    public void Linear_stands_on_the_line_between_pixel_centres() =>
        Assert.Equal([0, 1, 3, 4], Row(0, 4).Resize([4]).ToArray());

    [Fact]
    public void Corners_coincide_when_aligned() =>
        Assert.Equal([0, 1, 2, 3], Row(0, 3).Resize([4], alignCorners: true).ToArray());

    [Theory]
    [InlineData(ResizeRounding.PreferFloor, new float[] { 0, 2 })]
    [InlineData(ResizeRounding.PreferCeiling, new float[] { 1, 3 })]
    [InlineData(ResizeRounding.Floor, new float[] { 0, 2 })]
    [InlineData(ResizeRounding.Ceiling, new float[] { 1, 3 })]
    public void Halfway_between_pixels_the_rounding_decides(ResizeRounding rounding, float[] expected) =>
        Assert.Equal(expected, Row(0, 1, 2, 3).Resize(new ResizeGeometry(Interpolation.Nearest) { Rounding = rounding }, [2]).ToArray());

    [Fact]
    public void Antialiasing_sees_every_pixel() =>
        Assert.True(Row(0, 0, 8, 0, 0, 0, 0, 0).Resize([2], antialias: true).ToArray()[0] > 1);

    [Fact]
    public void Outside_of_a_region_the_extrapolation_is_read()
    {
        var crop = new ResizeGeometry(Interpolation.Linear, ResizeCoordinates.CropAndResize) { Region = [-0.5, 1.5] };

        Assert.Equal([9, 0, 2, 4, 9], Row(0, 2, 4).Resize(crop, [5], 9).ToArray());
    }

    [Fact]
    public void A_symbol_of_a_size_is_multiplied_by_the_scale()
    {
        TensorType type = TensorType.Float([Dim.Symbol("N"), 2, Dim.Symbol("H"), 6]);
        Trace.Run([type], Mode.Inference, x =>
        {
            Assert.Equal("[N; 2; floor(5*H, 2); 3]", x[0].ResizeBy([2.5, 0.5]).Shape.ToString());
            Assert.Contains("is no fraction", Assert.Throws<ArgumentException>(() => x[0].ResizeBy(0.3)).Message, StringComparison.Ordinal);
            return [x[0]];
        });
    }

    [Fact]
    public void What_cannot_be_resized_is_refused_with_the_numbers()
    {
        var image = Tensor.From(new float[24], [1, 2, 3, 4]);

        Refused(() => image.Resize([5]), "resizes 2 spatial axes of 1x2x3x4 to 1 sizes (5)");
        Refused(() => image.Resize([5, 0]), "resizes axis 3 from 4 to 0 pixels");
        Refused(() => image.ResizeBy(0.1), "resizes axis 2 from 3 to 0 pixels");
        Refused(() => image.Resize([5, 3_000_000_000]), "at most 2147483647");
        Refused(() => Tensor.Apply(new Fovea.Ops.Resize(new() { Scales = [2, 2] }, [6, 9]), image),
            "which make 8 pixels of the 4 of axis 3, not 9");
        Refused(() => Tensor.Apply(new Fovea.Ops.Resize(new() { Scales = [2, double.NaN] }, [6, 8]), image), "has scales 2;NaN");
        Refused(() => image.Resize(new ResizeGeometry() { Region = [0, 0, 1, 1] }, [5, 5]), "which HalfPixel does not use");
        Refused(() => Tensor.From(new float[4], [2, 2]).Resize([5]), "2x2 has 2 axes");
        Refused(() => image.DepthToSpace(2), "4 does not divide 2");
        Refused(() => image.SpaceToDepth(2), "it does not divide 3");
        Refused(() => image.GridSample(Tensor.From(new float[12], [1, 2, 3, 2]).Reshape(1, 2, 2, 3)), "takes a grid of N, 2 axes");
        Refused(() => Tensor.From(new float[6], [1, 2, 3]).AffineGrid([2, 2, 2]), "takes maps N, 3, 4 for 3 sizes");
    }

    [Fact]
    public void Layers_give_their_shapes()
    {
        Assert.Equal([2, 8, 8, 12], Shaped(new Upsample(2)));
        Assert.Equal([2, 8, 6, 9], Shaped(new Upsample(1.5, Interpolation.Linear)));
        Assert.Equal([2, 8, 3, 3], Shaped(new Fovea.Modules.Resize([3, 3], antialias: true)));
        Assert.Equal([2, 2, 8, 12], Shaped(new PixelShuffle(2)));
        Assert.Equal([2, 32, 2, 3], Shaped(new PixelUnshuffle(2)));
        Assert.Equal("Upsample(1.5, Linear)", new Upsample(1.5, Interpolation.Linear).ToString());

        static Shape Shaped(Module module)
        {
            module.Build([8, 4, 6], seed: 1);
            return module.Forward(Tensor.From(new float[2 * 8 * 4 * 6], [2, 8, 4, 6])).Shape;
        }
    }

    [Fact]
    public void A_place_that_is_not_finite_sees_nothing()
    {
        var grid = Tensor.From([float.NaN, 0, 0, float.PositiveInfinity, 0, 0], [1, 1, 3, 2]);
        var image = Tensor.From(Enumerable.Repeat(3f, 25).ToArray(), [1, 1, 5, 5]);

        Assert.Equal([0, 0, 3], image.GridSample(grid, padding: GridPadding.Border).ToArray());
    }

    static void Refused(Func<Tensor> act, string why) =>
        Assert.Contains(why, Assert.Throws<ShapeMismatchException>(act).Message, StringComparison.Ordinal);
}
