using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.SliceGradient;

/// <summary>Zeros, and the input at Start, Start + Step, … of one axis.</summary>
sealed class Naive : Kernel<Ops.SliceGradient>
{
    public override string Name => "SliceGradient.naive";

    protected override LayoutRule Layouts(Ops.SliceGradient op, KernelCase @case) => new([Placement.Any], [Placement.RowMajor]);

    protected override void Run(Ops.SliceGradient op, in KernelCall call)
    {
        StridedCopy.Fill(call, stackalloc byte[1]);
        var to = call.Case.Outputs[0].Strides;
        long offset = op.Start.Value * to[op.Axis];
        to[op.Axis] *= op.Step;
        StridedCopy.Run(call, 0, call.Case.Inputs[0].Sizes, call.Case.Inputs[0].Strides, 0, to, offset);
    }
}
