using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The gradient of <see cref="BatchNormalizationTraining"/>. With n elements a channel and x̂ = (x − mean) / √(variance + epsilon):
/// dshift = Σ dy, dscale = Σ dy · x̂, dx = scale / √(variance + epsilon) · (dy − dshift / n − x̂ · dscale / n).
/// Inputs: x N, C, spatial; scale, mean, variance, each C; dy like x. Outputs: dx like x; dscale C; dshift C.
/// </summary>
/// <param name="Epsilon">Added to the variance.</param>
public sealed record BatchNormalizationGradient(float Epsilon = BatchNormalization.DefaultEpsilon) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(5, 5);
        BatchNormalization.CheckChannels(inputs, "scale", "mean", "variance");
        var x = inputs[0].Shape;
        bool same = inputs[4].Rank == x.Rank;
        for (int i = 0; same && i < x.Rank; i++) same = inputs.AreEqual(x[i], inputs[4].Shape[i]);
        if (!same) throw inputs.Fail($"takes an output gradient like the input {x}; it is {inputs[4].Shape}.");
        TensorType channels = new(inputs[0].Element, [x[1]]);
        return [inputs[0], channels, channels];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

    /// <inheritdoc/>
    public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
    {
        Tensor x = inputs[0], scale = inputs[1], mean = inputs[2], variance = inputs[3], dy = inputs[4];
        Dim count = BatchNormalizationTraining.Count(x.Shape);
        var deviation = (variance + Epsilon).Sqrt();
        var normal = (x - mean.AlongChannels(x.Rank)) / deviation.AlongChannels(x.Rank);
        Tensor dscale = (dy * normal).SumByChannel(), dshift = dy.SumByChannel();
        var centred = dy - (dshift / count).AlongChannels(x.Rank) - normal * (dscale / count).AlongChannels(x.Rank);
        return [(scale / deviation).AlongChannels(x.Rank) * centred, dscale, dshift];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new BatchNormalizationGradient(attributes.Value(Epsilon));

    /// <inheritdoc/>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(outputs[0].Shape.Count * 3, inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => BatchNormalization.Images().Select(x =>
    {
        Shape channels = [x[1]];
        return new Sample(new BatchNormalizationGradient(1e-3f), x, channels, channels, SampleInput.Of(channels, SampleValues.Positive), x)
        {
            MixesBatch = "the statistics are the batch's", SpreadsNaN = BatchNormalization.TermsInAnotherOrder,
        };
    });
}
