using Fovea.Errors;

namespace Fovea.Modules;

/// <summary>
/// Normalises each channel: in training by the batch's own statistics, which also move the running ones; in inference by the running ones
/// (Ioffe and Szegedy, 2015). Parameters: weight and bias C; state: running_mean and running_var C.
/// </summary>
public abstract class BatchNorm : Module
{
    readonly int _least, _most;
    readonly float _epsilon, _momentum;
    Variable _weight = null!, _bias = null!, _mean = null!, _variance = null!;

    /// <summary>For inputs of so many axes.</summary>
    protected BatchNorm(int leastRank, int mostRank, float epsilon, float momentum)
    {
        if (!(epsilon > 0)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Epsilon is positive.");
        if (!(momentum is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "The momentum lies between 0 and 1.");
        (_least, _most, _epsilon, _momentum) = (leastRank, mostRank, epsilon, momentum);
    }

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        if (input.Rank < _least || input.Rank > _most)
            throw new ShapeMismatchException(
                $"{Title} takes {(_least == _most ? $"{_least}" : $"{_least} or {_most}")} axes, N and C first; the input is {input}.");
        int channels = (int)input[1];
        _weight = AddParameter("weight", channels, Initializer.Ones);
        _bias = AddParameter("bias", channels, Initializer.Zeros);
        _mean = AddParameter("running_mean", channels, Initializer.Zeros, trainable: false);
        _variance = AddParameter("running_var", channels, Initializer.Ones, trainable: false);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        // A frozen layer keeps its statistics too: what it saw before is what the frozen layers around it expect.
        if (Trace.Mode == Mode.Inference || _weight.IsFrozen)
            return x.BatchNormalization(_weight.Read(), _bias.Read(), _mean.Read(), _variance.Read(), _epsilon);
        var (y, mean, variance) = x.BatchNormalizationTraining(_weight.Read(), _bias.Read(), _epsilon);
        Move(mean, variance, ((Scalar)x.Shape.With(1, 1).Count).ToTensor(x.ElementType));
        return y;
    }

    /// <inheritdoc/>
    protected override Sequence Compute(Sequence x)
    {
        if (Trace.Mode == Mode.Inference || _weight.IsFrozen || x.Axis != 2) return base.Compute(x);
        // The statistics of the places that count.
        Tensor none = Tensor.Constant(0, x.Values.ElementType), one = Tensor.Constant(1, x.Values.ElementType);
        var mask = Raggedness.Mask(x.Values.Shape, x.Axis, x.Lengths);
        var count = x.Lengths.Sum().Cast(x.Values.ElementType).Maximum(one);
        var mean = Tensor.Where(mask, x.Values, none).Sum(2).Sum(0) / count;
        var centred = Tensor.Where(mask, x.Values - mean.Unsqueeze(1), none);
        var variance = centred.SumOfSquares(2).Sum(0) / count;
        Move(mean, variance, count);
        var scale = _weight.Read() / (variance + _epsilon).Sqrt();
        return x with { Values = centred * scale.Unsqueeze(1) + _bias.Read().Unsqueeze(1) };
    }

    void Move(Tensor mean, Tensor variance, Tensor count)
    {
        // The running variance is the unbiased one: n / (n − 1) times that of the batch (n = 1 has none and counts as it is).
        var unbiased = variance.StopGradient() * (count / (count - 1).Maximum(Tensor.Constant(1, count.ElementType)));
        _mean.Assign(_mean.Read() * (1 - _momentum) + mean.StopGradient() * _momentum);
        _variance.Assign(_variance.Read() * (1 - _momentum) + unbiased * _momentum);
    }
}

/// <summary>Batch normalisation of N, C or N, C, L.</summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The share of a new batch in the running statistics.</param>
public sealed class BatchNorm1d(float epsilon = 1e-5f, float momentum = 0.1f) : BatchNorm(2, 3, epsilon, momentum);

/// <summary>Batch normalisation of N, C, H, W.</summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The share of a new batch in the running statistics.</param>
public sealed class BatchNorm2d(float epsilon = 1e-5f, float momentum = 0.1f) : BatchNorm(4, 4, epsilon, momentum);

/// <summary>Batch normalisation of N, C, D, H, W.</summary>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="momentum">The share of a new batch in the running statistics.</param>
public sealed class BatchNorm3d(float epsilon = 1e-5f, float momentum = 0.1f) : BatchNorm(5, 5, epsilon, momentum);
