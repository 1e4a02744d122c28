using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Gather;

/// <summary>One slice for each index.</summary>
sealed class Naive : Kernel<Ops.Gather>
{
    public override string Name => "Gather.naive";

    protected override LayoutRule Layouts(Ops.Gather op, KernelCase @case) =>
        new([Placement.Any, Placement.RowMajor], [Placement.RowMajor]);

    protected override void Run(Ops.Gather op, in KernelCall call)
    {
        BoundType x = call.Case.Inputs[0], indices = call.Case.Inputs[1];
        var box = GatherBox.Of(x.Sizes, op.Axis, indices.Rank, call.Case.Outputs[0].Strides, out var to, out long step);
        var from = x.Strides;
        for (int i = 0; i < indices.Count; i++)
        {
            long index = GatherBox.Index(call, 1, i, x.Sizes[op.Axis]);
            StridedCopy.Run(call, 0, box, from, index * from[op.Axis], to, i * step);
        }
    }
}
