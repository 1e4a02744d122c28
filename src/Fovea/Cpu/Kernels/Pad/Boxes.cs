using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Pad;

/// <summary>The border's value everywhere, then the part of the input that stays, in whatever layout.</summary>
sealed class Boxes : BoxKernel<Ops.Pad>
{
    protected override LayoutRule Layouts(Ops.Pad op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override float? Border(Ops.Pad op, KernelCase @case) => op.Value;

    protected override BoxCopy[] Copies(Ops.Pad op, KernelCase @case)
    {
        BoundType input = @case.Inputs[0], output = @case.Outputs[0];
        Strides from = input.Strides, to = output.Strides;
        var box = input.Sizes;
        long fromStart = 0, toStart = 0;
        for (int axis = 0; axis < box.Count; axis++)
        {
            // Negative widths crop.
            int first = Math.Max(0, -op.Before[axis]), last = box[axis] + Math.Min(0, op.After[axis]);
            fromStart += first * from[axis];
            toStart += (first + op.Before[axis]) * to[axis];
            box = box.With(axis, Math.Max(0, last - first));
        }
        return [new(0, output.Element.Size(), box, from, fromStart, to, toStart)];
    }
}
