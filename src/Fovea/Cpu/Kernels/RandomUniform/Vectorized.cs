using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.RandomUniform;

/// <summary>Uniform numbers, as many blocks at a time as the machine is wide.</summary>
sealed class Vectorized() : RandomKernel<Ops.RandomUniform>(plain: false)
{
    protected override void Fill(Ops.RandomUniform op, Span<float> destination, RandomRange range) =>
        Philox.FillUniform(destination, range.Stream, range.Step, range.FirstSample, range.SampleLength, range.Offset);
}
