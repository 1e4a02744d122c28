using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.SliceGradient;

/// <summary>Zeros, and the input at Start, Start + Step, … of one axis, in whatever layout.</summary>
sealed class Boxes : BoxKernel<Ops.SliceGradient>
{
    protected override LayoutRule Layouts(Ops.SliceGradient op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override float? Border(Ops.SliceGradient op, KernelCase @case) => 0;

    protected override BoxCopy[] Copies(Ops.SliceGradient op, KernelCase @case)
    {
        BoundType input = @case.Inputs[0], output = @case.Outputs[0];
        var to = output.Strides;
        long start = op.Start.Value * to[op.Axis];
        to[op.Axis] *= op.Step;
        return [new(0, output.Element.Size(), input.Sizes, input.Strides, 0, to, start)];
    }
}
