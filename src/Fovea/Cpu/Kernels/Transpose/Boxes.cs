using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Transpose;

/// <summary>Output axis i is input axis Order[i].</summary>
sealed class Boxes : BoxKernel<Ops.Transpose>
{
    protected override LayoutRule Layouts(Ops.Transpose op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor]);

    protected override BoxCopy[] Copies(Ops.Transpose op, KernelCase @case)
    {
        var output = @case.Outputs[0];
        var input = @case.Inputs[0].Strides;
        var from = new Strides();
        for (int i = 0; i < op.Order.Count; i++) from[i] = input[op.Order[i]];
        return [new(0, output.Element.Size(), output.Sizes, from, 0, output.Strides, 0)];
    }
}
