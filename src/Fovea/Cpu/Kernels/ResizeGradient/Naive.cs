using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.ResizeGradient;

/// <summary>The sum over the outputs that saw a pixel, one pixel at a time.</summary>
sealed class Naive : NaiveKernel<Ops.ResizeGradient>
{
    protected override KernelWork Prepare(Ops.ResizeGradient op, KernelCase @case) =>
        KernelWork.Single with { Prepared = ResizeAxes.Transposed(op.Geometry, @case.Outputs[0], @case.Inputs[0]) };

    protected override void Run<T>(Ops.ResizeGradient op, in KernelCall call) => ResizeAxes.Sum<T>((AxisTaps[])call.Prepared!, call);
}
