using System.Globalization;
using System.IO.Enumeration;

namespace Fovea;

/// <summary>
/// Parameters that move by rules of their own: <c>new AdamW { Groups = [ParameterGroup.WithoutDecay, new("encoder.*")
/// { LearningRateFactor = 0.1 }] }</c>. A parameter belongs to the first group that it fits; what a group does not say stays.
/// </summary>
public sealed class ParameterGroup
{
    readonly double _factor = 1;
    readonly double? _decay, _maxNorm;
    readonly int? _mostAxes;

    /// <summary>A group of the parameters whose path fits a pattern (* stands for any characters).</summary>
    /// <exception cref="ArgumentException">There is no pattern.</exception>
    public ParameterGroup(params IReadOnlyList<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        if (patterns.Count == 0) throw new ArgumentException("A group has at least one pattern: \"*\" stands for all.", nameof(patterns));
        Patterns = patterns;
    }

    /// <summary>Parameters of one axis at most, biases and the scales of norms, without weight decay: what most recipes want.</summary>
    public static ParameterGroup WithoutDecay { get; } = new("*") { MostAxes = 1, WeightDecay = 0 };

    /// <summary>The patterns; one must fit.</summary>
    public IReadOnlyList<string> Patterns { get; }

    /// <summary>Only parameters of at most so many axes; null for any.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int? MostAxes
    {
        get => _mostAxes;
        init => _mostAxes = value is null or >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "From 0 axes on.");
    }

    /// <summary>Multiplies the optimizer's learning rate; 0 keeps the parameters where they are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double LearningRateFactor
    {
        get => _factor;
        init => _factor = Optimizer.Natural(value, nameof(LearningRateFactor));
    }

    /// <summary>Takes the place of the optimizer's weight decay; null for that.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double? WeightDecay
    {
        get => _decay;
        init => _decay = value is { } decay ? Optimizer.Natural(decay, nameof(WeightDecay)) : null;
    }

    /// <summary>
    /// After each step, rows (along axis 0: what makes one output) whose norm is larger are scaled down to it (Hinton and others, 2012;
    /// Kim, 2014, has 3). Parameters of one axis are not touched. Null for no limit.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public double? MaxNorm
    {
        get => _maxNorm;
        init => _maxNorm = value is null or (> 0 and < double.PositiveInfinity) ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The largest norm is positive.");
    }

    internal bool Holds(Variable parameter) => (MostAxes is not { } most || parameter.Shape.Rank <= most)
        && Patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, parameter.Name, ignoreCase: false));

    /// <summary>The patterns and what the group says.</summary>
    public override string ToString()
    {
        var culture = CultureInfo.InvariantCulture;
        List<string> parts = [string.Join('|', Patterns)];
        if (MostAxes is { } most) parts.Add(string.Create(culture, $"mostAxes={most}"));
        if (LearningRateFactor != 1) parts.Add(string.Create(culture, $"learningRateFactor={LearningRateFactor:R}"));
        if (WeightDecay is { } decay) parts.Add(string.Create(culture, $"weightDecay={decay:R}"));
        if (MaxNorm is { } norm) parts.Add(string.Create(culture, $"maxNorm={norm:R}"));
        return $"({string.Join(", ", parts)})";
    }
}
