using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// A convolution over one to three spatial axes; input channels are inferred. Parameters: weight O, I/groups, kernel; bias O.
/// Each output size is ⌊(size + padding − extent) / stride⌋ + 1, where the extent is (kernel − 1) · dilation + 1.
/// </summary>
public abstract class Conv : Filters
{
    /// <summary>Sets the geometry; lists of one entry hold for every axis.</summary>
    protected Conv(int spatialRank, int channels, Dims kernel, Dims stride, Padding padding, Dims dilation, int groups, bool bias,
        Initializer? initializer, PadMode padMode)
        : base(spatialRank, channels, kernel, stride, padding, dilation, groups, bias, initializer) => PadMode = padMode;

    /// <summary>What the padding holds.</summary>
    public PadMode PadMode { get; }

    /// <inheritdoc/>
    protected sealed override (int First, int Second) WeightChannels(int inputs) => (Channels, inputs / Groups);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) =>
        x.Convolution(Weight.Read(), Bias?.Read(), Stride, Padding, Dilation, Groups, PadMode);
}

/// <summary>Convolution over sequences N, C, L.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps.</param>
/// <param name="stride">From one output to the next.</param>
/// <param name="padding">Elements at both ends, or begin and end; or a rule, such as <see cref="Padding.Causal"/>.</param>
/// <param name="dilation">Steps from tap to tap.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether a bias is added.</param>
/// <param name="initializer">How the weight is filled; He if null.</param>
/// <param name="padMode">What the padding holds.</param>
public sealed class Conv1d(
    int channels, int kernel, int stride = 1, Padding padding = default, int dilation = 1, int groups = 1, bool bias = true,
    Initializer? initializer = null, PadMode padMode = PadMode.Constant)
    : Conv(1, channels, [kernel], [stride], padding, [dilation], groups, bias, initializer, padMode);

/// <summary>Convolution over images N, C, H, W.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps: height and width, or one for both.</param>
/// <param name="stride">From one output pixel to the next.</param>
/// <param name="padding">Pixels around the image; or a rule, such as <see cref="Padding.Same"/>.</param>
/// <param name="dilation">Pixels from tap to tap.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether a bias is added.</param>
/// <param name="initializer">How the weight is filled; He if null.</param>
/// <param name="padMode">What the padding holds.</param>
public sealed class Conv2d(
    int channels, Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default, int groups = 1,
    bool bias = true, Initializer? initializer = null, PadMode padMode = PadMode.Constant)
    : Conv(2, channels, kernel, stride, padding, dilation, groups, bias, initializer, padMode);

/// <summary>Convolution over volumes N, C, D, H, W.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps: three, or one for all.</param>
/// <param name="stride">From one output to the next.</param>
/// <param name="padding">Pixels around the volume; or a rule, such as <see cref="Padding.Same"/>.</param>
/// <param name="dilation">Steps from tap to tap.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether a bias is added.</param>
/// <param name="initializer">How the weight is filled; He if null.</param>
/// <param name="padMode">What the padding holds.</param>
public sealed class Conv3d(
    int channels, Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default, int groups = 1,
    bool bias = true, Initializer? initializer = null, PadMode padMode = PadMode.Constant)
    : Conv(3, channels, kernel, stride, padding, dilation, groups, bias, initializer, padMode);
