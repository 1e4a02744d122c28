using Fovea.Graphs;

namespace Fovea.Ops;

/// <summary>Normal numbers of mean 0 and standard deviation 1. Inputs and output: <see cref="RandomOp"/>.</summary>
/// <inheritdoc cref="RandomOp(ulong, ulong, Shape)"/>
public sealed record RandomNormal(ulong Seed, ulong Stream, Shape Shape) : RandomOp(Seed, Stream, Shape)
{
    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new RandomNormal(attributes.Value(Seed), attributes.Value(Stream), attributes.Value(Shape));

    /// <inheritdoc/>
    protected override IEnumerable<RandomOp> Variants(Shape shape) =>
        [new RandomNormal(1, 2, shape), new RandomNormal(0, ulong.MaxValue, shape)];
}
