using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.LogSumExp;

/// <summary>y = largest + ln Σ e^(x − largest) along the axis; an infinite largest is not taken out.</summary>
sealed class Naive : NaiveKernel<Ops.LogSumExp>
{
    protected override void Run<T>(Ops.LogSumExp op, in KernelCall call)
    {
        var x = call.Source<T>(0);
        var y = call.Target<T>(0);
        var type = call.Case.Inputs[0];
        var strides = type.Strides;
        var row = new Odometer(type.Sizes.With(op.Axis, 1));
        for (int i = 0; row.MoveNext(); i++)
        {
            int start = row.Offset(strides);
            var largest = T.NegativeInfinity;
            for (int j = 0; j < type.Sizes[op.Axis]; j++) largest = T.Max(largest, x[start + (int)(j * strides[op.Axis])]);
            var shift = T.IsInfinity(largest) ? T.Zero : largest;
            var sum = T.Zero;
            for (int j = 0; j < type.Sizes[op.Axis]; j++) sum += T.Exp(x[start + (int)(j * strides[op.Axis])] - shift);
            y[i] = T.Log(sum) + shift;
        }
    }
}
