using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// Normalisation with the statistics of the batch: y = (x − mean) / √(variance + epsilon) · scale + shift, channel by channel, where mean
/// and variance are those of x over all axes but the channels, the variance biased (divided by the number of elements).
/// Inputs: x N, C, spatial; scale C; shift C. Outputs: y like x; mean C; variance C.
/// </summary>
/// <param name="Epsilon">Added to the variance.</param>
public sealed record BatchNormalizationTraining(float Epsilon = BatchNormalization.DefaultEpsilon) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(3, 3);
        BatchNormalization.CheckChannels(inputs, "scale", "shift");
        TensorType channels = new(inputs[0].Element, [inputs[0].Shape[1]]);
        return [inputs[0], channels, channels];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        Tensor x = context.Inputs[0], mean = context.Outputs[1];
        Tensor?[] gradients = [null, null, null];
        if (context.OutputGradients[0] is { } dy)
            gradients = [.. Tensor.ApplyAll(new BatchNormalizationGradient(Epsilon), x, context.Inputs[1], mean, context.Outputs[2], dy)];
        Dim count = Count(x.Shape);
        if (context.OutputGradients[1] is { } dmean) AddToInput((dmean / count).AlongChannels(x.Rank).BroadcastTo(x.Shape));
        if (context.OutputGradients[2] is { } dvariance)
            AddToInput((dvariance * 2 / count).AlongChannels(x.Rank) * (x - mean.AlongChannels(x.Rank)));
        return gradients;

        void AddToInput(Tensor gradient) => gradients[0] = gradients[0] is { } before ? before + gradient : gradient;
    }

    /// <summary>Elements of one channel.</summary>
    internal static Dim Count(Shape x)
    {
        Dim count = 1;
        foreach (int axis in ChannelAxes.AllBut(x.Rank, 1)) count *= x[axis];
        return count;
    }

    /// <inheritdoc/>
    public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
    {
        var x = inputs[0];
        int[] axes = ChannelAxes.AllBut(x.Rank, 1);
        var mean = x.Mean(axes);
        var variance = (x - mean.AlongChannels(x.Rank)).Square().Mean(axes);
        return [x.BatchNormalization(inputs[1], inputs[2], mean, variance, Epsilon), mean, variance];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new BatchNormalizationTraining(attributes.Value(Epsilon));

    /// <inheritdoc/>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(outputs[0].Shape.Count * 2, inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => BatchNormalization.Images().Select(x =>
        new Sample(new BatchNormalizationTraining(1e-3f), x, new Shape(x[1]), new Shape(x[1]))
        {
            MixesBatch = "the statistics are the batch's", SpreadsNaN = BatchNormalization.TermsInAnotherOrder,
        });
}
