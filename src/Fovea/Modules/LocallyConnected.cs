using Fovea.Errors;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// A convolution whose weights are not shared: every place has filters of its own (LeCun, 1989; Taigman and others, 2014). The image's
/// size is fixed when the model is built. Parameters: weight O, C/groups, kernel, places; bias O, places.
/// </summary>
public abstract class LocallyConnected : Module
{
    readonly Dims _kernel, _stride, _dilation;
    readonly Padding _padding;
    readonly int _spatialRank, _channels, _groups;
    readonly bool _hasBias;
    readonly Initializer _initializer;
    Variable? _weight, _bias;

    /// <summary>Sets the geometry; lists of one entry hold for every axis.</summary>
    protected LocallyConnected(int spatialRank, int channels, Dims kernel, Dims stride, Padding padding, Dims dilation, int groups,
        bool bias, Initializer? initializer)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groups);
        if (channels % groups != 0) throw new ArgumentException($"{channels} output channels cannot be shared among {groups} groups.");
        (_spatialRank, _channels, _groups, _hasBias) = (spatialRank, channels, groups, bias);
        _kernel = WindowLists.Expand(spatialRank, kernel, 1, "kernel");
        (_stride, _padding, _dilation, _initializer) = (stride, padding, dilation, initializer ?? Initializer.He);
    }

    /// <summary>The weight, O, C/groups, kernel, places.</summary>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    public Variable Weight => _weight
        ?? throw new InvalidOperationException($"{Title} has no weight yet: call Build(inputShape, seed) on the whole model first.");

    /// <summary>The bias, O, places, or null.</summary>
    public Variable? Bias => _bias;

    /// <inheritdoc/>
    protected sealed override void CreateParameters(Shape input)
    {
        if (input.Rank != _spatialRank + 2)
            throw new ShapeMismatchException($"{Title} takes N, C and {_spatialRank} spatial axes; the input {input} has {input.Rank} "
                + "axes: Reshape it, or use the layer for as many axes.");
        var sample = input.Slice(1, _spatialRank + 1);
        if (!sample.IsKnown)
            throw new ShapeMismatchException($"{Title} has weights for every place, so it needs known sizes; the input is {input}.");
        int inputs = (int)input[1];
        if (inputs % _groups != 0)
            throw new ShapeMismatchException($"{Title} cannot share the {inputs} channels of the input {input} among {_groups} groups: "
                + $"groups must divide {inputs} and {_channels}.");
        Dims filter = [_channels, inputs / _groups, .. _kernel];
        var places = Places(input, filter);
        _weight = AddParameter("weight", [.. filter, .. places], new EachPlace(_initializer, filter));
        _bias = _hasBias ? AddParameter("bias", [_channels, .. places], Initializer.Zeros) : null;
    }

    // The operator's shape rule, asked of a convolution with the same windows.
    Dims Places(Shape input, Dims filter)
    {
        var convolution = new Convolution(ConvolutionGeometry.Of(input, filter, _stride, _padding, _dilation, _groups));
        var output = convolution.Infer(Graphs.Inputs.Of(convolution, TensorType.Float(input), TensorType.Float(filter)))[0];
        return output.Shape.Slice(2, _spatialRank).ToDims();
    }

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor x) =>
        x.LocallyConnected(Weight.Read(), Bias?.Read(), _stride, _padding, _dilation, _groups);

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({_channels}, {_kernel})";

    /// <summary>Fills the weights as if each place were a layer: its fan-in is that of one filter.</summary>
    sealed class EachPlace(Initializer each, Dims filter) : Initializer
    {
        public override void Fill(Span<float> values, Dims sizes, ulong seed, string path)
        {
            int count = checked((int)filter.Product()), places = values.Length / count;
            float[] one = new float[count];
            for (int place = 0; place < places; place++)
            {
                each.Fill(one, filter, seed, $"{path}[{place.ToString(System.Globalization.CultureInfo.InvariantCulture)}]");
                for (int i = 0; i < count; i++) values[i * places + place] = one[i];
            }
        }
    }
}

/// <summary>A locally connected layer over sequences N, C, L.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps.</param>
/// <param name="stride">From one output to the next.</param>
/// <param name="padding">Zeros at both ends, or begin and end; or a rule.</param>
/// <param name="dilation">Steps from tap to tap.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether a bias is added, one number a place.</param>
/// <param name="initializer">How each place's weight is filled; He if null.</param>
public sealed class LocallyConnected1d(int channels, int kernel, int stride = 1, Padding padding = default, int dilation = 1,
    int groups = 1, bool bias = true, Initializer? initializer = null)
    : LocallyConnected(1, channels, [kernel], [stride], padding, [dilation], groups, bias, initializer);

/// <summary>A locally connected layer over images N, C, H, W.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps: height and width, or one for both.</param>
/// <param name="stride">From one output pixel to the next.</param>
/// <param name="padding">Zeros around the image; or a rule.</param>
/// <param name="dilation">Pixels from tap to tap.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether a bias is added, one number a place.</param>
/// <param name="initializer">How each place's weight is filled; He if null.</param>
public sealed class LocallyConnected2d(int channels, Dims kernel, Dims stride = default, Padding padding = default,
    Dims dilation = default, int groups = 1, bool bias = true, Initializer? initializer = null)
    : LocallyConnected(2, channels, kernel, stride, padding, dilation, groups, bias, initializer);

/// <summary>A locally connected layer over volumes N, C, D, H, W.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps: three, or one for all.</param>
/// <param name="stride">From one output to the next.</param>
/// <param name="padding">Zeros around the volume; or a rule.</param>
/// <param name="dilation">Steps from tap to tap.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether a bias is added, one number a place.</param>
/// <param name="initializer">How each place's weight is filled; He if null.</param>
public sealed class LocallyConnected3d(int channels, Dims kernel, Dims stride = default, Padding padding = default,
    Dims dilation = default, int groups = 1, bool bias = true, Initializer? initializer = null)
    : LocallyConnected(3, channels, kernel, stride, padding, dilation, groups, bias, initializer);
