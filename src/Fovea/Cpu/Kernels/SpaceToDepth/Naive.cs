using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.SpaceToDepth;

/// <summary>Pixels to channels, an element at a time.</summary>
sealed class Naive : Kernel<Ops.SpaceToDepth>
{
    public override string Name => "SpaceToDepth.naive";

    protected override LayoutRule Layouts(Ops.SpaceToDepth op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor]);

    protected override void Run(Ops.SpaceToDepth op, in KernelCall call) =>
        PixelBlocks.Copy(op.Block, op.Order, call, toDeep: true);
}
