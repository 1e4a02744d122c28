using Fovea.Errors;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>A layer without parameters: a function of one tensor.</summary>
/// <param name="name">What it is called in tables.</param>
/// <param name="function">The function.</param>
public class Lambda(string name, Func<Tensor, Tensor> function) : Module
{
    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor x) => function(x);

    /// <inheritdoc/>
    public override string ToString() => name;
}

/// <summary>Windows over one to three spatial axes: what the pools share. Input: N, C, spatial. Output: N, C, places.</summary>
public abstract class WindowPool : Module
{
    /// <summary>Sets the windows; lists of one entry hold for every axis.</summary>
    private protected WindowPool(int rank, Dims kernel, Dims stride, Padding padding, Dims dilation, bool ceilMode)
    {
        var geometry = PoolingGeometry.Of(rank, kernel, stride, padding.Pixels, dilation);
        SpatialRank = rank;
        (Kernel, Stride, Dilation) = (geometry.Kernel, geometry.Stride, geometry.Dilation);
        (Padding, CeilMode, Windows) = (padding, ceilMode, kernel);
    }

    /// <summary>How many spatial axes.</summary>
    public int SpatialRank { get; }

    /// <summary>The window's sizes, one entry an axis.</summary>
    public Dims Kernel { get; }

    /// <summary>From one window to the next, one entry an axis.</summary>
    public Dims Stride { get; }

    /// <summary>What lies around the input: in numbers, or by a rule.</summary>
    public Padding Padding { get; }

    /// <summary>From tap to tap, one entry an axis.</summary>
    public Dims Dilation { get; }

    /// <summary>Whether a last window that reaches past the padded input counts.</summary>
    public bool CeilMode { get; }

    // The kernel as it was written.
    private protected Dims Windows { get; }

    /// <summary>Checks the number of axes: a layer for images takes no sequences.</summary>
    private protected Tensor Checked(Tensor x)
    {
        if (x.Rank == SpatialRank + 2) return x;
        throw new ShapeMismatchException($"{Title} takes N, C and {SpatialRank} spatial axes; the input {x.Shape} has {x.Rank} axes: "
            + "Reshape it, or use the layer for as many axes.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({Windows})";
}

/// <summary>The largest element of every window; what max pools share.</summary>
public abstract class MaxPoolNd : WindowPool
{
    private protected MaxPoolNd(int rank, Dims kernel, Dims stride, Padding padding, Dims dilation, bool ceilMode)
        : base(rank, kernel, stride, padding, dilation, ceilMode) { }

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor x) =>
        Checked(x).MaxPool(Kernel, Stride, Padding, Dilation, CeilMode);

    /// <summary>The largest elements, and where they stand: what <see cref="MaxUnpoolNd"/> takes back.</summary>
    public (Tensor Values, Tensor Indices) ForwardWithIndices(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using (Graphs.Scope.Enter(Path.Length == 0 ? Graphs.Scope.Path : Path))
            return Checked(x).MaxPoolWithIndices(Kernel, Stride, Padding, Dilation, CeilMode);
    }
}

/// <summary>The largest element of every window, N, C, L.</summary>
/// <param name="kernel">The window's size.</param>
/// <param name="stride">From window to window; none: side by side.</param>
/// <param name="padding">Padding at both ends, before and after, or by a rule; it is never the largest.</param>
/// <param name="dilation">Steps from tap to tap; none is 1.</param>
/// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
public sealed class MaxPool1d(Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default, bool ceilMode = false)
    : MaxPoolNd(1, kernel, stride, padding, dilation, ceilMode);

/// <summary>The largest element of every window, N, C, H, W.</summary>
/// <param name="kernel">The window's sizes: two, or one for both.</param>
/// <param name="stride">From window to window; none: side by side.</param>
/// <param name="padding">Padding around the image: one, two, beginnings and then ends, or a rule; it is never the largest.</param>
/// <param name="dilation">Pixels from tap to tap; none is 1.</param>
/// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
public sealed class MaxPool2d(Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default, bool ceilMode = false)
    : MaxPoolNd(2, kernel, stride, padding, dilation, ceilMode);

/// <summary>The largest element of every window, N, C, D, H, W.</summary>
/// <param name="kernel">The window's sizes: three, or one for all.</param>
/// <param name="stride">From window to window; none: side by side.</param>
/// <param name="padding">Padding around the volume: one, three, beginnings and then ends, or a rule; it is never the largest.</param>
/// <param name="dilation">Steps from tap to tap; none is 1.</param>
/// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
public sealed class MaxPool3d(Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default, bool ceilMode = false)
    : MaxPoolNd(3, kernel, stride, padding, dilation, ceilMode);

/// <summary>The mean of every window; what average pools share.</summary>
public abstract class AvgPoolNd : WindowPool
{
    private protected AvgPoolNd(int rank, Dims kernel, Dims stride, Padding padding, bool countPadding, bool ceilMode, int divisor)
        : base(rank, kernel, stride, padding, [], ceilMode) => (CountPadding, Divisor) = (countPadding, divisor);

    /// <summary>Whether padding counts as zeros.</summary>
    public bool CountPadding { get; }

    /// <summary>By what every sum is divided; 0: by the number counted.</summary>
    public int Divisor { get; }

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor x) =>
        Checked(x).AveragePool(Kernel, Stride, Padding, CountPadding, CeilMode, Divisor);
}

/// <summary>The mean of every window, N, C, L.</summary>
/// <param name="kernel">The window's size.</param>
/// <param name="stride">From window to window; none: side by side.</param>
/// <param name="padding">Padding at both ends, before and after, or by a rule.</param>
/// <param name="countPadding">Whether padding counts as zeros.</param>
/// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
/// <param name="divisor">By what every sum is divided instead; 0: by the number counted.</param>
public sealed class AvgPool1d(Dims kernel, Dims stride = default, Padding padding = default, bool countPadding = false,
    bool ceilMode = false, int divisor = 0) : AvgPoolNd(1, kernel, stride, padding, countPadding, ceilMode, divisor);

/// <summary>The mean of every window, N, C, H, W.</summary>
/// <param name="kernel">The window's sizes: two, or one for both.</param>
/// <param name="stride">From window to window; none: side by side.</param>
/// <param name="padding">Padding around the image: one, two, beginnings and then ends, or a rule.</param>
/// <param name="countPadding">Whether padding counts as zeros.</param>
/// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
/// <param name="divisor">By what every sum is divided instead; 0: by the number counted.</param>
public sealed class AvgPool2d(Dims kernel, Dims stride = default, Padding padding = default, bool countPadding = false,
    bool ceilMode = false, int divisor = 0) : AvgPoolNd(2, kernel, stride, padding, countPadding, ceilMode, divisor);

/// <summary>The mean of every window, N, C, D, H, W.</summary>
/// <param name="kernel">The window's sizes: three, or one for all.</param>
/// <param name="stride">From window to window; none: side by side.</param>
/// <param name="padding">Padding around the volume: one, three, beginnings and then ends, or a rule.</param>
/// <param name="countPadding">Whether padding counts as zeros.</param>
/// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
/// <param name="divisor">By what every sum is divided instead; 0: by the number counted.</param>
public sealed class AvgPool3d(Dims kernel, Dims stride = default, Padding padding = default, bool countPadding = false,
    bool ceilMode = false, int divisor = 0) : AvgPoolNd(3, kernel, stride, padding, countPadding, ceilMode, divisor);

/// <summary>(Σ |x|ᵖ)^(1/p) over every window; what Lp pools share.</summary>
public abstract class LpPoolNd : WindowPool
{
    private protected LpPoolNd(int rank, double p, Dims kernel, Dims stride, Padding padding, bool ceilMode)
        : base(rank, kernel, stride, padding, [], ceilMode) => P = p;

    /// <summary>The exponent.</summary>
    public double P { get; }

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor x) =>
        Checked(x).LpPool(P, Kernel, Stride, Padding, Dilation, CeilMode);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{GetType().Name}({P}, {Windows})");
}

/// <summary>(Σ |x|ᵖ)^(1/p) over every window, N, C, L.</summary>
/// <param name="p">The exponent, > 0.</param>
/// <param name="kernel">The window's size.</param>
/// <param name="stride">From window to window; none: side by side.</param>
/// <param name="padding">Zeros at both ends, before and after, or by a rule.</param>
/// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
public sealed class LpPool1d(double p, Dims kernel, Dims stride = default, Padding padding = default, bool ceilMode = false)
    : LpPoolNd(1, p, kernel, stride, padding, ceilMode);

/// <summary>(Σ |x|ᵖ)^(1/p) over every window, N, C, H, W.</summary>
/// <param name="p">The exponent, > 0.</param>
/// <param name="kernel">The window's sizes: two, or one for both.</param>
/// <param name="stride">From window to window; none: side by side.</param>
/// <param name="padding">Zeros around the image: one, two, beginnings and then ends, or a rule.</param>
/// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
public sealed class LpPool2d(double p, Dims kernel, Dims stride = default, Padding padding = default, bool ceilMode = false)
    : LpPoolNd(2, p, kernel, stride, padding, ceilMode);

/// <summary>(Σ |x|ᵖ)^(1/p) over every window, N, C, D, H, W.</summary>
/// <param name="p">The exponent, > 0.</param>
/// <param name="kernel">The window's sizes: three, or one for all.</param>
/// <param name="stride">From window to window; none: side by side.</param>
/// <param name="padding">Zeros around the volume: one, three, beginnings and then ends, or a rule.</param>
/// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
public sealed class LpPool3d(double p, Dims kernel, Dims stride = default, Padding padding = default, bool ceilMode = false)
    : LpPoolNd(3, p, kernel, stride, padding, ceilMode);

/// <summary>
/// One pixel of every window, drawn by its share of Σ |x| in training; their weighted mean in inference (Zeiler and Fergus, 2013).
/// </summary>
public abstract class StochasticPoolNd : WindowPool
{
    private protected StochasticPoolNd(int rank, Dims kernel, Dims stride, Padding padding, bool ceilMode)
        : base(rank, kernel, stride, padding, [], ceilMode) { }

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor x) =>
        Checked(x).StochasticPool(Kernel, Stride, Padding, Dilation, CeilMode);
}

/// <summary>Stochastic pooling, N, C, L: one element of every window in training, their weighted mean in inference.</summary>
/// <param name="kernel">The window's size.</param>
/// <param name="stride">From window to window; none: side by side.</param>
/// <param name="padding">Padding at both ends, before and after, or by a rule; it is never drawn.</param>
/// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
public sealed class StochasticPool1d(Dims kernel, Dims stride = default, Padding padding = default, bool ceilMode = false)
    : StochasticPoolNd(1, kernel, stride, padding, ceilMode);

/// <summary>Stochastic pooling, N, C, H, W: one pixel of every window in training, their weighted mean in inference.</summary>
/// <param name="kernel">The window's sizes: two, or one for both.</param>
/// <param name="stride">From window to window; none: side by side.</param>
/// <param name="padding">Padding around the image: one, two, beginnings and then ends, or a rule; it is never drawn.</param>
/// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
public sealed class StochasticPool2d(Dims kernel, Dims stride = default, Padding padding = default, bool ceilMode = false)
    : StochasticPoolNd(2, kernel, stride, padding, ceilMode);

/// <summary>Stochastic pooling, N, C, D, H, W: one element of every window in training, their weighted mean in inference.</summary>
/// <param name="kernel">The window's sizes: three, or one for all.</param>
/// <param name="stride">From window to window; none: side by side.</param>
/// <param name="padding">Padding around the volume: one, three, beginnings and then ends, or a rule; it is never drawn.</param>
/// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
public sealed class StochasticPool3d(Dims kernel, Dims stride = default, Padding padding = default, bool ceilMode = false)
    : StochasticPoolNd(3, kernel, stride, padding, ceilMode);

/// <summary>Joins the axes from 1 on into one: N, features.</summary>
public sealed class Flatten() : Lambda("Flatten", x => x.Flatten());
