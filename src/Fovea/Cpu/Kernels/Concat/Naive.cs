using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Concat;

/// <summary>Inputs one after the other along an axis.</summary>
sealed class Naive : Kernel<Ops.Concat>
{
    public override string Name => "Concat.naive";

    protected override LayoutRule Layouts(Ops.Concat op, KernelCase @case) =>
        new([.. Enumerable.Repeat(Placement.Any, @case.Inputs.Length)], [Placement.RowMajor]);

    protected override void Run(Ops.Concat op, in KernelCall call)
    {
        var to = call.Case.Outputs[0].Strides;
        long at = 0;
        for (int i = 0; i < call.Case.Inputs.Length; i++)
        {
            var input = call.Case.Inputs[i];
            StridedCopy.Run(call, i, input.Sizes, input.Strides, 0, to, at * to[op.Axis]);
            at += input.Sizes[op.Axis];
        }
    }
}
