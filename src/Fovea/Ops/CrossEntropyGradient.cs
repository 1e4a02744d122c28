using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The gradient of <see cref="CrossEntropy"/>: dlogits = dloss · (softmax(logits) · Σ t − t) for t = weights · target, 0 where there is no
/// label. Inputs: logits N, C, …; labels int64 N, …; dloss N, …; weights C (may be absent: 1). Output: like the logits.
/// </summary>
/// <param name="LabelSmoothing">How much of the target is shared out over all classes.</param>
/// <param name="Ignored">A further label that means none.</param>
public sealed record CrossEntropyGradient(float LabelSmoothing = 0, long Ignored = -1) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(3, 4);
        CrossEntropy.CheckLabels(inputs, LabelSmoothing, 3);
        bool same = inputs[2].Element == inputs[0].Element && inputs[2].Rank == inputs[1].Rank;
        for (int i = 0; same && i < inputs[1].Rank; i++) same = inputs.AreEqual(inputs[1].Shape[i], inputs[2].Shape[i]);
        if (!same) throw inputs.Fail($"takes a gradient for each label ({inputs[0].Element} {inputs[1].Shape}), not {inputs[2]}.");
        return [inputs[0]];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        Tensor logits = context.Inputs[0], labels = context.Inputs[1], dloss = context.Inputs[2], gradient = context.OutputGradient;
        var weights = context.Inputs.Count > 3 ? context.Inputs[3] : null;
        Tensor? dlogits = null, ddloss = null, dweights = null;
        if (context.Needs(2))
        {
            Tensor[] alone = weights is null ? [logits, labels, dloss.Full(1)] : [logits, labels, dloss.Full(1), weights];
            ddloss = (gradient * Tensor.Apply(this, alone)).Sum(1);
        }
        // Only the softmax depends on the logits; where there is no label nothing does.
        var softmax = logits.Softmax(1);
        var weighted = gradient * softmax;
        var mean = weighted.Sum([1], keepAxes: true);
        if (context.Needs(0)) dlogits = (dloss * Total(logits, labels, weights)).Unsqueeze(1) * (weighted - softmax * mean);
        if (weights is not null && context.Needs(3))
        {
            var targets = CrossEntropy.Targets(logits, labels, LabelSmoothing, Ignored);
            dweights = CrossEntropy.OverClasses(dloss.Unsqueeze(1) * targets * (mean - gradient));
        }
        return weights is null ? [dlogits, null, ddloss] : [dlogits, null, ddloss, dweights];
    }

    /// <summary>Σ of weights · target for each label.</summary>
    Tensor Total(Tensor logits, Tensor labels, Tensor? weights)
    {
        var ofLabel = logits.LabelWeights(labels, weights, Ignored < 0 ? null : Ignored);
        if (weights is null || LabelSmoothing == 0) return ofLabel;
        var isLabel = CrossEntropy.IsLabel(labels, Ignored).Cast(logits.ElementType);
        return (1.0 - LabelSmoothing) * ofLabel + LabelSmoothing * weights.Mean() * isLabel;
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new CrossEntropyGradient(attributes.Value(LabelSmoothing), attributes.Value(Ignored));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => CrossEntropy.Cases().Select(c =>
    {
        var labels = CrossEntropy.LabelsOf(c.Logits);
        return new Sample(new CrossEntropyGradient(c.Smoothing, c.Ignored),
            [c.Logits, SampleInput.Indices(labels, c.From, (int)c.Logits[1]), labels, .. c.WeightInputs]);
    });
}
