using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Slice;

/// <summary>Elements Start, Start + Step, … of one axis, in whatever layout.</summary>
sealed class Boxes : BoxKernel<Ops.Slice>
{
    protected override LayoutRule Layouts(Ops.Slice op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override BoxCopy[] Copies(Ops.Slice op, KernelCase @case)
    {
        var output = @case.Outputs[0];
        var from = @case.Inputs[0].Strides;
        long start = op.Start.Value * from[op.Axis];
        from[op.Axis] *= op.Step;
        return [new(0, output.Element.Size(), output.Sizes, from, start, output.Strides, 0)];
    }
}
