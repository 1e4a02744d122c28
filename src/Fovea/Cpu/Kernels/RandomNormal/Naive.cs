using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.RandomNormal;

/// <summary>Normal numbers, one block of four at a time.</summary>
sealed class Naive() : RandomKernel<Ops.RandomNormal>(plain: true)
{
    protected override void Fill(Ops.RandomNormal op, Span<float> destination, RandomRange range) =>
        FillPlainly(destination, range, default(PhiloxTransforms.Normal));
}
