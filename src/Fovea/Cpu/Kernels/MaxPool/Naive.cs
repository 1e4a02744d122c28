using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.MaxPool;

/// <summary>The first of the largest pixels of each window, in row-major order.</summary>
sealed class Naive : NaiveKernel<Ops.MaxPool>
{
    protected override void Run<T>(Ops.MaxPool op, in KernelCall call) =>
        NaivePools.Max<T, EvenWindows>(call, new(op.Geometry, call.Case.Inputs[0]));
}
