using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>im2col: what every window sees, N, C, spatial to N, C · taps, places.</summary>
/// <param name="kernel">Taps: one an axis, or one for all.</param>
/// <param name="stride">From one window to the next; none is 1.</param>
/// <param name="padding">Zeros around the image; or a rule.</param>
/// <param name="dilation">Pixels from tap to tap; none is 1.</param>
public sealed class Unfold(Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default)
    : Lambda($"Unfold({kernel})", x => x.Unfold(kernel, stride, padding, dilation));

/// <summary>col2im: an image in which every window adds its column, N, C · taps, places to N, C, spatial.</summary>
/// <param name="outputSize">The spatial sizes of the image.</param>
/// <param name="kernel">Taps: one an axis, or one for all.</param>
/// <param name="stride">From one window to the next; none is 1.</param>
/// <param name="padding">Zeros around the image; or a rule.</param>
/// <param name="dilation">Pixels from tap to tap; none is 1.</param>
public sealed class Fold(Dims outputSize, Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default)
    : Lambda($"Fold({outputSize}, {kernel})", x => x.Fold(outputSize, kernel, stride, padding, dilation));
