using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.DepthToSpace;

/// <summary>Channels to pixels, an element at a time.</summary>
sealed class Naive : Kernel<Ops.DepthToSpace>
{
    public override string Name => "DepthToSpace.naive";

    protected override LayoutRule Layouts(Ops.DepthToSpace op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor]);

    protected override void Run(Ops.DepthToSpace op, in KernelCall call) =>
        PixelBlocks.Copy(op.Block, op.Order, call, toDeep: false);
}
