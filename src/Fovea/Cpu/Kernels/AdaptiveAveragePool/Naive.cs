using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.AdaptiveAveragePool;

/// <summary>The sum of a bin's pixels, row-major, divided by their number.</summary>
sealed class Naive : NaiveKernel<Ops.AdaptiveAveragePool>
{
    protected override void Run<T>(Ops.AdaptiveAveragePool op, in KernelCall call)
    {
        var bins = new BinWindows(call.Case.Inputs[0], call.Case.Outputs[0]);
        NaivePools.Average<T, BinWindows>(call, bins, place => bins.At(place).Count());
    }
}
