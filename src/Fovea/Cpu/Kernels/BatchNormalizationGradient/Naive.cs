using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.BatchNormalizationGradient;

/// <summary>dshift = Σ dy, dscale = Σ dy · x̂, dx = scale / √(variance + epsilon) · (dy − dshift / n − x̂ · dscale / n).</summary>
sealed class Naive : NaiveKernel<Ops.BatchNormalizationGradient>
{
    protected override void Run<T>(Ops.BatchNormalizationGradient op, in KernelCall call)
    {
        ReadOnlySpan<T> x = call.Source<T>(0), scale = call.Source<T>(1), mean = call.Source<T>(2), variance = call.Source<T>(3),
            dy = call.Source<T>(4);
        Span<T> dx = call.Target<T>(0), dscale = call.Target<T>(1), dshift = call.Target<T>(2);
        var (xStrides, dyStrides, dxStrides) = (call.Case.Inputs[0].Strides, call.Case.Inputs[4].Strides, call.Case.Outputs[0].Strides);
        var sizes = call.Case.Inputs[0].Sizes;
        var count = T.CreateChecked(sizes.With(1, 1).Product());
        var epsilon = T.CreateChecked(op.Epsilon);

        dscale.Clear();
        dshift.Clear();
        for (var at = new Odometer(sizes); at.MoveNext();)
        {
            int c = at[1];
            var gradient = dy[at.Offset(dyStrides)];
            dshift[c] += gradient;
            dscale[c] += gradient * (x[at.Offset(xStrides)] - mean[c]) / T.Sqrt(variance[c] + epsilon);
        }
        for (var at = new Odometer(sizes); at.MoveNext();)
        {
            int c = at[1];
            var deviation = T.Sqrt(variance[c] + epsilon);
            var normal = (x[at.Offset(xStrides)] - mean[c]) / deviation;
            dx[at.Offset(dxStrides)] = scale[c] / deviation * (dy[at.Offset(dyStrides)] - dshift[c] / count - normal * dscale[c] / count);
        }
    }
}
