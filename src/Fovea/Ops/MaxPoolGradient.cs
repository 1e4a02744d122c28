using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// Adds each element to the pixel that an index names: dx[n, c, indices[n, c, q]] += dy[n, c, q]; index −1 names none.
/// Inputs: dy N, C, places; indices int64, N, C, places. Output: N, C, InputSize.
/// </summary>
/// <param name="InputSize">The spatial sizes of the pool's input.</param>
public sealed record MaxPoolGradient(Shape InputSize) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(2, 2);
        inputs.RequireFloating(0);
        MaxPoolGather.CheckIndices(inputs, 1, inputs[0].Shape);
        MaxPoolGather.CheckPixels(inputs, InputSize, inputs[1].Shape);
        return [new(inputs[0].Element, Shape.Concat(inputs[0].Shape.Slice(0, 2), InputSize))];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) =>
        [Tensor.Apply(new MaxPoolGather(), context.OutputGradient, context.Inputs[1]), null];

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new MaxPoolGradient(attributes.Value(InputSize));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => PoolingSamples.Cases().Select(c => new Sample(
        new MaxPoolGradient(c.InputSize), c.Output, SampleInput.Indices(c.Output, -1, (int)c.InputSize.Count)));
}
