using System.Globalization;
using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// Weighs channels by what the whole sample shows (Hu and others, 2018): the means of the channels go through a narrow layer with ReLU and
/// one back to C with a sigmoid, and each channel is multiplied by what comes out. Input and output: N, C, spatial.
/// Parameters, as in torchvision: fc1.weight narrow, C, 1, …; fc1.bias narrow; fc2.weight C, narrow, 1, …; fc2.bias C.
/// </summary>
/// <param name="reduction">How many times narrower than C the narrow layer is.</param>
/// <param name="hard">Whether the gate is a hard sigmoid, as in MobileNetV3.</param>
public sealed class SqueezeExcite(int reduction = 16, bool hard = false) : Module
{
    readonly int _reduction = reduction > 0 ? reduction
        : throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "The reduction is at least 1.");

    readonly Variable[] _parameters = new Variable[4];

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        int channels = NormArguments.Channels(Title, input, 3, 5), narrow = Math.Max(1, channels / _reduction);
        var pixel = Dims.Repeat(1, input.Rank - 2);
        _parameters[0] = AddParameter("fc1.weight", [narrow, channels, .. pixel], Initializer.He);
        _parameters[1] = AddParameter("fc1.bias", narrow, Initializer.Zeros);
        _parameters[2] = AddParameter("fc2.weight", [channels, narrow, .. pixel], Initializer.LeCun);
        _parameters[3] = AddParameter("fc2.bias", channels, Initializer.Zeros);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        var gate = x.GlobalAveragePool().Convolution(_parameters[0].Read(), _parameters[1].Read()).Relu()
            .Convolution(_parameters[2].Read(), _parameters[3].Read());
        return x * (hard ? gate.HardSigmoid() : gate.Sigmoid());
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"SqueezeExcite({_reduction})");
}

/// <summary>
/// Deals the channels of so many groups out in turn, so that the next grouped convolution sees every group (Zhang and others, 2018):
/// y[n, j · groups + i, …] = x[n, i · C/groups + j, …]. Input and output: N, C, spatial.
/// </summary>
/// <param name="groups">How many groups there are; it divides C.</param>
public sealed class ChannelShuffle(int groups) : Module
{
    readonly int _groups = groups > 0 ? groups
        : throw new ArgumentOutOfRangeException(nameof(groups), groups, "There is at least one group.");

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        int channels = NormArguments.Channels(Title, x.Shape, 2, Dims.Capacity - 1);
        if (channels % _groups != 0)
            throw new ShapeMismatchException($"{Title} cannot deal the {channels} channels of {x.Shape} out over {_groups} groups.");
        var places = x.Shape.Slice(2, x.Rank - 2);
        int[] order = [0, 2, 1, .. Enumerable.Range(3, places.Rank)];
        var dealt = x.Reshape(Shape.Concat([x.Shape[0], _groups, channels / _groups], places)).Transpose(order);
        return dealt.Reshape(x.Shape);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ChannelShuffle({_groups})");
}
