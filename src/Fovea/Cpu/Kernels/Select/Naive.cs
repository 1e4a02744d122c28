using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Select;

/// <summary>x where the condition holds, else y, by strides; any element type.</summary>
sealed class Naive : Kernel<Ops.Select>
{
    public override string Name => "Select.naive";

    protected override LayoutRule Layouts(Ops.Select op, KernelCase @case) =>
        new([Placement.Any, Placement.Any, Placement.Any], [Placement.RowMajor]);

    protected override void Run(Ops.Select op, in KernelCall call)
    {
        var output = call.Case.Outputs[0];
        var strides = output.Strides;
        Strides condition = ElementTypeDispatch.BroadcastStrides(call.Case.Inputs[0], output.Sizes),
            x = ElementTypeDispatch.BroadcastStrides(call.Case.Inputs[1], output.Sizes),
            y = ElementTypeDispatch.BroadcastStrides(call.Case.Inputs[2], output.Sizes);
        var truth = call.Source<bool>(0);
        var one = output.Sizes;
        for (int axis = 0; axis < one.Count; axis++) one = one.With(axis, 1);
        var at = new Odometer(output.Sizes);
        while (at.MoveNext())
        {
            bool first = truth[at.Offset(condition)];
            StridedCopy.Run(call, first ? 1 : 2, one, strides, first ? at.Offset(x) : at.Offset(y), strides, at.Offset(strides));
        }
    }
}
