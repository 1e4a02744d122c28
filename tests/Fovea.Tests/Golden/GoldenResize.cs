using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Tests.Golden;

/// <summary>Resizing and sampling of images.</summary>
internal static class GoldenResize
{
    internal static readonly Dictionary<string, Func<GoldenInputs, Tensor[]>> Operators = new()
    {
        ["interpolate"] = c => [Interpolate(c)],
        ["pixel_shuffle"] = c => [c["x"].DepthToSpace(c.Case.Int("upscale_factor"), PixelOrder.ColumnRowDepth)],
        ["pixel_unshuffle"] = c => [c["x"].SpaceToDepth(c.Case.Int("downscale_factor"), PixelOrder.ColumnRowDepth)],
        ["grid_sample"] = c => [Sample(c)],
        ["affine_grid"] = c => [c["theta"].AffineGrid(new Dims(c.Case.Ints("size").AsSpan()[2..]), c.Case.Bool("align_corners"))],
    };

    static Tensor Sample(GoldenInputs c)
    {
        var mode = c.Case.Text("mode") switch
        {
            "nearest" => Interpolation.Nearest,
            "bicubic" => Interpolation.Cubic,
            _ => Interpolation.Linear,
        };
        var padding = Enum.Parse<GridPadding>(c.Case.Text("padding_mode"), ignoreCase: true);
        return c["x"].GridSample(c["grid"], mode, padding, c.Case.Bool("align_corners"));
    }

    static Tensor Interpolate(GoldenInputs c)
    {
        var x = c["x"];
        bool corners = c.Case.Bool("align_corners"), antialias = c.Case.Bool("antialias");
        var mode = c.Case.Text("mode");
        if (mode == "nearest")
        {
            // PyTorch's older nearest rounds the corner of a pixel down, not its centre to the nearest.
            var floor = new ResizeGeometry(Interpolation.Nearest, ResizeCoordinates.Asymmetric) { Rounding = ResizeRounding.Floor };
            return c.Case.HasAttribute("size") ? x.Resize(floor, c.Shape("size"))
                : x.Resize(floor with { Scales = new(c.Case.Doubles("scale_factor")) });
        }

        var ours = mode == "nearest-exact" ? Interpolation.Nearest : mode == "bicubic" ? Interpolation.Cubic : Interpolation.Linear;
        return c.Case.HasAttribute("size") ? x.Resize(c.Shape("size"), ours, corners, antialias)
            : x.ResizeBy(new(c.Case.Doubles("scale_factor")), ours, corners, antialias);
    }
}
