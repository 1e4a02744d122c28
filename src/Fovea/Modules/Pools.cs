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

/// <summary>The largest element of every window, N, C, L.</summary>
/// <param name="kernel">The window's size.</param>
/// <param name="stride">From window to window; 0: side by side.</param>
/// <param name="padding">Padding at both ends; it is never the largest.</param>
public sealed class MaxPool1d(int kernel, int stride = 0, int padding = 0)
    : Lambda($"MaxPool1d({kernel})", x => x.MaxPool([kernel], [stride == 0 ? kernel : stride], [padding]));

/// <summary>The largest element of every window, N, C, H, W.</summary>
/// <param name="kernel">The window's side.</param>
/// <param name="stride">From window to window; 0: side by side.</param>
/// <param name="padding">Padding around the image; it is never the largest.</param>
public sealed class MaxPool2d(int kernel, int stride = 0, int padding = 0)
    : Lambda($"MaxPool2d({kernel})", x => x.MaxPool([kernel, kernel], [stride == 0 ? kernel : stride], [padding]));

/// <summary>The largest element of every window, N, C, D, H, W.</summary>
/// <param name="kernel">The window's side.</param>
/// <param name="stride">From window to window; 0: side by side.</param>
/// <param name="padding">Padding around the volume; it is never the largest.</param>
public sealed class MaxPool3d(int kernel, int stride = 0, int padding = 0)
    : Lambda($"MaxPool3d({kernel})", x => x.MaxPool([kernel, kernel, kernel], [stride == 0 ? kernel : stride], [padding]));

/// <summary>The mean of every window, N, C, L.</summary>
/// <param name="kernel">The window's size.</param>
/// <param name="stride">From window to window; 0: side by side.</param>
/// <param name="padding">Padding at both ends.</param>
/// <param name="countPadding">Whether padding counts as zeros.</param>
public sealed class AvgPool1d(int kernel, int stride = 0, int padding = 0, bool countPadding = false)
    : Lambda($"AvgPool1d({kernel})", x => x.AveragePool([kernel], [stride == 0 ? kernel : stride], [padding], countPadding));

/// <summary>The mean of every window, N, C, H, W.</summary>
/// <param name="kernel">The window's side.</param>
/// <param name="stride">From window to window; 0: side by side.</param>
/// <param name="padding">Padding around the image.</param>
/// <param name="countPadding">Whether padding counts as zeros.</param>
public sealed class AvgPool2d(int kernel, int stride = 0, int padding = 0, bool countPadding = false)
    : Lambda($"AvgPool2d({kernel})", x => x.AveragePool([kernel, kernel], [stride == 0 ? kernel : stride], [padding], countPadding));

/// <summary>The mean of every window, N, C, D, H, W.</summary>
/// <param name="kernel">The window's side.</param>
/// <param name="stride">From window to window; 0: side by side.</param>
/// <param name="padding">Padding around the volume.</param>
/// <param name="countPadding">Whether padding counts as zeros.</param>
public sealed class AvgPool3d(int kernel, int stride = 0, int padding = 0, bool countPadding = false)
    : Lambda($"AvgPool3d({kernel})",
        x => x.AveragePool([kernel, kernel, kernel], [stride == 0 ? kernel : stride], [padding], countPadding));

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

/// <summary>Joins the axes from 1 on into one: N, features.</summary>
public sealed class Flatten() : Lambda("Flatten", x => x.Flatten());
