using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.MaxPoolGather;

/// <summary>y[n, c, q] = x[n, c, indices[n, c, q]], 0 for index −1.</summary>
sealed class Naive : NaiveKernel<Ops.MaxPoolGather>
{
    protected override void Run<T>(Ops.MaxPoolGather op, in KernelCall call)
    {
        var (xType, indexType, yType) = (call.Case.Inputs[0], call.Case.Inputs[1], call.Case.Outputs[0]);
        var x = call.Source<T>(0);
        var indices = call.Source<long>(1);
        var y = call.Target<T>(0);
        var (indexStrides, yStrides) = (indexType.Strides, yType.Strides);
        for (var at = new Odometer(yType.Sizes); at.MoveNext();)
        {
            long index = indices[at.Offset(indexStrides)];
            y[at.Offset(yStrides)] = index < 0 ? T.Zero : x[SpatialIndex.Offset(xType, at[0], at[1], index)];
        }
    }
}
