using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.StochasticPool;

/// <summary>
/// The first pixel of each window at which the sum of |x| so far reaches the fraction of u times the window's whole sum; a pixel that is 0
/// only where all are. NaN where the sum is.
/// </summary>
sealed class Naive : NaiveKernel<Ops.StochasticPool>
{
    protected override void Run<T>(Ops.StochasticPool op, in KernelCall call)
    {
        var (xType, uType, yType, indexType) = (call.Case.Inputs[0], call.Case.Inputs[1], call.Case.Outputs[0], call.Case.Outputs[1]);
        var x = call.Source<T>(0);
        var u = call.Source<T>(1);
        var y = call.Target<T>(0);
        var indices = call.Target<long>(1);
        Strides xStrides = xType.Strides, uStrides = uType.Strides, yStrides = yType.Strides, indexStrides = indexType.Strides;
        var windows = new EvenWindows(op.Geometry, xType);

        for (int n = 0; n < yType.Sizes[0]; n++)
            for (int c = 0; c < yType.Sizes[1]; c++)
                for (var place = new Odometer(NaivePools.Places(yType)); place.MoveNext();)
                {
                    int channel = (int)(n * xStrides[0] + c * xStrides[1]);
                    var total = T.Zero;
                    for (var window = windows.At(place); window.MoveNext();) total += T.Abs(x[channel + window.Offset]);
                    var drawn = u[(int)(n * uStrides[0] + c * uStrides[1]) + place.Offset(uStrides, 2)];
                    T target = (drawn - T.Floor(drawn)) * total, sum = T.Zero, value = T.Zero;
                    long at = -1;
                    bool reached = false;
                    for (var window = windows.At(place); window.MoveNext() && !reached;)
                    {
                        var pixel = x[channel + window.Offset];
                        sum += T.Abs(pixel);
                        // The first pixel stands for a window of zeros, the last that is not 0 for one whose target is no number.
                        if (at >= 0 && pixel == T.Zero) continue;
                        (value, at) = (pixel, window.Index);
                        reached = sum >= target && pixel != T.Zero;
                    }
                    y[(int)(n * yStrides[0] + c * yStrides[1]) + place.Offset(yStrides, 2)] = T.IsNaN(total) ? total : value;
                    indices[(int)(n * indexStrides[0] + c * indexStrides[1]) + place.Offset(indexStrides, 2)] = at;
                }
    }
}
