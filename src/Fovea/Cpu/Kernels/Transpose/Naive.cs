using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Transpose;

/// <summary>Output axis i is input axis Order[i].</summary>
sealed class Naive : Kernel<Ops.Transpose>
{
    public override string Name => "Transpose.naive";

    protected override LayoutRule Layouts(Ops.Transpose op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor]);

    protected override void Run(Ops.Transpose op, in KernelCall call)
    {
        var input = call.Case.Inputs[0].Strides;
        var strides = new Strides();
        for (int i = 0; i < op.Order.Count; i++) strides[i] = input[op.Order[i]];
        StridedCopy.Run(call, strides);
    }
}
