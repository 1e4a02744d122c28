using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.GatherElements;

/// <summary>One element for each index.</summary>
sealed class Naive : Kernel<Ops.GatherElements>
{
    public override string Name => "GatherElements.naive";

    protected override LayoutRule Layouts(Ops.GatherElements op, KernelCase @case) =>
        new([Placement.Any, Placement.RowMajor], [Placement.RowMajor]);

    protected override void Run(Ops.GatherElements op, in KernelCall call)
    {
        BoundType x = call.Case.Inputs[0], indices = call.Case.Inputs[1];
        var one = Dims.Repeat(1, x.Rank);
        var (from, to) = (x.Strides, call.Case.Outputs[0].Strides);
        var place = new Odometer(indices.Sizes);
        for (int i = 0; place.MoveNext(); i++)
        {
            long index = GatherBox.Index(call, 1, i, x.Sizes[op.Axis]);
            long source = place.Offset(from) + (index - place[op.Axis]) * from[op.Axis];
            StridedCopy.Run(call, 0, one, from, source, to, place.Offset(to));
        }
    }
}
