using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The transpose of <see cref="AveragePool"/>: every element is shared out over the pixels of its window.
/// Input: dy N, C, places. Output: dx N, C, InputSize.
/// </summary>
/// <param name="Geometry">The windows.</param>
/// <param name="CountPadding">Whether the pool counted padding.</param>
/// <param name="InputSize">The spatial sizes of the pool's input.</param>
/// <param name="Divisor">By what the pool divided every sum; 0: by its number.</param>
public sealed record AveragePoolGradient(PoolingGeometry Geometry, bool CountPadding, Shape InputSize, int Divisor = 0) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(1, 1);
        inputs.RequireFloating(0);
        AveragePool.CheckDivisor(inputs, Divisor);
        return [new(inputs[0].Element, Geometry.Image(inputs, inputs[0].Shape, InputSize))];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) =>
        [Tensor.Apply(new AveragePool(Geometry, CountPadding, Divisor), context.OutputGradient)];

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new AveragePoolGradient(Geometry.Code(attributes), attributes.Value(CountPadding), attributes.Value(InputSize),
            attributes.Value(Divisor));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => PoolingSamples.Cases().SelectMany(c => new Sample[]
    {
        new(new AveragePoolGradient(c.Geometry, false, c.InputSize), c.Output),
        new(new AveragePoolGradient(c.Geometry, true, c.InputSize), c.Output),
        new(new AveragePoolGradient(c.Geometry, false, c.InputSize, 3), c.Output),
    });
}
