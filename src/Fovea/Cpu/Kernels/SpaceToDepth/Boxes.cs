using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.SpaceToDepth;

/// <summary>Pixels to channels, in whatever layout: channels-last with the depth innermost, rows of a block are copied whole.</summary>
sealed class Boxes : BoxKernel<Ops.SpaceToDepth>
{
    protected override LayoutRule Layouts(Ops.SpaceToDepth op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override BoxCopy[] Copies(Ops.SpaceToDepth op, KernelCase @case)
    {
        var (box, deep, wide) = PixelBlocks.Of(op.Block, op.Order, @case.Outputs[0], @case.Inputs[0]);
        return [new(0, @case.Inputs[0].Element.Size(), box, wide, 0, deep, 0)];
    }
}
