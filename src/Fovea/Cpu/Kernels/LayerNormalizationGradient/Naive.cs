using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.LayerNormalizationGradient;

/// <summary>The gradient of layer normalisation, row by row.</summary>
sealed class Naive : NaiveKernel<Ops.LayerNormalizationGradient>
{
    protected override void Run<T>(Ops.LayerNormalizationGradient op, in KernelCall call) =>
        RowNormalizationNaive.Gradient<T>(call, op.Axis, centred: true, op.Epsilon);
}
