using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.BroadcastTo;

/// <summary>Repeats the input along stretched axes, byte by byte: any element type, any input layout.</summary>
sealed class Naive : Kernel<Ops.BroadcastTo>
{
    public override string Name => "BroadcastTo.naive";

    protected override LayoutRule Layouts(Ops.BroadcastTo op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor]);

    protected override void Run(Ops.BroadcastTo op, in KernelCall call) => StridedCopy.Run(call,
        ElementTypeDispatch.BroadcastStrides(call.Case.Inputs[0], call.Case.Outputs[0].Sizes));
}
