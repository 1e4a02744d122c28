using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.DepthToSpace;

/// <summary>Channels to pixels, in whatever layout: channels-last with the depth innermost, rows of a block are copied whole.</summary>
sealed class Boxes : BoxKernel<Ops.DepthToSpace>
{
    protected override LayoutRule Layouts(Ops.DepthToSpace op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override BoxCopy[] Copies(Ops.DepthToSpace op, KernelCase @case)
    {
        var (box, deep, wide) = PixelBlocks.Of(op.Block, op.Order, @case.Inputs[0], @case.Outputs[0]);
        return [new(0, @case.Inputs[0].Element.Size(), box, deep, 0, wide, 0)];
    }
}
