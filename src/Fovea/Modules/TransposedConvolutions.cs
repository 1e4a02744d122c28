using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// The transpose of a convolution, which spreads every pixel by the kernel: it enlarges, as a convolution with a stride reduces
/// (Zeiler and others, 2010). Input channels are inferred. Parameters: weight I, O/groups, kernel; bias O.
/// Each output size is (size − 1) · stride − padding + extent + output padding, where the extent is (kernel − 1) · dilation + 1; or the
/// output size given, where the input can give it.
/// </summary>
public abstract class ConvTranspose : Filters
{
    /// <summary>Sets the geometry; lists of one entry hold for every axis.</summary>
    protected ConvTranspose(int spatialRank, int channels, Dims kernel, Dims stride, Padding padding, Dims outputPadding, Dims dilation,
        int groups, bool bias, Initializer? initializer, Dims outputSize)
        : base(spatialRank, channels, kernel, stride, padding, dilation, groups, bias, initializer) =>
        (OutputPadding, OutputSize) = (outputPadding, outputSize);

    /// <summary>
    /// Pixels added at the end of each axis, less than the stride: with a stride several output sizes are possible. None is 0.
    /// </summary>
    public Dims OutputPadding { get; }

    /// <summary>The spatial sizes of the output, instead of an output padding; none: they follow from the input's.</summary>
    public Dims OutputSize { get; }

    /// <inheritdoc/>
    protected sealed override (int First, int Second) WeightChannels(int inputs) => (inputs, Channels / Groups);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) =>
        x.TransposedConvolution(Weight.Read(), Bias?.Read(), Stride, Padding, OutputPadding, Dilation, Groups, OutputSize);
}

/// <summary>Transposed convolution over sequences N, C, L.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps.</param>
/// <param name="stride">Output pixels from one input pixel to the next.</param>
/// <param name="padding">Pixels cut from the borders of the output; or a rule: <see cref="Padding.Same"/> gives size · stride.</param>
/// <param name="outputPadding">Pixels added at the end, less than the stride.</param>
/// <param name="dilation">Pixels from tap to tap.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether a bias is added.</param>
/// <param name="initializer">How the weight is filled; He if null, with O/groups · kernel as fan-in.</param>
/// <param name="outputSize">The spatial sizes of the output, instead of an output padding.</param>
public sealed class ConvTranspose1d(int channels, int kernel, int stride = 1, Padding padding = default, int outputPadding = 0,
    int dilation = 1, int groups = 1, bool bias = true, Initializer? initializer = null, Dims outputSize = default)
    : ConvTranspose(1, channels, [kernel], [stride], padding, [outputPadding], [dilation], groups, bias, initializer, outputSize);

/// <summary>Transposed convolution over images N, C, H, W.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps: one an axis, or one for all.</param>
/// <param name="stride">Output pixels from one input pixel to the next.</param>
/// <param name="padding">Pixels cut from the borders of the output; or a rule: <see cref="Padding.Same"/> gives size · stride.</param>
/// <param name="outputPadding">Pixels added at the end, less than the stride.</param>
/// <param name="dilation">Pixels from tap to tap.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether a bias is added.</param>
/// <param name="initializer">How the weight is filled; He if null, with O/groups · kernel as fan-in.</param>
/// <param name="outputSize">The spatial sizes of the output, instead of an output padding.</param>
public sealed class ConvTranspose2d(int channels, Dims kernel, Dims stride = default, Padding padding = default,
    Dims outputPadding = default, Dims dilation = default, int groups = 1, bool bias = true, Initializer? initializer = null,
    Dims outputSize = default)
    : ConvTranspose(2, channels, kernel, stride, padding, outputPadding, dilation, groups, bias, initializer, outputSize);

/// <summary>Transposed convolution over volumes N, C, D, H, W.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps: one an axis, or one for all.</param>
/// <param name="stride">Output pixels from one input pixel to the next.</param>
/// <param name="padding">Pixels cut from the borders of the output; or a rule: <see cref="Padding.Same"/> gives size · stride.</param>
/// <param name="outputPadding">Pixels added at the end, less than the stride.</param>
/// <param name="dilation">Pixels from tap to tap.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether a bias is added.</param>
/// <param name="initializer">How the weight is filled; He if null, with O/groups · kernel as fan-in.</param>
/// <param name="outputSize">The spatial sizes of the output, instead of an output padding.</param>
public sealed class ConvTranspose3d(int channels, Dims kernel, Dims stride = default, Padding padding = default,
    Dims outputPadding = default, Dims dilation = default, int groups = 1, bool bias = true, Initializer? initializer = null,
    Dims outputSize = default)
    : ConvTranspose(3, channels, kernel, stride, padding, outputPadding, dilation, groups, bias, initializer, outputSize);
