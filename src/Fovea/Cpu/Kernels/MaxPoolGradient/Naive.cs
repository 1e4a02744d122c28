using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.MaxPoolGradient;

/// <summary>dx[n, c, indices[n, c, q]] += dy[n, c, q], q ascending.</summary>
sealed class Naive : NaiveKernel<Ops.MaxPoolGradient>
{
    protected override void Run<T>(Ops.MaxPoolGradient op, in KernelCall call)
    {
        var (dyType, indexType, dxType) = (call.Case.Inputs[0], call.Case.Inputs[1], call.Case.Outputs[0]);
        var dy = call.Source<T>(0);
        var indices = call.Source<long>(1);
        var dx = call.Target<T>(0);
        dx.Clear();
        var (dyStrides, indexStrides) = (dyType.Strides, indexType.Strides);
        for (var at = new Odometer(dyType.Sizes); at.MoveNext();)
        {
            long index = indices[at.Offset(indexStrides)];
            if (index >= 0) dx[SpatialIndex.Offset(dxType, at[0], at[1], index)] += dy[at.Offset(dyStrides)];
        }
    }
}
