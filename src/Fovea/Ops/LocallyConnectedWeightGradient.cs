using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The gradient of <see cref="LocallyConnected"/> with respect to its weights:
/// dw[o, c, t, q] = Σ over n of x[n, c, q · stride − padding + t · dilation] · dy[n, o, q].
/// Inputs: x N, C, spatial; dy N, O, places. Output: O, C/groups, kernel, places.
/// </summary>
/// <param name="Geometry">The geometry of the operator.</param>
/// <param name="Kernel">The sizes of its kernel.</param>
public sealed record LocallyConnectedWeightGradient(ConvolutionGeometry Geometry, Dims Kernel) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        // The sums are those of a convolution, one for each place: so are the rules.
        var weight = new ConvolutionWeightGradient(Geometry, Kernel).Infer(inputs)[0];
        return [weight with { Shape = Shape.Concat(weight.Shape, inputs[1].Shape.Slice(2, Geometry.Rank)) }];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        Tensor x = context.Inputs[0], dy = context.Inputs[1], weight = context.OutputGradient;
        return
        [
            context.Needs(0)
                ? Tensor.Apply(new LocallyConnectedInputGradient(Geometry, x.Shape.Slice(2, Geometry.Rank)), dy, weight) : null,
            context.Needs(1) ? Tensor.Apply(new LocallyConnected(Geometry), x, weight) : null,
        ];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new LocallyConnectedWeightGradient(Geometry.Code(attributes), attributes.Value(Kernel));

    /// <inheritdoc/>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(LocallyConnected.MultiplyAdds(inputs[0].Shape[0], outputs[0].Shape), inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => ConvolutionSamples.Cases().Select(c => c.LocallyConnectedWeightGradient());
}
