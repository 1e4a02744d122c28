using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The gradient of a convolution with respect to its weights:
/// dw[o, c, t] = Σ over n, q of x[n, c, q · stride − padding + t · dilation] · dy[n, o, q].
/// Inputs: x N, C, spatial; dy N, O, spatial. Output: O, C/groups, kernel.
/// </summary>
/// <param name="Geometry">The geometry of the convolution.</param>
/// <param name="Kernel">The sizes of its kernel.</param>
public sealed record ConvolutionWeightGradient(ConvolutionGeometry Geometry, Dims Kernel) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(2, 2);
        inputs.RequireFloating(0);
        inputs.RequireSameElement();
        Shape x = inputs[0].Shape, dy = inputs[1].Shape;
        Geometry.Check(inputs, x);
        Geometry.CheckKernel(inputs, Kernel);
        if (dy.Rank != x.Rank || !inputs.AreEqual(x[0], dy[0]))
            throw inputs.Fail($"takes an input and an output gradient of the same batch and rank; they are {x} and {dy}.");
        Geometry.CheckOutput(inputs, x, Kernel, dy);
        if (Dim.Divide(x[1], Geometry.Groups) is not { } channels || dy[1].IsKnown && dy[1].Value % Geometry.Groups != 0)
            throw inputs.Fail($"cannot split {x[1]} input and {dy[1]} output channels ({x}, {dy}) into {Geometry.Groups} groups.");
        return [new(inputs[0].Element, Shape.Concat([dy[1], channels], Kernel))];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        Tensor x = context.Inputs[0], dy = context.Inputs[1], weight = context.OutputGradient;
        return
        [
            context.Needs(0) ? Tensor.Apply(new TransposedConvolution(Geometry, x.Shape.Slice(2, Geometry.Rank)), dy, weight) : null,
            context.Needs(1) ? Tensor.Apply(new Convolution(Geometry), x, weight) : null,
        ];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new ConvolutionWeightGradient(Geometry.Code(attributes), attributes.Value(Kernel));

    /// <inheritdoc/>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(ConvolutionGeometry.MultiplyAdds(inputs[1].Shape, outputs[0].Shape), inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => ConvolutionSamples.Cases().Select(c => c.WeightGradient());
}
