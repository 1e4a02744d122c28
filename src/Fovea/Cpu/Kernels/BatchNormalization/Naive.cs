using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.BatchNormalization;

/// <summary>y = (x − mean) / √(variance + epsilon) · scale + shift.</summary>
sealed class Naive : NaiveKernel<Ops.BatchNormalization>
{
    protected override void Run<T>(Ops.BatchNormalization op, in KernelCall call)
    {
        ReadOnlySpan<T> x = call.Source<T>(0), scale = call.Source<T>(1), shift = call.Source<T>(2), mean = call.Source<T>(3),
            variance = call.Source<T>(4);
        var y = call.Target<T>(0);
        var (xStrides, yStrides) = (call.Case.Inputs[0].Strides, call.Case.Outputs[0].Strides);
        var epsilon = T.CreateChecked(op.Epsilon);
        for (var at = new Odometer(call.Case.Inputs[0].Sizes); at.MoveNext();)
        {
            int c = at[1];
            y[at.Offset(yStrides)] = (x[at.Offset(xStrides)] - mean[c]) / T.Sqrt(variance[c] + epsilon) * scale[c] + shift[c];
        }
    }
}
