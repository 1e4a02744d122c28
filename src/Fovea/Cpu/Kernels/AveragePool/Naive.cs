using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.AveragePool;

/// <summary>The sum of a window's pixels, row-major, divided by their number.</summary>
sealed class Naive : NaiveKernel<Ops.AveragePool>
{
    protected override void Run<T>(Ops.AveragePool op, in KernelCall call)
    {
        var (xType, yType) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        var x = call.Source<T>(0);
        var y = call.Target<T>(0);
        Strides xStrides = xType.Strides, yStrides = yType.Strides;

        for (int n = 0; n < yType.Sizes[0]; n++)
            for (int c = 0; c < yType.Sizes[1]; c++)
                for (var place = new Odometer(new(yType.Sizes.AsSpan()[2..])); place.MoveNext();)
                {
                    int channel = (int)(n * xStrides[0] + c * xStrides[1]);
                    int count = PoolingWindow.Count(op.Geometry, op.CountPadding, xType, place);
                    var sum = T.Zero;
                    for (var window = new PoolingWindow(op.Geometry, xType, place); window.MoveNext();) sum += x[channel + window.Offset];
                    y[(int)(n * yStrides[0] + c * yStrides[1]) + place.Offset(yStrides, 2)] = count == 0 ? T.Zero
                        : sum / T.CreateChecked(count);
                }
    }
}
