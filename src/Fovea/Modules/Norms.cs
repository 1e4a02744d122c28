using System.Globalization;
using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// Normalises each sample over its last axes, then scales and shifts each of their elements (Ba and others, 2016).
/// Parameters: weight and bias, each of the sizes of these axes.
/// </summary>
/// <param name="axes">How many of the last axes are normalised together.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="affine">Whether there are parameters.</param>
/// <param name="bias">Whether there is a bias among them.</param>
public sealed class LayerNorm(int axes = 1, float epsilon = 1e-5f, bool affine = true, bool bias = true) : Module
{
    readonly float _epsilon = NormArguments.Epsilon(epsilon);
    Variable? _weight, _bias;
    Shape _sizes = Shape.Scalar;

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        _sizes = NormArguments.Last(Title, input, axes);
        _weight = affine ? AddParameter("weight", _sizes.ToDims(), Initializer.Ones) : null;
        _bias = affine && bias ? AddParameter("bias", _sizes.ToDims(), Initializer.Zeros) : null;
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.LayerNormalization(_weight?.Read() ?? Tensor.Filled(_sizes, 1, x.ElementType),
        _bias?.Read() ?? Tensor.Filled(_sizes, 0, x.ElementType), _epsilon);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"LayerNorm({axes})");
}

/// <summary>
/// Divides each sample by its root mean square over its last axes, then scales each of their elements (Zhang and Sennrich, 2019).
/// Parameter: weight, of the sizes of these axes.
/// </summary>
/// <param name="axes">How many of the last axes are normalised together.</param>
/// <param name="epsilon">Added to the mean of squares.</param>
/// <param name="affine">Whether there is a weight.</param>
public sealed class RmsNorm(int axes = 1, float epsilon = 1e-5f, bool affine = true) : Module
{
    readonly float _epsilon = NormArguments.Epsilon(epsilon);
    Variable? _weight;
    Shape _sizes = Shape.Scalar;

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        _sizes = NormArguments.Last(Title, input, axes);
        _weight = affine ? AddParameter("weight", _sizes.ToDims(), Initializer.Ones) : null;
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) =>
        x.RmsNormalization(_weight?.Read() ?? Tensor.Filled(_sizes, 1, x.ElementType), _epsilon);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"RmsNorm({axes})");
}

/// <summary>
/// Normalises groups of neighbouring channels of each sample over all places (Wu and He, 2018): batch normalisation that does not see the
/// batch. Input: N, C, spatial. Parameters: weight and bias C.
/// </summary>
/// <param name="groups">Into how many groups the channels fall; it divides C. 1 normalises the whole sample.</param>
/// <param name="epsilon">Added to the variance.</param>
/// <param name="affine">Whether there are parameters.</param>
public sealed class GroupNorm(int groups, float epsilon = 1e-5f, bool affine = true) : Module
{
    readonly float _epsilon = NormArguments.Epsilon(epsilon);
    Variable? _weight, _bias;

    /// <summary>Into how many groups the channels fall.</summary>
    public int Groups { get; } = groups > 0 ? groups
        : throw new ArgumentOutOfRangeException(nameof(groups), groups, "There is at least one group.");

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        int channels = NormArguments.Channels(Title, input, 2, Dims.Capacity);
        if (channels % Groups != 0)
            throw new ShapeMismatchException($"{Title} cannot share the {channels} channels of the input {input} among {Groups} groups: "
                + $"take a divisor of {channels}.");
        _weight = affine ? AddParameter("weight", channels, Initializer.Ones) : null;
        _bias = affine ? AddParameter("bias", channels, Initializer.Zeros) : null;
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.GroupNormalization(Groups,
        _weight?.Read() ?? Tensor.Filled([x.Shape[1]], 1, x.ElementType), _bias?.Read() ?? Tensor.Filled([x.Shape[1]], 0, x.ElementType),
        _epsilon);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"GroupNorm({Groups})");
}

/// <summary>
/// Divides each channel by a power of the squares of its neighbours: x[c] / (bias + alpha / size · Σ x²)^beta, the sum over the size
/// channels from c − ⌊size / 2⌋ on (Krizhevsky and others, 2012). Input: N, C, spatial.
/// </summary>
/// <param name="size">How many channels are summed.</param>
/// <param name="alpha">What the mean of squares is multiplied by.</param>
/// <param name="beta">The exponent.</param>
/// <param name="bias">What is added to it, often called k.</param>
public sealed class LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double bias = 1) : Lambda(
    string.Create(CultureInfo.InvariantCulture, $"LocalResponseNorm({size})"), x => x.LocalResponseNormalization(size, alpha, beta, bias));

/// <summary>What norms check of their arguments and inputs.</summary>
static class NormArguments
{
    public static float Epsilon(float epsilon) => epsilon > 0 ? epsilon
        : throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Epsilon is positive.");

    /// <summary>The known sizes of the last axes.</summary>
    public static Shape Last(string title, Shape input, int axes)
    {
        if (axes < 1 || axes >= input.Rank)
            throw new ShapeMismatchException($"{title} normalises the last {axes} axes, and axis 0 is the batch; the input is {input}.");
        var sizes = input.Slice(input.Rank - axes, axes);
        return sizes.IsKnown ? sizes
            : throw new ShapeMismatchException($"{title} needs known sizes of the last {axes} axes; the input is {input}.");
    }

    /// <summary>The known number of channels of an input of so many axes.</summary>
    public static int Channels(string title, Shape input, int leastRank, int mostRank)
    {
        if (input.Rank < leastRank || input.Rank > mostRank)
            throw new ShapeMismatchException($"{title} takes "
                + (leastRank == mostRank ? $"{leastRank} axes" : mostRank == Dims.Capacity ? $"at least {leastRank} axes"
                    : $"{leastRank} or {mostRank} axes") + $", N and C first; the input is {input}.");
        return input[1].IsKnown ? (int)input[1]
            : throw new ShapeMismatchException($"{title} needs a known number of channels; the input is {input}.");
    }
}
