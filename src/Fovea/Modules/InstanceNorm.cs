using Fovea.Errors;

namespace Fovea.Modules;

/// <summary>
/// Normalises each channel of each sample over all places (Ulyanov and others, 2016). It may keep running statistics, the mean of those of
/// the samples, and then normalises by them in inference, as batch normalisation does. Parameters, if asked for: weight and bias C; state,
/// if asked for: running_mean and running_var C.
/// </summary>
public abstract class InstanceNorm : Module
{
    readonly int _rank;
    readonly float _epsilon, _momentum;
    readonly bool _affine, _running;
    Variable? _weight, _bias, _mean, _variance;

    private protected InstanceNorm(int spatialRank, float epsilon, bool affine, bool runningStatistics, float momentum)
    {
        if (!(momentum is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "The momentum lies between 0 and 1.");
        (_rank, _epsilon, _affine, _running, _momentum) =
            (spatialRank + 2, NormArguments.Epsilon(epsilon), affine, runningStatistics, momentum);
    }

    /// <inheritdoc/>
    protected sealed override void CreateParameters(Shape input)
    {
        int channels = NormArguments.Channels(Title, input, _rank, _rank);
        if (input.Slice(2, _rank - 2).Count == 1)
            throw new ShapeMismatchException($"{Title} normalises over the places of a channel; the input {input} has one: "
                + "every output would be 0.");
        _weight = _affine ? AddParameter("weight", channels, Initializer.Ones) : null;
        _bias = _affine ? AddParameter("bias", channels, Initializer.Zeros) : null;
        _mean = _running ? AddParameter("running_mean", channels, Initializer.Zeros, trainable: false) : null;
        _variance = _running ? AddParameter("running_var", channels, Initializer.Ones, trainable: false) : null;
    }

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor x)
    {
        Shape channels = [x.Shape[1]];
        var scale = _weight?.Read() ?? Tensor.Filled(channels, 1, x.ElementType);
        var shift = _bias?.Read() ?? Tensor.Filled(channels, 0, x.ElementType);
        if (_mean is null || _variance is null) return x.GroupNormalization((int)x.Shape[1], scale, shift, _epsilon);
        // A frozen layer keeps its statistics too.
        if (Trace.Mode == Mode.Inference || _weight is { IsFrozen: true })
            return x.BatchNormalization(scale, shift, _mean.Read(), _variance.Read(), _epsilon);
        Move(x.StopGradient(), _mean, _variance);
        return x.GroupNormalization((int)x.Shape[1], scale, shift, _epsilon);
    }

    void Move(Tensor x, Variable runningMean, Variable runningVariance)
    {
        int[] places = [.. Enumerable.Range(2, x.Rank - 2)];
        var mean = x.Mean(places, keepAxes: true);
        var unbiased = (x - mean).Square().Sum(places) / (x.Shape.Slice(2, x.Rank - 2).Count - 1);
        Blend(runningMean, mean.Mean([0, .. places]));
        Blend(runningVariance, unbiased.Mean(0));
    }

    void Blend(Variable running, Tensor statistic) => running.Assign(running.Read() * (1 - _momentum) + statistic * _momentum);

    /// <inheritdoc/>
    public override string ToString() => GetType().Name;
}

/// <summary>Instance normalisation of N, C, L.</summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="affine">Whether there are parameters.</param>
/// <param name="runningStatistics">Whether statistics are kept for inference.</param>
/// <param name="momentum">The share of a new batch in them.</param>
public sealed class InstanceNorm1d(float epsilon = 1e-5f, bool affine = false, bool runningStatistics = false, float momentum = 0.1f)
    : InstanceNorm(1, epsilon, affine, runningStatistics, momentum);

/// <summary>Instance normalisation of N, C, H, W.</summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="affine">Whether there are parameters.</param>
/// <param name="runningStatistics">Whether statistics are kept for inference.</param>
/// <param name="momentum">The share of a new batch in them.</param>
public sealed class InstanceNorm2d(float epsilon = 1e-5f, bool affine = false, bool runningStatistics = false, float momentum = 0.1f)
    : InstanceNorm(2, epsilon, affine, runningStatistics, momentum);

/// <summary>Instance normalisation of N, C, D, H, W.</summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="affine">Whether there are parameters.</param>
/// <param name="runningStatistics">Whether statistics are kept for inference.</param>
/// <param name="momentum">The share of a new batch in them.</param>
public sealed class InstanceNorm3d(float epsilon = 1e-5f, bool affine = false, bool runningStatistics = false, float momentum = 0.1f)
    : InstanceNorm(3, epsilon, affine, runningStatistics, momentum);
