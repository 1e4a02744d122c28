using System.Numerics;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>What the reference kernels of pools over even windows and over bins share.</summary>
static class NaivePools
{
    /// <summary>
    /// The largest pixel of each window (−∞ where there is none) and, where there is a second output, the index of the first of them; a
    /// NaN is larger than all, and the last is named.
    /// </summary>
    public static void Max<T, TWindows>(in KernelCall call, TWindows windows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> where TWindows : struct, IPoolingWindows
    {
        var (xType, yType) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        bool withIndices = call.Case.Outputs.Length > 1;
        var x = call.Source<T>(0);
        var y = call.Target<T>(0);
        var indices = withIndices ? call.Target<long>(1) : default;
        Strides xStrides = xType.Strides, yStrides = yType.Strides, indexStrides = withIndices ? call.Case.Outputs[1].Strides : default;

        for (int n = 0; n < yType.Sizes[0]; n++)
            for (int c = 0; c < yType.Sizes[1]; c++)
                for (var place = new Odometer(Places(yType)); place.MoveNext();)
                {
                    int channel = (int)(n * xStrides[0] + c * xStrides[1]);
                    var largest = T.NegativeInfinity;
                    long at = -1;
                    for (var window = windows.At(place); window.MoveNext();)
                    {
                        var value = x[channel + window.Offset];
                        if (at >= 0 && !(value > largest) && !T.IsNaN(value)) continue;
                        largest = value;
                        at = window.Index;
                    }
                    y[(int)(n * yStrides[0] + c * yStrides[1]) + place.Offset(yStrides, 2)] = largest;
                    if (withIndices) indices[(int)(n * indexStrides[0] + c * indexStrides[1]) + place.Offset(indexStrides, 2)] = at;
                }
    }

    /// <summary>The sum of each window's pixels, row-major, divided by a number of each window; 0 for a window without pixels.</summary>
    public static void Average<T, TWindows>(in KernelCall call, TWindows windows, Func<Odometer, int> divisor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> where TWindows : struct, IPoolingWindows
    {
        var (xType, yType) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        var x = call.Source<T>(0);
        var y = call.Target<T>(0);
        Strides xStrides = xType.Strides, yStrides = yType.Strides;

        for (int n = 0; n < yType.Sizes[0]; n++)
            for (int c = 0; c < yType.Sizes[1]; c++)
                for (var place = new Odometer(Places(yType)); place.MoveNext();)
                {
                    int channel = (int)(n * xStrides[0] + c * xStrides[1]);
                    var sum = T.Zero;
                    for (var window = windows.At(place); window.MoveNext();) sum += x[channel + window.Offset];
                    y[(int)(n * yStrides[0] + c * yStrides[1]) + place.Offset(yStrides, 2)] = windows.At(place).Count() == 0 ? T.Zero
                        : sum / T.CreateChecked(divisor(place));
                }
    }

    /// <summary>Each pixel of a window gets an equal share of the window's gradient; windows ascending.</summary>
    public static void AverageGradient<T, TWindows>(in KernelCall call, TWindows windows, Func<Odometer, int> divisor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> where TWindows : struct, IPoolingWindows
    {
        var (dyType, dxType) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        var dy = call.Source<T>(0);
        var dx = call.Target<T>(0);
        dx.Clear();
        Strides dyStrides = dyType.Strides, dxStrides = dxType.Strides;

        for (int n = 0; n < dyType.Sizes[0]; n++)
            for (int c = 0; c < dyType.Sizes[1]; c++)
                for (var place = new Odometer(Places(dyType)); place.MoveNext();)
                {
                    int channel = (int)(n * dxStrides[0] + c * dxStrides[1]);
                    var gradient = dy[(int)(n * dyStrides[0] + c * dyStrides[1]) + place.Offset(dyStrides, 2)];
                    for (var window = windows.At(place); window.MoveNext();)
                        dx[channel + window.Offset] += gradient / T.CreateChecked(divisor(place));
                }
    }

    /// <summary>The spatial sizes of a value N, C, spatial.</summary>
    public static Dims Places(BoundType type) => new(type.Sizes.AsSpan()[2..]);

    /// <summary>By what an average pool divides the sum of a window.</summary>
    public static Func<Odometer, int> Divisor(Ops.PoolingGeometry geometry, bool countPadding, int fixedDivisor, BoundType image)
    {
        var windows = new EvenWindows(geometry, image);
        return place => fixedDivisor > 0 ? fixedDivisor : countPadding ? windows.Padded(place) : windows.At(place).Count();
    }
}
