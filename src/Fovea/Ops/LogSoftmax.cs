using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// y = x − ln Σ eˣ along one axis: the logarithm of <see cref="Softmax"/>, without its rounding. The output is like the input.
/// </summary>
/// <param name="Axis">The axis, counted from 0.</param>
public sealed record LogSoftmax(int Axis) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        Softmax.Check(inputs, Axis);
        return [inputs[0]];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        var dy = context.OutputGradient;
        return [dy - context.Outputs[0].Exp() * dy.Sum([Axis], keepAxes: true)];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new LogSoftmax(attributes.Value(Axis));

    /// <inheritdoc/>
    public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => Axis < 2 ? inputs[0] : null;

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() =>
        Softmax.Cases().Select(c => new Sample(new LogSoftmax(c.Axis), c.Shape) { MixesBatch = Softmax.Mixes(c.Axis) });
}
