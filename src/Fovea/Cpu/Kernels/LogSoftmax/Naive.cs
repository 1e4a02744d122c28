using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.LogSoftmax;

/// <summary>y = x − largest − ln Σ e^(x − largest) along the axis.</summary>
sealed class Naive : NaiveKernel<Ops.LogSoftmax>
{
    protected override void Run<T>(Ops.LogSoftmax op, in KernelCall call)
    {
        var x = call.Source<T>(0);
        var y = call.Target<T>(0);
        var (xStrides, yStrides) = (call.Case.Inputs[0].Strides, call.Case.Outputs[0].Strides);
        var sizes = call.Case.Inputs[0].Sizes;
        for (var row = new Odometer(sizes.With(op.Axis, 1)); row.MoveNext();)
        {
            int start = row.Offset(xStrides);
            var (largest, sum) = SoftmaxRow.Statistics(x, start, xStrides[op.Axis], sizes[op.Axis]);
            for (int i = 0; i < sizes[op.Axis]; i++)
            {
                var value = x[start + (int)(i * xStrides[op.Axis])];
                y[row.Offset(yStrides) + (int)(i * yStrides[op.Axis])] = value - largest - T.Log(sum);
            }
        }
    }
}
