using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.LocalResponseNormalization;

/// <summary>y[c] = x[c] · (Bias + Alpha / Size · Σ x²)^−Beta, pixel by pixel.</summary>
sealed class Naive : NaiveKernel<Ops.LocalResponseNormalization>
{
    protected override void Run<T>(Ops.LocalResponseNormalization op, in KernelCall call)
    {
        var x = call.Source<T>(0);
        var y = call.Target<T>(0);
        var (xStrides, yStrides) = (call.Case.Inputs[0].Strides, call.Case.Outputs[0].Strides);
        int channels = call.Case.Inputs[0].Sizes[1];
        for (var at = new Odometer(call.Case.Inputs[0].Sizes); at.MoveNext();)
        {
            int offset = at.Offset(xStrides);
            var d = ChannelWindow.Denominator(op, x, offset - (int)(at[1] * xStrides[1]), xStrides[1], at[1], channels);
            y[at.Offset(yStrides)] = x[offset] * T.Pow(d, T.CreateChecked(-op.Beta));
        }
    }
}
