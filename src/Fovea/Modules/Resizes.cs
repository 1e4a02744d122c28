using System.Globalization;

namespace Fovea.Modules;

/// <summary>The image at other sizes: N, C, spatial to N, C, size.</summary>
/// <param name="size">The spatial sizes of the result.</param>
/// <param name="mode">How the image is read between its pixels.</param>
/// <param name="alignCorners">Whether the centres of corner pixels coincide; else the images' borders do.</param>
/// <param name="antialias">Whether a shrunk image averages over all pixels; not with Nearest.</param>
public sealed class Resize(Shape size, Interpolation mode = Interpolation.Linear, bool alignCorners = false, bool antialias = false)
    : Lambda($"Resize({size}, {mode})", x => x.Resize(size, mode, alignCorners, antialias));

/// <summary>The image enlarged (or shrunk) by a scale: N, C, spatial to N, C, ⌊size · scale⌋.</summary>
/// <param name="scale">The scale of every spatial axis.</param>
/// <param name="mode">How the image is read between its pixels.</param>
/// <param name="alignCorners">Whether the centres of corner pixels coincide; else the images' borders do.</param>
public sealed class Upsample(double scale, Interpolation mode = Interpolation.Nearest, bool alignCorners = false)
    : Lambda($"Upsample({scale.ToString(CultureInfo.InvariantCulture)}, {mode})", x => x.ResizeBy(scale, mode, alignCorners));

/// <summary>Channels laid out as pixels (sub-pixel convolution): N, C · block^rank, spatial to N, C, spatial · block.</summary>
/// <param name="block">How many pixels an axis become of one.</param>
public sealed class PixelShuffle(int block)
    : Lambda($"PixelShuffle({block.ToString(CultureInfo.InvariantCulture)})", x => x.DepthToSpace(block, PixelOrder.ColumnRowDepth));

/// <summary>
/// Pixels laid out as channels, the inverse of <see cref="PixelShuffle"/>: N, C, spatial to N, C · block^rank, spatial / block.
/// </summary>
/// <param name="block">How many pixels an axis become one.</param>
public sealed class PixelUnshuffle(int block)
    : Lambda($"PixelUnshuffle({block.ToString(CultureInfo.InvariantCulture)})", x => x.SpaceToDepth(block, PixelOrder.ColumnRowDepth));
