using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.ScatterRows;

/// <summary>Copies everything, then row after row.</summary>
sealed class Naive : Kernel<Ops.ScatterRows>
{
    public override string Name => "ScatterRows.naive";

    protected override LayoutRule Layouts(Ops.ScatterRows op, KernelCase @case) =>
        new([Placement.Any, Placement.Any, Placement.RowMajor], [Placement.RowMajor]);

    protected override void Run(Ops.ScatterRows op, in KernelCall call)
    {
        BoundType x = call.Case.Inputs[0], rows = call.Case.Inputs[1];
        Strides from = rows.Strides, to = call.Case.Outputs[0].Strides;
        StridedCopy.Run(call, x.Strides);
        for (int k = 0; k < rows.Sizes[0]; k++)
        {
            long position = GatherBox.Index(call, 2, k, x.Sizes[0]);
            StridedCopy.Run(call, 1, rows.Sizes.With(0, 1), from, k * from[0], to, position * to[0]);
        }
    }
}
