using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The gradient of <see cref="GroupNormalization"/>. With x̂ = (x − mean) / √(variance + epsilon), g = dy · scale and means over a group:
/// dx = (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + epsilon), dscale = Σ dy · x̂, dshift = Σ dy. The statistics are computed anew: a
/// group is small enough to be read twice, and nothing is kept from the forward pass.
/// Inputs: x N, C, spatial; scale C; dy like x. Outputs: dx like x; dscale C; dshift C.
/// </summary>
/// <param name="Groups">Into how many groups the channels fall.</param>
/// <param name="Epsilon">Added to the variance.</param>
public sealed record GroupNormalizationGradient(int Groups, float Epsilon = BatchNormalization.DefaultEpsilon) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(3, 3);
        GroupNormalization.Check(inputs, Groups, "scale");
        NormalizationInputs.RequireLikeInput(inputs, 2);
        TensorType channels = new(inputs[0].Element, [inputs[0].Shape[1]]);
        return [inputs[0], channels, channels];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

    /// <inheritdoc/>
    public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
    {
        Tensor x = inputs[0], scale = inputs[1], dy = inputs[2];
        var (centred, deviation) = GroupNormalization.Normalise(x, Groups, Epsilon);
        var normal = centred / deviation;
        var g = GroupNormalization.Grouped(dy * scale.AlongChannels(x.Rank), Groups);
        var dx = (g - g.Mean([2], keepAxes: true) - normal * (g * normal).Mean([2], keepAxes: true)) / deviation;
        return [dx.Reshape(x.Shape), (dy * normal.Reshape(x.Shape)).SumByChannel(), dy.SumByChannel()];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new GroupNormalizationGradient(attributes.Value(Groups), attributes.Value(Epsilon));

    /// <inheritdoc/>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(outputs[0].Shape.Count * 5, inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => GroupNormalization.Cases().Select(c =>
        new Sample(new GroupNormalizationGradient(c.Groups, 0.1f), c.X, new Shape(c.X[1]), c.X)
        {
            SpreadsNaN = BatchNormalization.TermsInAnotherOrder,
        });
}
