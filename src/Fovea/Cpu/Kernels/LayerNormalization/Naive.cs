using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.LayerNormalization;

/// <summary>Layer normalisation, row by row.</summary>
sealed class Naive : NaiveKernel<Ops.LayerNormalization>
{
    protected override void Run<T>(Ops.LayerNormalization op, in KernelCall call) =>
        RowNormalizationNaive.Forward<T>(call, op.Axis, centred: true, op.Epsilon);
}
