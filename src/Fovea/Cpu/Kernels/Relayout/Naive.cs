using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Relayout;

/// <summary>The same value in another layout, or another place: any element type, any layouts.</summary>
sealed class Naive : Kernel<Runtime.Relayout>
{
    public override string Name => "Relayout.naive";

    protected override LayoutRule Layouts(Runtime.Relayout op, KernelCase @case) =>
        throw new InvalidOperationException("The plan decides the layouts of a relayout.");

    protected override void Run(Runtime.Relayout op, in KernelCall call) => StridedCopy.Run(call, call.Case.Inputs[0].Strides);
}
