using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.LinearRecurrence;

/// <summary>yₜ = xₜ + aₜ · yₜ₋₁, step by step.</summary>
sealed class Naive : NaiveKernel<Ops.LinearRecurrence>
{
    protected override void Run<T>(Ops.LinearRecurrence op, in KernelCall call)
    {
        ReadOnlySpan<T> x = call.Source<T>(0), a = call.Source<T>(1);
        var y = call.Target<T>(0);
        var (xStrides, aStrides, yStrides) = (call.Case.Inputs[0].Strides, call.Case.Inputs[1].Strides, call.Case.Outputs[0].Strides);
        var sizes = call.Case.Inputs[0].Sizes;
        for (var at = new Odometer(sizes.With(op.Axis, 1)); at.MoveNext();)
        {
            var before = T.Zero;
            for (int i = 0; i < sizes[op.Axis]; i++)
            {
                int t = op.Reverse ? sizes[op.Axis] - 1 - i : i;
                var factor = a[at.Offset(aStrides) + (int)(t * aStrides[op.Axis])];
                before = x[at.Offset(xStrides) + (int)(t * xStrides[op.Axis])] + factor * before;
                y[at.Offset(yStrides) + (int)(t * yStrides[op.Axis])] = before;
            }
        }
    }
}
