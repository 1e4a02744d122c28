using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Concat;

/// <summary>Inputs one after the other along an axis, in whatever layout.</summary>
sealed class Boxes : BoxKernel<Ops.Concat>
{
    protected override LayoutRule Layouts(Ops.Concat op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override BoxCopy[] Copies(Ops.Concat op, KernelCase @case)
    {
        var output = @case.Outputs[0];
        var to = output.Strides;
        var copies = new BoxCopy[@case.Inputs.Length];
        long at = 0;
        for (int i = 0; i < copies.Length; i++)
        {
            var input = @case.Inputs[i];
            copies[i] = new(i, output.Element.Size(), input.Sizes, input.Strides, 0, to, at * to[op.Axis]);
            at += input.Sizes[op.Axis];
        }
        return copies;
    }
}
