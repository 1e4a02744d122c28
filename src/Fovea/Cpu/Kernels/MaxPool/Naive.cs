using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.MaxPool;

/// <summary>The first of the largest pixels of each window, in row-major order.</summary>
sealed class Naive : NaiveKernel<Ops.MaxPool>
{
    protected override void Run<T>(Ops.MaxPool op, in KernelCall call)
    {
        var (xType, yType) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        var x = call.Source<T>(0);
        var y = call.Target<T>(0);
        var indices = op.WithIndices ? call.Target<long>(1) : default;
        Strides xStrides = xType.Strides, yStrides = yType.Strides, indexStrides = op.WithIndices ? call.Case.Outputs[1].Strides : default;
        Dims places = new(yType.Sizes.AsSpan()[2..]);

        for (int n = 0; n < yType.Sizes[0]; n++)
            for (int c = 0; c < yType.Sizes[1]; c++)
            {
                int channel = (int)(n * xStrides[0] + c * xStrides[1]);
                for (var place = new Odometer(places); place.MoveNext();)
                {
                    var largest = T.NegativeInfinity;
                    long at = -1;
                    for (var window = new PoolingWindow(op.Geometry, xType, place); window.MoveNext();)
                    {
                        var value = x[channel + window.Offset];
                        if (at >= 0 && !(value > largest) && !T.IsNaN(value)) continue;
                        largest = value;
                        at = window.Index;
                    }
                    y[(int)(n * yStrides[0] + c * yStrides[1]) + place.Offset(yStrides, 2)] = largest;
                    if (op.WithIndices) indices[(int)(n * indexStrides[0] + c * indexStrides[1]) + place.Offset(indexStrides, 2)] = at;
                }
            }
    }
}
