using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.AveragePoolGradient;

/// <summary>Each pixel of a window gets an equal share of the window's gradient; windows ascending.</summary>
sealed class Naive : NaiveKernel<Ops.AveragePoolGradient>
{
    protected override void Run<T>(Ops.AveragePoolGradient op, in KernelCall call)
    {
        var (dyType, dxType) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        var dy = call.Source<T>(0);
        var dx = call.Target<T>(0);
        dx.Clear();
        Strides dyStrides = dyType.Strides, dxStrides = dxType.Strides;

        for (int n = 0; n < dyType.Sizes[0]; n++)
            for (int c = 0; c < dyType.Sizes[1]; c++)
                for (var place = new Odometer(new(dyType.Sizes.AsSpan()[2..])); place.MoveNext();)
                {
                    int channel = (int)(n * dxStrides[0] + c * dxStrides[1]);
                    int count = PoolingWindow.Count(op.Geometry, op.CountPadding, dxType, place);
                    var gradient = dy[(int)(n * dyStrides[0] + c * dyStrides[1]) + place.Offset(dyStrides, 2)];
                    for (var window = new PoolingWindow(op.Geometry, dxType, place); window.MoveNext();)
                        dx[channel + window.Offset] += gradient / T.CreateChecked(count);
                }
    }
}
