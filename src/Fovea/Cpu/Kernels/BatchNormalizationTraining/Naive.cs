using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.BatchNormalizationTraining;

/// <summary>The mean, then the mean of squared deviations from it, then y = (x − mean) / √(variance + epsilon) · scale + shift.</summary>
sealed class Naive : NaiveKernel<Ops.BatchNormalizationTraining>
{
    protected override void Run<T>(Ops.BatchNormalizationTraining op, in KernelCall call)
    {
        ReadOnlySpan<T> x = call.Source<T>(0), scale = call.Source<T>(1), shift = call.Source<T>(2);
        Span<T> y = call.Target<T>(0), mean = call.Target<T>(1), variance = call.Target<T>(2);
        var (xStrides, yStrides) = (call.Case.Inputs[0].Strides, call.Case.Outputs[0].Strides);
        var sizes = call.Case.Inputs[0].Sizes;
        var count = T.CreateChecked(sizes.With(1, 1).Product());
        var epsilon = T.CreateChecked(op.Epsilon);

        mean.Clear();
        variance.Clear();
        for (var at = new Odometer(sizes); at.MoveNext();) mean[at[1]] += x[at.Offset(xStrides)];
        for (int c = 0; c < mean.Length; c++) mean[c] /= count;
        for (var at = new Odometer(sizes); at.MoveNext();)
        {
            var deviation = x[at.Offset(xStrides)] - mean[at[1]];
            variance[at[1]] += deviation * deviation;
        }
        for (int c = 0; c < variance.Length; c++) variance[c] /= count;
        for (var at = new Odometer(sizes); at.MoveNext();)
        {
            int c = at[1];
            y[at.Offset(yStrides)] = (x[at.Offset(xStrides)] - mean[c]) / T.Sqrt(variance[c] + epsilon) * scale[c] + shift[c];
        }
    }
}
