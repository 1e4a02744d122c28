using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Pad;

/// <summary>
/// The border's value everywhere, then the part of the input that stays; or, where the border shows the input, a box for each of the runs
/// before, inside and behind an axis with each of those of the others. In whatever layout.
/// </summary>
sealed class Boxes : BoxKernel<Ops.Pad>
{
    protected override LayoutRule Layouts(Ops.Pad op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override float? Border(Ops.Pad op, KernelCase @case) => op.Mode == PadMode.Constant ? op.Value : null;

    protected override BoxCopy[] Copies(Ops.Pad op, KernelCase @case)
    {
        BoundType input = @case.Inputs[0], output = @case.Outputs[0];
        var axes = Enumerable.Range(0, input.Rank)
            .Select(i => PadSegment.Of(op.Mode, i, input.Sizes[i], op.Before[i], op.After[i])).ToArray();
        Dims counts = new([.. axes.Select(a => a.Length)]);
        var copies = new List<BoxCopy>();
        for (var at = new Odometer(counts); at.MoveNext();)
        {
            Strides from = input.Strides, to = output.Strides;
            var box = input.Sizes;
            long fromStart = 0, toStart = 0;
            for (int axis = 0; axis < box.Count; axis++)
            {
                var segment = axes[axis][at[axis]];
                fromStart += segment.From * from[axis];
                toStart += segment.To * to[axis];
                from[axis] *= segment.Step;
                box = box.With(axis, segment.Count);
            }
            copies.Add(new(0, output.Element.Size(), box, from, fromStart, to, toStart));
        }
        return [.. copies];
    }
}
