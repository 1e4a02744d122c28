using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Relayout;

/// <summary>The same value in another layout, or another place.</summary>
sealed class Boxes : BoxKernel<Runtime.Relayout>
{
    protected override LayoutRule Layouts(Runtime.Relayout op, KernelCase @case) =>
        throw new InvalidOperationException("The plan decides the layouts of a relayout.");

    protected override BoxCopy[] Copies(Runtime.Relayout op, KernelCase @case)
    {
        BoundType from = @case.Inputs[0], to = @case.Outputs[0];
        return [new(0, to.Element.Size(), to.Sizes, from.Strides, 0, to.Strides, 0)];
    }
}
