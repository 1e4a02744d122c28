using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.AveragePool;

/// <summary>The sum of a window's pixels, row-major, divided by their number.</summary>
sealed class Naive : NaiveKernel<Ops.AveragePool>
{
    protected override void Run<T>(Ops.AveragePool op, in KernelCall call)
    {
        var image = call.Case.Inputs[0];
        NaivePools.Average<T, EvenWindows>(call, new(op.Geometry, image),
            NaivePools.Divisor(op.Geometry, op.CountPadding, op.Divisor, image));
    }
}
