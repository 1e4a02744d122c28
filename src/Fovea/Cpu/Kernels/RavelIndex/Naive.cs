using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.RavelIndex;

/// <summary>One row of indices after the other, by Horner's rule.</summary>
sealed class Naive : Kernel<Ops.RavelIndex>
{
    public override string Name => "RavelIndex.naive";

    protected override void Run(Ops.RavelIndex op, in KernelCall call)
    {
        var rows = call.Target<long>(0);
        Dims sizes = op.Sizes.ToDims();
        for (int row = 0; row < rows.Length; row++)
        {
            long number = 0;
            for (int k = 0; k < sizes.Count; k++)
                number = number * sizes[k] + GatherBox.Index(call, 0, row * sizes.Count + k, sizes[k]);
            rows[row] = number;
        }
    }
}
