using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.LocalResponseNormalizationGradient;

/// <summary>
/// dx[c] = dy[c] · d[c]^−Beta − 2 · Alpha · Beta / Size · x[c] · Σ dy · x · d^(−Beta − 1) over the channels whose windows hold c.
/// </summary>
sealed class Naive : NaiveKernel<Ops.LocalResponseNormalizationGradient>
{
    protected override void Run<T>(Ops.LocalResponseNormalizationGradient op, in KernelCall call)
    {
        ReadOnlySpan<T> x = call.Source<T>(0), dy = call.Source<T>(1);
        var dx = call.Target<T>(0);
        var (xStrides, dyStrides, dxStrides) = (call.Case.Inputs[0].Strides, call.Case.Inputs[1].Strides, call.Case.Outputs[0].Strides);
        var forward = op.Forward;
        int channels = call.Case.Inputs[0].Sizes[1];
        T beta = T.CreateChecked(op.Beta), factor = T.CreateChecked(2 * op.Alpha * op.Beta / op.Size);
        for (var at = new Odometer(call.Case.Inputs[0].Sizes); at.MoveNext();)
        {
            int channel = at[1], pixel = at.Offset(xStrides) - (int)(channel * xStrides[1]);
            int gradient = at.Offset(dyStrides) - (int)(channel * dyStrides[1]);
            var own = ChannelWindow.Denominator(forward, x, pixel, xStrides[1], channel, channels);
            var sum = T.Zero;
            for (int c = Math.Max(0, channel - forward.After); c < Math.Min(channels, channel + forward.Before + 1); c++)
            {
                var d = ChannelWindow.Denominator(forward, x, pixel, xStrides[1], c, channels);
                sum += dy[gradient + (int)(c * dyStrides[1])] * x[pixel + (int)(c * xStrides[1])] * T.Pow(d, -beta - T.One);
            }
            dx[at.Offset(dxStrides)] = dy[at.Offset(dyStrides)] * T.Pow(own, -beta) - factor * x[at.Offset(xStrides)] * sum;
        }
    }
}
