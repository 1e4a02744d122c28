using Fovea.Graphs;

namespace Fovea.Cpu.Kernels.RmsNormalizationGradient;

/// <summary>The gradient of root-mean-square normalisation, row by row.</summary>
sealed class Naive : NaiveKernel<Ops.RmsNormalizationGradient>
{
    protected override void Run<T>(Ops.RmsNormalizationGradient op, in KernelCall call) =>
        RowNormalizationNaive.Gradient<T>(call, op.Axis, centred: false, op.Epsilon);
}
