using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.RmsNormalization;

/// <summary>Root-mean-square normalisation, row by row.</summary>
sealed class Naive : NaiveKernel<Ops.RmsNormalization>
{
    protected override void Run<T>(Ops.RmsNormalization op, in KernelCall call) =>
        RowNormalizationNaive.Forward<T>(call, op.Axis, centred: false, op.Epsilon);
}
