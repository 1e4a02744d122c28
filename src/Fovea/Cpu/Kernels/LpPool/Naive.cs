using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.LpPool;

/// <summary>m · (Σ (|x| / m)^P)^(1/P), m the largest |x| of the window: nothing overflows on the way.</summary>
sealed class Naive : NaiveKernel<Ops.LpPool>
{
    protected override void Run<T>(Ops.LpPool op, in KernelCall call)
    {
        var (xType, yType) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        var x = call.Source<T>(0);
        var y = call.Target<T>(0);
        Strides xStrides = xType.Strides, yStrides = yType.Strides;
        var windows = new EvenWindows(op.Geometry, xType);
        T p = T.CreateChecked(op.P);

        for (int n = 0; n < yType.Sizes[0]; n++)
            for (int c = 0; c < yType.Sizes[1]; c++)
                for (var place = new Odometer(NaivePools.Places(yType)); place.MoveNext();)
                {
                    int channel = (int)(n * xStrides[0] + c * xStrides[1]);
                    T largest = T.Zero, sum = T.Zero;
                    for (var window = windows.At(place); window.MoveNext();) largest = T.Max(largest, T.Abs(x[channel + window.Offset]));
                    for (var window = windows.At(place); window.MoveNext();)
                        sum += T.Pow(T.Abs(x[channel + window.Offset]) / largest, p);
                    // No pixel, zeros only, an infinity, NaN: the largest is the norm.
                    y[(int)(n * yStrides[0] + c * yStrides[1]) + place.Offset(yStrides, 2)] =
                        largest > T.Zero && T.IsFinite(largest) ? largest * T.Pow(sum, T.One / p) : largest;
                }
    }
}
