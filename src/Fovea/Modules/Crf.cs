using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// A linear-chain conditional random field over the tags of a sequence (Lafferty and others, 2001), the last layer of a tagger. Emissions
/// N, K, T, K tags, pass through <see cref="Module.Forward(Tensor)"/> as they are; log-likelihoods are what training makes large, decoding
/// finds the tags. Parameters: transitions K, K (from a tag, axis 0, to the next), start K, end K.
/// </summary>
/// <param name="initializer">How the parameters are filled; uniform within ±0.1 if null.</param>
public sealed class Crf(Initializer? initializer = null) : Module
{
    Variable? _transitions, _start, _end;

    /// <summary>K, K: how much a tag (axis 0) wants the next.</summary>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    public Variable Transitions => Built(_transitions);

    /// <summary>K: how much each tag wants to be the first.</summary>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    public Variable Start => Built(_start);

    /// <summary>K: how much each tag wants to be the last.</summary>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    public Variable End => Built(_end);

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        if (input.Rank != 3 || !input[1].IsKnown)
            throw new ShapeMismatchException($"{Title} takes emissions N, K, T: tags are axis 1; the input is {input}.");
        int tags = (int)input[1];
        var fill = initializer ?? Initializer.Uniform(0.1f);
        _transitions = AddParameter("transitions", [tags, tags], fill);
        _start = AddParameter("start", tags, fill);
        _end = AddParameter("end", tags, fill);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x;

    /// <inheritdoc/>
    protected override Sequence Compute(Sequence x) => x;

    /// <summary>ln p(tags) of each sequence, over the places that count.</summary>
    /// <param name="emissions">N, K, T.</param>
    /// <param name="tags">int64 N, T; those past the length are not looked at.</param>
    /// <returns>N.</returns>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    public Tensor LogLikelihoods(Sequence emissions, Tensor tags) => LogLikelihoods(emissions.Values, tags, emissions.Lengths);

    /// <summary>The most probable tags of each sequence, of as many places as it has.</summary>
    /// <param name="emissions">N, K, T.</param>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    public Sequence Decode(Sequence emissions) =>
        emissions with { Values = Decode(emissions.Values, emissions.Lengths), Axis = 1 };

    /// <summary>ln p(tags) of each sequence; the loss is the opposite of their mean.</summary>
    /// <param name="emissions">N, K, T.</param>
    /// <param name="tags">int64 N, T; those past the length are not looked at.</param>
    /// <param name="lengths">int64 N; null for as many as there are tags from 0 on: a negative one at the end of a row is padding.</param>
    /// <returns>N.</returns>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    public Tensor LogLikelihoods(Tensor emissions, Tensor tags, Tensor? lengths = null)
    {
        ArgumentNullException.ThrowIfNull(tags);
        lengths ??= (tags > -1).Cast(ElementType.Int64).Sum(1);
        return emissions.CrfLogLikelihoods(tags, lengths, Transitions.Read(), Start.Read(), End.Read());
    }

    /// <summary>The most probable tags of each sequence.</summary>
    /// <param name="emissions">N, K, T.</param>
    /// <param name="lengths">int64 N; null for T.</param>
    /// <returns>int64 N, T; −1 past the length.</returns>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    /// <exception cref="ShapeMismatchException">The shapes do not fit.</exception>
    public Tensor Decode(Tensor emissions, Tensor? lengths = null)
    {
        ArgumentNullException.ThrowIfNull(emissions);
        lengths ??= ((Scalar)emissions.Shape[2]).ToTensor(ElementType.Int64).BroadcastTo([emissions.Shape[0]]);
        return emissions.Viterbi(lengths, Transitions.Read(), Start.Read(), End.Read());
    }

    Variable Built(Variable? variable) => variable
        ?? throw new InvalidOperationException($"{Title} has no parameters yet: call Build(inputShape, seed) on the whole model first.");
}
