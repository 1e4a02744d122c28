using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.OneHot;

/// <summary>Zeros, then a 1 for each label that is not negative.</summary>
sealed class Naive : Kernel<Ops.OneHot>
{
    public override string Name => "OneHot.naive";

    protected override LayoutRule Layouts(Ops.OneHot op, KernelCase @case) => new([Placement.RowMajor], [Placement.RowMajor]);

    protected override void Run(Ops.OneHot op, in KernelCall call)
    {
        var y = call.Target<float>(0);
        y.Clear();
        bool wide = call.Case.Inputs[0].Element == ElementType.Int64;
        for (int i = 0; i < y.Length / op.Classes; i++)
        {
            long label = wide ? call.Source<long>(0)[i] : call.Source<int>(0)[i];
            LabelledRow.Check(label, op.Classes);
            if (label >= 0) y[i * op.Classes + (int)label] = 1;
        }
    }
}
