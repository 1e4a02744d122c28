using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.DeformableUnfold;

/// <summary>What is done where a tap of a window reads between pixels.</summary>
interface IDeformedTap<T>
{
    /// <summary>
    /// Takes up a tap: the place (y, x) at which it reads; where its offsets, its mask, and the first channel of its offset group begin.
    /// </summary>
    void Meet(T y, T x, in DeformedTap tap);
}

/// <summary>Where one tap of one window lies in the operands.</summary>
/// <param name="Image">The first channel of its offset group in the image.</param>
/// <param name="Column">The same in the columns.</param>
/// <param name="Vertical">Its vertical offset; the horizontal one is a row of places further.</param>
/// <param name="Horizontal">Its horizontal offset.</param>
/// <param name="Mask">Its mask.</param>
readonly record struct DeformedTap(int Image, int Column, int Vertical, int Horizontal, int Mask);

/// <summary>Every tap of every window, once for each group of offsets; row-major operands.</summary>
static class DeformedTaps
{
    /// <summary>Walks the taps: images, groups, taps, places.</summary>
    public static void ForEach<T, TTap>(ConvolutionGeometry geometry, Dims kernel, int groups, Dims image, ReadOnlySpan<T> offsets,
        TTap tap)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> where TTap : IDeformedTap<T>, allows ref struct
    {
        var sizes = Convolution.ConvolutionSizes.Of(geometry, kernel, image);
        int taps = sizes.Kernel.Count, places = sizes.Output.Count, channels = image[1] / groups, pixels = image[2] * image[3];
        for (int n = 0; n < image[0]; n++)
            for (int group = 0; group < groups; group++)
                for (int t = 0; t < taps; t++)
                    for (int q = 0; q < places; q++)
                    {
                        var (ty, tx) = Math.DivRem(t, sizes.Kernel.Width);
                        var (oy, ox) = Math.DivRem(q, sizes.Output.Width);
                        int row = (n * groups + group) * taps + t, channel = n * image[1] + group * channels;
                        var at = new DeformedTap(channel * pixels, (channel * taps + t) * places + q, 2 * row * places + q,
                            (2 * row + 1) * places + q, row * places + q);
                        int y = oy * sizes.Stride.Height - sizes.Padding.Height + ty * sizes.Dilation.Height;
                        int x = ox * sizes.Stride.Width - sizes.Padding.Width + tx * sizes.Dilation.Width;
                        tap.Meet(T.CreateChecked(y) + offsets[at.Vertical], T.CreateChecked(x) + offsets[at.Horizontal], at);
                    }
    }
}

/// <summary>The four pixels around a place between pixels: where they are, and how much of each is seen there.</summary>
readonly ref struct Corners<T> where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    readonly int _top, _left, _height, _width;

    public Corners(T y, T x, int height, int width)
    {
        (_height, _width) = (height, width);
        T top = T.Floor(y), left = T.Floor(x);
        (Down, Right) = (y - top, x - left);
        // A place that is no number is kept: so is what is read there.
        _top = int.CreateSaturating(T.Clamp(top, T.CreateChecked(-2), T.CreateChecked(height)));
        _left = int.CreateSaturating(T.Clamp(left, T.CreateChecked(-2), T.CreateChecked(width)));
    }

    /// <summary>How far the place lies below the upper pixels, from 0 to 1.</summary>
    public T Down { get; }

    /// <summary>How far the place lies to the right of the left pixels, from 0 to 1.</summary>
    public T Right { get; }

    /// <summary>Where a corner lies in its channel, or −1 where it is outside.</summary>
    public int Pixel(int below, int beside)
    {
        int y = _top + below, x = _left + beside;
        return (uint)y < (uint)_height && (uint)x < (uint)_width ? y * _width + x : -1;
    }

    /// <summary>How much of a corner is seen.</summary>
    public T Weight(int below, int beside) => Share(Down, below) * Share(Right, beside);

    /// <summary>How that grows with the vertical offset.</summary>
    public T VerticalSlope(int below, int beside) => (below == 0 ? -T.One : T.One) * Share(Right, beside);

    /// <summary>How that grows with the horizontal offset.</summary>
    public T HorizontalSlope(int below, int beside) => (beside == 0 ? -T.One : T.One) * Share(Down, below);

    static T Share(T far, int end) => end == 0 ? T.One - far : far;
}
