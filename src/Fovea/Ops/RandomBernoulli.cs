using Fovea.Graphs;

namespace Fovea.Ops;

/// <summary>
/// A mask: Kept where an element is kept, which it is with Probability, and 0 elsewhere. Dropout multiplies by it, with 1 / Probability as
/// Kept. Inputs and output: <see cref="RandomOp"/>.
/// </summary>
/// <param name="Seed">The seed of the whole run.</param>
/// <param name="Stream">The hash of who draws: the module's path and the index of the call.</param>
/// <param name="Shape">The sizes of the output.</param>
/// <param name="Probability">From 0 (none is kept) to 1 (all are); counts in multiples of 2⁻³².</param>
/// <param name="Kept">The value of a kept element.</param>
public sealed record RandomBernoulli(ulong Seed, ulong Stream, Shape Shape, float Probability, float Kept = 1)
    : RandomOp(Seed, Stream, Shape)
{
    /// <inheritdoc/>
    protected override void Check(Inputs inputs)
    {
        if (!(Probability is >= 0 and <= 1)) throw inputs.Fail($"has a probability outside [0, 1]: {this}.");
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new RandomBernoulli(attributes.Value(Seed), attributes.Value(Stream),
        attributes.Value(Shape), attributes.Value(Probability), attributes.Value(Kept));

    /// <inheritdoc/>
    protected override IEnumerable<RandomOp> Variants(Shape shape) =>
    [
        new RandomBernoulli(1, 2, shape, 0.5f, 2), new RandomBernoulli(1, 2, shape, 0.9f), new RandomBernoulli(1, 2, shape, 0),
        new RandomBernoulli(1, 2, shape, 1, 3),
    ];
}
