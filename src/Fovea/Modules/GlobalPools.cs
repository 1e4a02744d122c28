using System.Globalization;
using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>The mean of each channel over all places: N, C, L to N, C, 1.</summary>
public sealed class GlobalAvgPool1d() : Lambda("GlobalAvgPool1d", x => x.GlobalAveragePool());

/// <summary>The mean of each channel over all places: N, C, H, W to N, C, 1, 1.</summary>
public sealed class GlobalAvgPool2d() : Lambda("GlobalAvgPool2d", x => x.GlobalAveragePool());

/// <summary>The mean of each channel over all places: N, C, D, H, W to N, C, 1, 1, 1.</summary>
public sealed class GlobalAvgPool3d() : Lambda("GlobalAvgPool3d", x => x.GlobalAveragePool());

/// <summary>The largest element of each channel over all places: N, C, L to N, C, 1.</summary>
public sealed class GlobalMaxPool1d() : Lambda("GlobalMaxPool1d", x => x.GlobalMaxPool());

/// <summary>The largest element of each channel over all places: N, C, H, W to N, C, 1, 1.</summary>
public sealed class GlobalMaxPool2d() : Lambda("GlobalMaxPool2d", x => x.GlobalMaxPool());

/// <summary>The largest element of each channel over all places: N, C, D, H, W to N, C, 1, 1, 1.</summary>
public sealed class GlobalMaxPool3d() : Lambda("GlobalMaxPool3d", x => x.GlobalMaxPool());

/// <summary>(Σ |x|ᵖ)^(1/p) of each channel over all places: N, C, L to N, C, 1.</summary>
/// <param name="p">The exponent, > 0.</param>
public sealed class GlobalLpPool1d(double p = 2)
    : Lambda($"GlobalLpPool1d({p.ToString(CultureInfo.InvariantCulture)})", x => x.GlobalLpPool(p));

/// <summary>(Σ |x|ᵖ)^(1/p) of each channel over all places: N, C, H, W to N, C, 1, 1.</summary>
/// <param name="p">The exponent, > 0.</param>
public sealed class GlobalLpPool2d(double p = 2)
    : Lambda($"GlobalLpPool2d({p.ToString(CultureInfo.InvariantCulture)})", x => x.GlobalLpPool(p));

/// <summary>(Σ |x|ᵖ)^(1/p) of each channel over all places: N, C, D, H, W to N, C, 1, 1, 1.</summary>
/// <param name="p">The exponent, > 0.</param>
public sealed class GlobalLpPool3d(double p = 2)
    : Lambda($"GlobalLpPool3d({p.ToString(CultureInfo.InvariantCulture)})", x => x.GlobalLpPool(p));

/// <summary>Pools of a fixed output size, whatever the input's: what the adaptive pools share.</summary>
public abstract class AdaptivePool : Module
{
    readonly int _rank;

    private protected AdaptivePool(int rank, Dims outputSize)
    {
        _rank = rank;
        OutputSize = Ops.WindowLists.Expand(rank, outputSize, 0, "output size");
    }

    /// <summary>How many bins along each spatial axis; 0: as many as the input has elements.</summary>
    public Dims OutputSize { get; }

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor x)
    {
        if (x.Rank == _rank + 2) return Pool(x);
        throw new ShapeMismatchException($"{Title} takes N, C and {_rank} spatial axes; the input {x.Shape} has {x.Rank} axes: "
            + "Reshape it, or use the layer for as many axes.");
    }

    private protected abstract Tensor Pool(Tensor x);

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({OutputSize})";
}

/// <summary>The largest element of every bin; what adaptive max pools share.</summary>
public abstract class AdaptiveMaxPoolNd : AdaptivePool
{
    private protected AdaptiveMaxPoolNd(int rank, Dims outputSize) : base(rank, outputSize) { }

    private protected sealed override Tensor Pool(Tensor x) => x.AdaptiveMaxPool(OutputSize);
}

/// <summary>The mean of every bin; what adaptive average pools share.</summary>
public abstract class AdaptiveAvgPoolNd : AdaptivePool
{
    private protected AdaptiveAvgPoolNd(int rank, Dims outputSize) : base(rank, outputSize) { }

    private protected sealed override Tensor Pool(Tensor x) => x.AdaptiveAveragePool(OutputSize);
}

/// <summary>The largest element of each of so many bins, N, C, L to N, C, outputSize.</summary>
/// <param name="outputSize">How many bins; 0: the input's length.</param>
public sealed class AdaptiveMaxPool1d(Dims outputSize) : AdaptiveMaxPoolNd(1, outputSize);

/// <summary>The largest element of each of so many bins, N, C, H, W to N, C, outputSize.</summary>
/// <param name="outputSize">How many bins: two, or one for both; 0: the input's size.</param>
public sealed class AdaptiveMaxPool2d(Dims outputSize) : AdaptiveMaxPoolNd(2, outputSize);

/// <summary>The largest element of each of so many bins, N, C, D, H, W to N, C, outputSize.</summary>
/// <param name="outputSize">How many bins: three, or one for all; 0: the input's size.</param>
public sealed class AdaptiveMaxPool3d(Dims outputSize) : AdaptiveMaxPoolNd(3, outputSize);

/// <summary>The mean of each of so many bins, N, C, L to N, C, outputSize.</summary>
/// <param name="outputSize">How many bins; 0: the input's length.</param>
public sealed class AdaptiveAvgPool1d(Dims outputSize) : AdaptiveAvgPoolNd(1, outputSize);

/// <summary>The mean of each of so many bins, N, C, H, W to N, C, outputSize.</summary>
/// <param name="outputSize">How many bins: two, or one for both; 0: the input's size.</param>
public sealed class AdaptiveAvgPool2d(Dims outputSize) : AdaptiveAvgPoolNd(2, outputSize);

/// <summary>The mean of each of so many bins, N, C, D, H, W to N, C, outputSize.</summary>
/// <param name="outputSize">How many bins: three, or one for all; 0: the input's size.</param>
public sealed class AdaptiveAvgPool3d(Dims outputSize) : AdaptiveAvgPoolNd(3, outputSize);

/// <summary>
/// Pools into grids of growing fineness and joins them: N, C, H, W of any size to N, C · Σ level² (He and others, 2014).
/// </summary>
/// <param name="levels">Bins a side of each grid, such as 1, 2, 4.</param>
/// <param name="average">Whether bins give their mean; their largest otherwise.</param>
public sealed class SpatialPyramidPool(Dims levels, bool average = false)
    : Lambda($"SpatialPyramidPool({string.Join(", ", levels)})", x => x.SpatialPyramidPool(levels, average));

/// <summary>Binomial blur and downsampling of sequences N, C, L, against aliasing (Zhang, 2019).</summary>
/// <param name="kernel">Taps of the filter.</param>
/// <param name="stride">From one output to the next.</param>
/// <param name="padding">What lies around the sequence.</param>
public sealed class BlurPool1d(int kernel = 3, int stride = 2, BlurPadding padding = BlurPadding.Reflect) : Lambda(
    string.Create(CultureInfo.InvariantCulture, $"BlurPool1d({kernel}, {stride})"), x => x.BlurPool(kernel, stride, padding));

/// <summary>Binomial blur and downsampling of images N, C, H, W, against aliasing (Zhang, 2019).</summary>
/// <param name="kernel">Taps a side of the filter.</param>
/// <param name="stride">From one output to the next.</param>
/// <param name="padding">What lies around the image.</param>
public sealed class BlurPool2d(int kernel = 3, int stride = 2, BlurPadding padding = BlurPadding.Reflect) : Lambda(
    string.Create(CultureInfo.InvariantCulture, $"BlurPool2d({kernel}, {stride})"), x => x.BlurPool(kernel, stride, padding));
