using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// Of every window one pixel, drawn with the probability |xᵢ| / Σ |x| (Zeiler and Fergus, 2013): the first at which the sum of |x| so
/// far reaches the fraction of u times the whole. Inputs: x N, C, spatial; u N, C, places, random numbers. Outputs: values N, C,
/// places; and the drawn pixels, int64, as <see cref="MaxPool"/> names them. A window of zeros draws its first pixel, one without
/// pixels gives 0 and index −1.
/// </summary>
/// <param name="Geometry">The windows.</param>
public sealed record StochasticPool(PoolingGeometry Geometry) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(2, 2);
        inputs.RequireFloating(0);
        inputs.RequireSameElement();
        var output = Geometry.Output(inputs, inputs[0].Shape);
        Geometry.CheckPlaces(inputs, 1, output);
        return [new(inputs[0].Element, output), new(ElementType.Int64, output)];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) =>
    [
        Tensor.Apply(new MaxPoolGradient(context.Inputs[0].Shape.Slice(2, Geometry.Rank)), context.OutputGradient, context.Outputs[1]),
        null,
    ];

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new StochasticPool(Geometry.Code(attributes));

    /// <inheritdoc/>
    public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => Geometry.Field(inputs[0]);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => PoolingSamples.Cases().Select(c => new Sample(
        new StochasticPool(c.Geometry), SampleInput.Of(c.Input, SampleValues.Distinct), c.Output));
}
