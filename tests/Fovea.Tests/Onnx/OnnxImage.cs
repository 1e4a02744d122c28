using Fovea.Ops;

namespace Fovea.Tests.Onnx;

internal static class OnnxImage
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = new()
        {
            ["Resize"] = Resize,
            ["Upsample"] = c => [c[0].Resize(Older(c) with { Scales = new(c.Numbers(1)!.AsSpan()[2..]) })],
            ["DepthToSpace"] = c => [c[0].DepthToSpace(c.Int("blocksize", 1), c.Text("mode", "DCR") == "CRD"
                ? PixelOrder.ColumnRowDepth : PixelOrder.DepthColumnRow)],
            ["SpaceToDepth"] = c => [c[0].SpaceToDepth(c.Int("blocksize", 1))],
            ["GridSample"] = c => [c[0].GridSample(c[1], Mode(c.Text("mode", "linear")),
                Enum.Parse<GridPadding>(c.Text("padding_mode", "zeros"), ignoreCase: true), c.Flag("align_corners"))],
            ["RoiAlign"] = c => [c[0].RoiAlign(c[1], c[2], [c.Int("output_height", 1), c.Int("output_width", 1)],
                c.Float("spatial_scale", 1), c.Int("sampling_ratio", 0),
                c.Text("coordinate_transformation_mode", c.Opset < 16 ? "output_half_pixel" : "half_pixel") == "half_pixel",
                c.Text("mode", "avg") == "max" ? RoiReduction.Max : RoiReduction.Mean)],
        },
        Tests = new()
        {
            ["test_resize_downsample_scales_cubic_align_corners"] = NotRounded,
            ["test_resize_downsample_scales_linear_align_corners"] = NotRounded,
        },
    };

    const string NotRounded =
        "its last corner lies at size · scale before rounding; here, as in ONNX Runtime and PyTorch, at the last pixel";

    static Interpolation Mode(string mode) => mode switch
    {
        "nearest" => Interpolation.Nearest,
        "linear" or "bilinear" => Interpolation.Linear,
        "cubic" or "bicubic" => Interpolation.Cubic,
        _ => throw new NotSupportedException(mode),
    };

    // Before version 11 there was one way only.
    static ResizeGeometry Older(OnnxCall c) =>
        new(Mode(c.Text("mode", "nearest")), ResizeCoordinates.Asymmetric) { Rounding = ResizeRounding.Floor };

    static Tensor[] Resize(OnnxCall c)
    {
        var x = c[0];
        if (c.Opset < 11)
        {
            return [x.Resize(Older(c) with { Scales = new(c.Numbers(1)!.AsSpan()[2..]) })];
        }

        var coordinates = c.Text("coordinate_transformation_mode", "half_pixel") switch
        {
            "half_pixel" => ResizeCoordinates.HalfPixel,
            "half_pixel_symmetric" => ResizeCoordinates.HalfPixelSymmetric,
            "pytorch_half_pixel" => ResizeCoordinates.PytorchHalfPixel,
            "align_corners" => ResizeCoordinates.AlignCorners,
            "asymmetric" => ResizeCoordinates.Asymmetric,
            "tf_half_pixel_for_nn" => ResizeCoordinates.TfHalfPixelForNearest,
            "tf_crop_and_resize" => ResizeCoordinates.CropAndResize,
            var other => throw new NotSupportedException(other),
        };
        var geometry = new ResizeGeometry(Mode(c.Text("mode", "nearest")), coordinates)
        {
            Rounding = c.Text("nearest_mode", "round_prefer_floor") switch
            {
                "round_prefer_floor" => ResizeRounding.PreferFloor,
                "round_prefer_ceil" => ResizeRounding.PreferCeiling,
                "floor" => ResizeRounding.Floor,
                "ceil" => ResizeRounding.Ceiling,
                var other => throw new NotSupportedException(other),
            },
            CubicCoefficient = c.Float("cubic_coeff_a", -0.75f),
            ExcludeOutside = c.Flag("exclude_outside"),
            Antialias = c.Flag("antialias"),
        };
        if (coordinates == ResizeCoordinates.CropAndResize)
        {
            var region = c.Numbers(1)!;
            var rank = x.Rank;
            geometry = geometry with { Region = [.. region[2..rank], .. region[(rank + 2)..]] };
        }

        Shape? size = c.Optional(3) is null ? null : [.. c.Ints(3)!.Skip(2).Select(pixels => (Dim)pixels)];
        if (size is null)
        {
            geometry = geometry with { Scales = new(c.Numbers(2)!.AsSpan()[2..]) };
        }

        return [x.Resize(geometry, size, c.Float("extrapolation_value", 0))];
    }
}
