using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.AveragePoolGradient;

/// <summary>Each pixel of a window gets an equal share of the window's gradient; windows ascending.</summary>
sealed class Naive : NaiveKernel<Ops.AveragePoolGradient>
{
    protected override void Run<T>(Ops.AveragePoolGradient op, in KernelCall call)
    {
        var image = call.Case.Outputs[0];
        NaivePools.AverageGradient<T, EvenWindows>(call, new(op.Geometry, image),
            NaivePools.Divisor(op.Geometry, op.CountPadding, op.Divisor, image));
    }
}
