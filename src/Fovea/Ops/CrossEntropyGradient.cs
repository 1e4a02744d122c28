using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The gradient of <see cref="CrossEntropy"/>: dlogits = dloss · (softmax(logits) − target), 0 where the label is negative.
/// Inputs: logits N, C, …; labels int64 N, …; dloss N, …. Output: like the logits.
/// </summary>
/// <param name="LabelSmoothing">How much of the target is shared out over all classes.</param>
public sealed record CrossEntropyGradient(float LabelSmoothing = 0) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(3, 3);
        CrossEntropy.CheckLabels(inputs, LabelSmoothing);
        bool same = inputs[2].Element == inputs[0].Element && inputs[2].Rank == inputs[1].Rank;
        for (int i = 0; same && i < inputs[1].Rank; i++) same = inputs.AreEqual(inputs[1].Shape[i], inputs[2].Shape[i]);
        if (!same) throw inputs.Fail($"takes a gradient for each label ({inputs[0].Element} {inputs[1].Shape}), not {inputs[2]}.");
        return [inputs[0]];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        Tensor logits = context.Inputs[0], labels = context.Inputs[1], dloss = context.Inputs[2], gradient = context.OutputGradient;
        Tensor? dlogits = null, ddloss = null;
        if (context.Needs(0))
        {
            // Only the softmax depends on the logits; where there is no label nothing does.
            var weight = (dloss * (labels > -1).Cast(dloss.ElementType)).Unsqueeze(1);
            var softmax = logits.Softmax(1);
            var weighted = gradient * softmax;
            dlogits = weight * (weighted - softmax * weighted.Sum([1], keepAxes: true));
        }
        if (context.Needs(2)) ddloss = (gradient * Tensor.Apply(this, logits, labels, dloss.Full(1))).Sum(1);
        return [dlogits, null, ddloss];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new CrossEntropyGradient(attributes.Value(LabelSmoothing));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => CrossEntropy.Cases().Select(c =>
    {
        var labels = CrossEntropy.LabelsOf(c.Logits);
        return new Sample(new CrossEntropyGradient(c.Smoothing), c.Logits, SampleInput.Indices(labels, c.From, (int)c.Logits[1]), labels)
        {
            SpreadsNaN = "its terms may be multiplied out: ∞ − ∞ is NaN",
        };
    });
}
