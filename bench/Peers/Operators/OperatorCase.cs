using Fovea;
using TorchSharp;

namespace Peers.Operators;

/// <summary>One operator in both frameworks, on the same numbers.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Image">N, C, spatial.</param>
/// <param name="Torch">The operator in TorchSharp; the second input, where there is one, comes second.</param>
/// <param name="Fovea">The operator here.</param>
internal sealed record OperatorCase(string Name, int[] Image, Func<torch.Tensor, torch.Tensor, torch.Tensor> Torch,
    Func<Tensor, Tensor, Tensor> Fovea)
{
    /// <summary>The second input's sizes: a grid between −1 and 1; none: a single number that nobody reads.</summary>
    public int[] Second { get; init; } = [1];

    /// <summary>Everything that resizes or samples images.</summary>
    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        Resize("nearest ×2", [8, 64, 56, 56], [112, 112], torch.InterpolationMode.Nearest, Interpolation.Nearest),
        Resize("bilinear ×2", [8, 64, 56, 56], [112, 112], torch.InterpolationMode.Bilinear, Interpolation.Linear),
        Resize("bilinear ×8", [1, 21, 64, 64], [512, 512], torch.InterpolationMode.Bilinear, Interpolation.Linear),
        Resize("bicubic ×2", [1, 3, 512, 512], [1024, 1024], torch.InterpolationMode.Bicubic, Interpolation.Cubic),
        Resize("bilinear, down", [1, 3, 1080, 1920], [224, 224], torch.InterpolationMode.Bilinear, Interpolation.Linear),
        Resize("bilinear, down, antialiased", [1, 3, 1080, 1920], [224, 224], torch.InterpolationMode.Bilinear, Interpolation.Linear, true),
        Resize("linear ×2", [16, 128, 256], [512], torch.InterpolationMode.Linear, Interpolation.Linear),
        Resize("trilinear ×2", [1, 32, 24, 24, 24], [48, 48, 48], torch.InterpolationMode.Trilinear, Interpolation.Linear),
        new("pixel shuffle ×3", [1, 27, 256, 256], (x, _) => torch.nn.functional.pixel_shuffle(x, 3),
            (x, _) => x.DepthToSpace(3, PixelOrder.ColumnRowDepth)),
        new("pixel shuffle ×2", [8, 256, 28, 28], (x, _) => torch.nn.functional.pixel_shuffle(x, 2),
            (x, _) => x.DepthToSpace(2, PixelOrder.ColumnRowDepth)),
        new("grid sample, bilinear", [8, 64, 56, 56],
            (x, grid) => torch.nn.functional.grid_sample(x, grid, align_corners: false), (x, grid) => x.GridSample(grid))
        {
            Second = [8, 56, 56, 2],
        },
        new("grid sample, bilinear, few channels", [8, 3, 224, 224],
            (x, grid) => torch.nn.functional.grid_sample(x, grid, align_corners: false), (x, grid) => x.GridSample(grid))
        {
            Second = [8, 224, 224, 2],
        },
    ];

    /// <summary>The name and the sizes.</summary>
    public string Title => $"{Name}, {string.Join('×', Image)}";

    private static OperatorCase Resize(string name, int[] image, int[] size, torch.InterpolationMode theirs, Interpolation ours,
        bool antialias = false) => new(name, image,
        (x, _) => torch.nn.functional.interpolate(x, [.. size.Select(s => (long)s)], mode: theirs,
            align_corners: ours == Interpolation.Nearest ? null : false, antialias: antialias),
        (x, _) => x.Resize(size, ours, antialias: antialias));
}
