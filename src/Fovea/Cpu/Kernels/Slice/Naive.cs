using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Slice;

/// <summary>Elements Start, Start + Step, … of one axis.</summary>
sealed class Naive : Kernel<Ops.Slice>
{
    public override string Name => "Slice.naive";

    protected override LayoutRule Layouts(Ops.Slice op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor]);

    protected override void Run(Ops.Slice op, in KernelCall call)
    {
        var strides = call.Case.Inputs[0].Strides;
        long offset = op.Start.Value * strides[op.Axis];
        strides[op.Axis] *= op.Step;
        StridedCopy.Run(call, strides, offset);
    }
}
