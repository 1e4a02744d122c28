using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.AdaptiveAveragePoolGradient;

/// <summary>Each pixel of a bin gets an equal share of the bin's gradient; bins ascending.</summary>
sealed class Naive : NaiveKernel<Ops.AdaptiveAveragePoolGradient>
{
    protected override void Run<T>(Ops.AdaptiveAveragePoolGradient op, in KernelCall call)
    {
        var bins = new BinWindows(call.Case.Outputs[0], call.Case.Inputs[0]);
        NaivePools.AverageGradient<T, BinWindows>(call, bins, place => bins.At(place).Count());
    }
}
