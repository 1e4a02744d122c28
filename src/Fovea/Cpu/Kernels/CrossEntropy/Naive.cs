using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.CrossEntropy;

/// <summary>
/// loss = −(1 − smoothing) · w[label] · ln p[label] − smoothing / C · Σ w · ln p, for p the softmax of the logits.
/// </summary>
sealed class Naive : NaiveKernel<Ops.CrossEntropy>
{
    protected override void Run<T>(Ops.CrossEntropy op, in KernelCall call)
    {
        var x = call.Source<T>(0);
        var labels = call.Source<long>(1);
        var weights = call.Case.Inputs.Length > 2 ? call.Source<T>(2) : default;
        var losses = call.Target<T>(0);
        var sizes = call.Case.Inputs[0].Sizes;
        var (xStrides, labelStrides, lossStrides) =
            (call.Case.Inputs[0].Strides, call.Case.Inputs[1].Strides, call.Case.Outputs[0].Strides);
        T smoothing = T.CreateChecked(op.LabelSmoothing), classes = T.CreateChecked(sizes[1]);
        for (var row = new Odometer(sizes.With(1, 1)); row.MoveNext();)
        {
            long label = labels[LabelledRow.Offset(row, sizes.Count, labelStrides)];
            var loss = T.Zero;
            if (LabelledRow.IsLabel(label, op.Ignored, sizes[1]))
            {
                int start = row.Offset(xStrides);
                var (largest, exponentials) = SoftmaxRow.Statistics(x, start, xStrides[1], sizes[1]);
                var logarithm = T.Log(exponentials);
                var chosen = x[start + (int)(label * xStrides[1])] - largest - logarithm;
                loss = -(T.One - smoothing) * chosen;
                if (!weights.IsEmpty) loss *= weights[(int)label];
                // Without smoothing a logit of −∞ rules a class out; with it the loss is infinite then.
                for (int c = 0; c < sizes[1] && op.LabelSmoothing > 0; c++)
                {
                    var term = x[start + (int)(c * xStrides[1])] - largest - logarithm;
                    loss -= smoothing / classes * (weights.IsEmpty ? term : weights[c] * term);
                }
            }
            losses[LabelledRow.Offset(row, sizes.Count, lossStrides)] = loss;
        }
    }
}
