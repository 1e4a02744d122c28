using Fovea.Graphs;

namespace Fovea.Ops;

/// <summary>Multiples of 2⁻²⁴ in [0, 1), all equally likely. Inputs and output: <see cref="RandomOp"/>.</summary>
/// <inheritdoc cref="RandomOp(ulong, ulong, Shape)"/>
public sealed record RandomUniform(ulong Seed, ulong Stream, Shape Shape) : RandomOp(Seed, Stream, Shape)
{
    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new RandomUniform(attributes.Value(Seed), attributes.Value(Stream), attributes.Value(Shape));

    /// <inheritdoc/>
    protected override IEnumerable<RandomOp> Variants(Shape shape) =>
        [new RandomUniform(1, 2, shape), new RandomUniform(ulong.MaxValue, 0, shape)];
}
