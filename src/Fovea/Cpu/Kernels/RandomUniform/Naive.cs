using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.RandomUniform;

/// <summary>Uniform numbers, one block of four at a time.</summary>
sealed class Naive() : RandomKernel<Ops.RandomUniform>(plain: true)
{
    protected override void Fill(Ops.RandomUniform op, Span<float> destination, RandomRange range) =>
        FillPlainly(destination, range, default(PhiloxTransforms.Uniform));
}
