using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.CrossEntropyGradient;

/// <summary>dlogits = dloss · (softmax · Σ t − t) for t[c] = w[c] · ((1 − smoothing) · [c = label] + smoothing / C).</summary>
sealed class Naive : NaiveKernel<Ops.CrossEntropyGradient>
{
    protected override void Run<T>(Ops.CrossEntropyGradient op, in KernelCall call)
    {
        ReadOnlySpan<T> x = call.Source<T>(0), dloss = call.Source<T>(2);
        var labels = call.Source<long>(1);
        var weights = call.Case.Inputs.Length > 3 ? call.Source<T>(3) : default;
        var dx = call.Target<T>(0);
        var sizes = call.Case.Inputs[0].Sizes;
        var (xStrides, labelStrides, lossStrides) = (call.Case.Inputs[0].Strides, call.Case.Inputs[1].Strides, call.Case.Inputs[2].Strides);
        var dxStrides = call.Case.Outputs[0].Strides;
        T smoothing = T.CreateChecked(op.LabelSmoothing), everywhere = smoothing / T.CreateChecked(sizes[1]);
        for (var row = new Odometer(sizes.With(1, 1)); row.MoveNext();)
        {
            long label = labels[LabelledRow.Offset(row, sizes.Count, labelStrides)];
            bool isLabel = LabelledRow.IsLabel(label, op.Ignored, sizes[1]);
            int start = row.Offset(xStrides), to = row.Offset(dxStrides);
            var gradient = dloss[LabelledRow.Offset(row, sizes.Count, lossStrides)];
            var (largest, sum) = SoftmaxRow.Statistics(x, start, xStrides[1], sizes[1]);
            var total = T.One;
            if (!weights.IsEmpty && isLabel)
            {
                total = T.Zero;
                for (int c = 0; c < sizes[1]; c++) total += Target(weights, c);
            }
            for (int c = 0; c < sizes[1]; c++)
            {
                var softmax = T.Exp(x[start + (int)(c * xStrides[1])] - largest) / sum;
                dx[to + (int)(c * dxStrides[1])] = isLabel ? gradient * (softmax * total - Target(weights, c)) : T.Zero;
            }

            T Target(ReadOnlySpan<T> w, int c)
            {
                var target = everywhere + (c == label ? T.One - smoothing : T.Zero);
                // What is not aimed at has no weight, not even one that is NaN.
                return w.IsEmpty || target == T.Zero ? target : w[c] * target;
            }
        }
    }
}
