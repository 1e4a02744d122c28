using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Resize;

/// <summary>Σ over the taps of all axes of the product of their weights · pixel, one output at a time.</summary>
sealed class Naive : NaiveKernel<Ops.Resize>
{
    protected override KernelWork Prepare(Ops.Resize op, KernelCase @case) =>
        KernelWork.Single with { Prepared = ResizeAxes.Of(op.Geometry, @case.Inputs[0], @case.Outputs[0]) };

    protected override void Run<T>(Ops.Resize op, in KernelCall call) => ResizeAxes.Sum<T>((AxisTaps[])call.Prepared!, call);
}
