using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// Deformable convolution over images N, C, H, W (Zhu and others, 2019): a convolution of the input, "offset", says for each window where
/// its taps read, and how much each counts (a sigmoid). That convolution starts at zero: the layer then reads where a plain one does, every
/// tap by half. Parameters: weight O, C/groups, kernel; bias O; and those of "offset".
/// </summary>
public sealed class DeformableConv2d : Module
{
    readonly int _channels, _groups, _offsets;
    readonly Dims _kernel, _stride, _dilation;
    readonly Padding _padding;
    readonly bool _hasBias;
    readonly Initializer _initializer;
    readonly Conv2d _offset;
    Variable? _weight, _bias;

    /// <summary>Sets the geometry; lists of one entry hold for both axes.</summary>
    /// <param name="channels">Output channels.</param>
    /// <param name="kernel">Taps: height and width, or one for both.</param>
    /// <param name="stride">From one output pixel to the next.</param>
    /// <param name="padding">Zeros around the image; or a rule.</param>
    /// <param name="dilation">Pixels from tap to tap.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    /// <param name="offsetGroups">Groups of input channels that have offsets of their own.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="initializer">How the weight is filled; He if null.</param>
    public DeformableConv2d(int channels, Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default,
        int groups = 1, int offsetGroups = 1, bool bias = true, Initializer? initializer = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groups);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(offsetGroups);
        if (channels % groups != 0) throw new ArgumentException($"{channels} output channels cannot be shared among {groups} groups.");
        _kernel = Ops.WindowLists.Expand(2, kernel, 1, "kernel");
        (_channels, _groups, _stride, _dilation, _padding, _hasBias) = (channels, groups, stride, dilation, padding, bias);
        _initializer = initializer ?? Initializer.He;
        _offsets = checked((int)(2 * offsetGroups * _kernel.Product()));
        _offset = Add("offset", new Conv2d(_offsets / 2 * 3, _kernel, stride, padding, dilation, initializer: Initializer.Zeros));
    }

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        if (input.Rank != 4 || !input[1].IsKnown)
            throw new ShapeMismatchException($"{Title} takes images N, C, H, W of a known number of channels; the input is {input}.");
        int inputs = (int)input[1];
        if (inputs % _groups != 0)
            throw new ShapeMismatchException($"{Title} cannot share the {inputs} channels of the input {input} among {_groups} groups: "
                + $"groups must divide {inputs} and {_channels}.");
        _weight = AddParameter("weight", [_channels, inputs / _groups, .. _kernel], _initializer);
        _bias = _hasBias ? AddParameter("bias", [_channels], Initializer.Zeros) : null;
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        var learned = _offset.Forward(x);
        var offset = learned.Slice(1, 0, _offsets);
        var mask = learned.Slice(1, _offsets, _offsets / 2).Sigmoid();
        return x.DeformableConvolution(_weight!.Read(), offset, mask, _bias?.Read(), _stride, _padding, _dilation, _groups);
    }

    /// <inheritdoc/>
    public override string ToString() => $"DeformableConv2d({_channels}, {_kernel})";
}
