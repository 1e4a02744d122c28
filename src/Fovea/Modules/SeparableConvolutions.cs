using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// A depthwise separable convolution: a filter for each channel, then a pointwise convolution that mixes the channels (Sifre, 2014;
/// Chollet, 2017). Children: "depthwise", built for the channels of the input, and "pointwise".
/// </summary>
public abstract class SeparableConv : Module
{
    readonly Depthwise _depthwise;
    readonly Conv _pointwise;

    /// <summary>Sets the geometry; lists of one entry hold for every axis.</summary>
    protected SeparableConv(int spatialRank, int channels, Dims kernel, Dims stride, Padding padding, Dims dilation, int multiplier,
        bool bias, Initializer? initializer, PadMode padMode)
    {
        _depthwise = Add("depthwise", new Depthwise(spatialRank, multiplier, kernel, stride, padding, dilation, initializer, padMode));
        _pointwise = Add("pointwise", spatialRank switch
        {
            1 => (Conv)new Conv1d(channels, 1, bias: bias, initializer: initializer),
            2 => new Conv2d(channels, 1, bias: bias, initializer: initializer),
            _ => new Conv3d(channels, 1, bias: bias, initializer: initializer),
        });
    }

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor x) => _pointwise.Forward(_depthwise.Forward(x));

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({_pointwise.Channels}, {_depthwise.Kernel})";
}

/// <summary>A filter, or several, for each channel of the input. Parameters: weight C · multiplier, 1, kernel.</summary>
sealed class Depthwise : Module
{
    readonly int _spatialRank, _multiplier;
    readonly Dims _stride, _dilation;
    readonly Padding _padding;
    readonly PadMode _padMode;
    readonly Initializer _initializer;
    Variable? _weight;

    public Depthwise(int spatialRank, int multiplier, Dims kernel, Dims stride, Padding padding, Dims dilation, Initializer? initializer,
        PadMode padMode)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(multiplier);
        (_spatialRank, _multiplier, _stride, _dilation, _padding, _padMode) = (spatialRank, multiplier, stride, dilation, padding, padMode);
        Kernel = Ops.WindowLists.Expand(spatialRank, kernel, 1, "kernel");
        _initializer = initializer ?? Initializer.He;
    }

    public Dims Kernel { get; }

    protected override void CreateParameters(Shape input)
    {
        if (input.Rank != _spatialRank + 2)
            throw new ShapeMismatchException($"{Title} takes N, C and {_spatialRank} spatial axes; the input {input} has {input.Rank} "
                + "axes: Reshape it, or use the layer for as many axes.");
        if (!input[1].IsKnown) throw new ShapeMismatchException($"{Title} needs a known number of channels; the input is {input}.");
        _weight = AddParameter("weight", [checked((int)input[1] * _multiplier), 1, .. Kernel], _initializer);
    }

    protected override Tensor Compute(Tensor x)
    {
        var weight = _weight!.Read();
        return x.Convolution(weight, null, _stride, _padding, _dilation, (int)(weight.Shape[0].Value / _multiplier), _padMode);
    }

    public override string ToString() => $"Depthwise({_multiplier}, {Kernel})";
}

/// <summary>Separable convolution over sequences N, C, L.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps.</param>
/// <param name="stride">From one output to the next.</param>
/// <param name="padding">Elements at both ends, or begin and end; or a rule.</param>
/// <param name="dilation">Steps from tap to tap.</param>
/// <param name="multiplier">Filters for each input channel.</param>
/// <param name="bias">Whether a bias is added after the pointwise convolution.</param>
/// <param name="initializer">How the weights are filled; He if null.</param>
/// <param name="padMode">What the padding holds.</param>
public sealed class SeparableConv1d(int channels, int kernel, int stride = 1, Padding padding = default, int dilation = 1,
    int multiplier = 1, bool bias = true, Initializer? initializer = null, PadMode padMode = PadMode.Constant)
    : SeparableConv(1, channels, [kernel], [stride], padding, [dilation], multiplier, bias, initializer, padMode);

/// <summary>Separable convolution over images N, C, H, W.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps: height and width, or one for both.</param>
/// <param name="stride">From one output pixel to the next.</param>
/// <param name="padding">Pixels around the image; or a rule.</param>
/// <param name="dilation">Pixels from tap to tap.</param>
/// <param name="multiplier">Filters for each input channel.</param>
/// <param name="bias">Whether a bias is added after the pointwise convolution.</param>
/// <param name="initializer">How the weights are filled; He if null.</param>
/// <param name="padMode">What the padding holds.</param>
public sealed class SeparableConv2d(int channels, Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default,
    int multiplier = 1, bool bias = true, Initializer? initializer = null, PadMode padMode = PadMode.Constant)
    : SeparableConv(2, channels, kernel, stride, padding, dilation, multiplier, bias, initializer, padMode);

/// <summary>Separable convolution over volumes N, C, D, H, W.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps: three, or one for all.</param>
/// <param name="stride">From one output to the next.</param>
/// <param name="padding">Pixels around the volume; or a rule.</param>
/// <param name="dilation">Steps from tap to tap.</param>
/// <param name="multiplier">Filters for each input channel.</param>
/// <param name="bias">Whether a bias is added after the pointwise convolution.</param>
/// <param name="initializer">How the weights are filled; He if null.</param>
/// <param name="padMode">What the padding holds.</param>
public sealed class SeparableConv3d(int channels, Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default,
    int multiplier = 1, bool bias = true, Initializer? initializer = null, PadMode padMode = PadMode.Constant)
    : SeparableConv(3, channels, kernel, stride, padding, dilation, multiplier, bias, initializer, padMode);
