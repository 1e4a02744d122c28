using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The transpose of <see cref="AdaptiveAveragePool"/>: every element is shared out over the pixels of its bin. Input: dy N, C, bins.
/// Output: dx N, C, InputSize.
/// </summary>
/// <param name="InputSize">The spatial sizes of the pool's input.</param>
public sealed record AdaptiveAveragePoolGradient(Shape InputSize) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(1, 1);
        inputs.RequireFloating(0);
        var dy = inputs[0].Shape;
        if (dy.Rank != InputSize.Rank + 2)
            throw inputs.Fail($"has an InputSize of {InputSize.Rank} axes ({InputSize}); {dy} has {dy.Rank - 2} spatial axes.");
        var image = Shape.Concat(dy.Slice(0, 2), InputSize);
        AdaptiveBins.Output(inputs, image, dy.Slice(2, InputSize.Rank));
        return [new(inputs[0].Element, image)];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) =>
        [Tensor.Apply(new AdaptiveAveragePool(context.Inputs[0].Shape.Slice(2, InputSize.Rank)), context.OutputGradient)];

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new AdaptiveAveragePoolGradient(attributes.Value(InputSize));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => PoolingSamples.Bins().Select(c =>
        new Sample(new AdaptiveAveragePoolGradient(c.Input.Slice(2, c.Outputs.Rank)), Shape.Concat(c.Input.Slice(0, 2), c.Outputs)));
}
