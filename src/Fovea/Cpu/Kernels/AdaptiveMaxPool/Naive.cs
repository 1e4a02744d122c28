using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.AdaptiveMaxPool;

/// <summary>The first of the largest pixels of each bin, in row-major order.</summary>
sealed class Naive : NaiveKernel<Ops.AdaptiveMaxPool>
{
    protected override void Run<T>(Ops.AdaptiveMaxPool op, in KernelCall call) =>
        NaivePools.Max<T, BinWindows>(call, new(call.Case.Inputs[0], call.Case.Outputs[0]));
}
