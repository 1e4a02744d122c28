using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The gradient of <see cref="LocallyConnected"/> with respect to its input:
/// dx[n, c, q · stride − padding + t · dilation] += dy[n, o, q] · w[o, c, t, q].
/// Inputs: dy N, O, places; weights O, C/groups, kernel, places. Output: N, C, InputSize.
/// </summary>
/// <param name="Geometry">The geometry of the operator that goes the other way.</param>
/// <param name="InputSize">The spatial sizes of its input.</param>
public sealed record LocallyConnectedInputGradient(ConvolutionGeometry Geometry, Shape InputSize) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(2, 2);
        inputs.RequireFloating(0);
        inputs.RequireSameElement();
        Shape dy = inputs[0].Shape, weight = inputs[1].Shape;
        Geometry.Check(inputs, dy);
        var kernel = LocallyConnected.Kernel(inputs, Geometry, weight);
        if (InputSize.Rank != Geometry.Rank)
            throw inputs.Fail($"has an InputSize of {InputSize.Rank} axes ({InputSize}) for {Geometry.Rank} spatial axes.");
        var x = Shape.Concat([dy[0], weight[1] * Geometry.Groups], InputSize);
        LocallyConnected.CheckPlaces(inputs, Geometry, x, kernel, weight);
        if (!inputs.AreEqual(dy[1], weight[0]))
            throw inputs.Fail($"expects {weight[0]} output channels (weights {weight}); the output gradient {dy} has {dy[1]}.");
        Geometry.CheckOutput(inputs, x, kernel, dy);
        return [new(inputs[0].Element, x)];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        Tensor dy = context.Inputs[0], weight = context.Inputs[1], x = context.OutputGradient;
        return
        [
            context.Needs(0) ? Tensor.Apply(new LocallyConnected(Geometry), x, weight) : null,
            context.Needs(1)
                ? Tensor.Apply(new LocallyConnectedWeightGradient(Geometry, weight.Shape.Slice(2, Geometry.Rank).ToDims()), x, dy) : null,
        ];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new LocallyConnectedInputGradient(Geometry.Code(attributes), attributes.Value(InputSize));

    /// <inheritdoc/>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(LocallyConnected.MultiplyAdds(inputs[0].Shape[0], inputs[1].Shape), inputs, outputs);

    /// <inheritdoc/>
    public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) =>
        Geometry.TransposedField(inputs[0], types[1].Shape.Slice(2, Geometry.Rank).ToDims());

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => ConvolutionSamples.Cases().Select(c => c.LocallyConnectedInputGradient());
}
