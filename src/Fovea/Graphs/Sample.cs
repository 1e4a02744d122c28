using Fovea.Tensors;

namespace Fovea.Graphs;

/// <summary>How the numbers of a sample's input are drawn.</summary>
public enum SampleValues
{
    /// <summary>Normal, mean 0, deviation 1.</summary>
    Normal,
    /// <summary>Uniform in [0.5, 2]: for logarithms, roots and divisors.</summary>
    Positive,
    /// <summary>
    /// A shuffled ladder of values at least 0.05 apart and 0.025 away from 0: no ties and no kinks for maxima and activations.
    /// </summary>
    Distinct,
    /// <summary>Uniform integers in [<see cref="SampleInput.From"/>, <see cref="SampleInput.To"/>).</summary>
    Integers,
    /// <summary>Truth values.</summary>
    Truth,
    /// <summary>Uniform in [−0.5, 0.5): for what must stay below the root of what is <see cref="Positive"/>.</summary>
    Small,
}

/// <summary>One input of a sample.</summary>
/// <param name="Type">Element type and known sizes.</param>
/// <param name="Values">How its numbers are drawn.</param>
/// <param name="From">The smallest integer.</param>
/// <param name="To">One more than the largest integer.</param>
public sealed record SampleInput(TensorType Type, SampleValues Values = SampleValues.Normal, int From = 0, int To = 0)
{
    /// <summary>A float32 input of normal numbers.</summary>
    public static implicit operator SampleInput(Shape shape) => new(TensorType.Float(shape));

    /// <summary>A float32 input.</summary>
    public static SampleInput Of(Shape shape, SampleValues values = SampleValues.Normal) => new(TensorType.Float(shape), values);

    /// <summary>An int64 input with values in [from, to).</summary>
    public static SampleInput Indices(Shape shape, int from, int to) => new(new(ElementType.Int64, shape), SampleValues.Integers, from, to);
}

/// <summary>A case that the conformance suite runs: an operator and what goes in.</summary>
/// <param name="Op">The operator.</param>
/// <param name="Inputs">Its inputs.</param>
public sealed record Sample(Op Op, params IReadOnlyList<SampleInput> Inputs)
{
    /// <summary>Why finite differences say nothing here (a step, an argmax); null where they are checked.</summary>
    public string? NotDifferentiable { get; init; }

    /// <summary>Why the second derivative is not checked; null where it is.</summary>
    public string? NotTwiceDifferentiable { get; init; }

    /// <summary>
    /// Why one entry of axis 0 depends on the others (statistics of the batch, a softmax over axis 0); null where each stands alone, so
    /// that it has the same bits in a batch of 1 and of 64.
    /// </summary>
    public string? MixesBatch { get; init; }

    /// <summary>
    /// Why units whose receptive field reaches past the border see other pixels than it says (borders that mirror); null where it holds
    /// everywhere.
    /// </summary>
    public string? FieldHoldsInside { get; init; }

    /// <summary>
    /// Why a kernel may give NaN where the reference kernel does not when an input holds NaN or infinities (0 · ∞, ∞ − ∞ in another
    /// order of terms); null where NaN and infinities stand at the same places.
    /// </summary>
    public string? SpreadsNaN { get; init; }
}
