using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// dx[n, c, pixel] = Σ over the outputs that see it of weight · dy[n, c, o]: the transpose of <see cref="Resize"/>.
/// Input: dy N, C, spatial. Output: dx N, C, InputSize.
/// </summary>
/// <param name="Geometry">Which pixels an output was made of.</param>
/// <param name="InputSize">The spatial sizes of the resize's input.</param>
public sealed record ResizeGradient(ResizeGeometry Geometry, Shape InputSize) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(1, 1);
        inputs.RequireFloating(0);
        return [new(inputs[0].Element, Geometry.Resized(inputs, inputs[0].Shape, InputSize, shrunk: true))];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) =>
        [Tensor.Apply(new Resize(Geometry, context.Inputs[0].Shape.Slice(2, InputSize.Rank)), context.OutputGradient)];

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new ResizeGradient(Geometry.Code(attributes), attributes.Value(InputSize));

    /// <summary>The multiply-adds of the resize.</summary>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(inputs[0].Shape.Count * (Geometry.TapsOfPass * InputSize.Rank), inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => ResizeSamples.Cases().Select(c => new Sample(
        new ResizeGradient(c.Geometry, c.Input.Slice(2, c.Size.Rank)), Shape.Concat(c.Input.Slice(0, 2), c.Size)));
}
