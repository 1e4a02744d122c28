using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.RandomNormal;

/// <summary>Normal numbers, as many blocks at a time as the machine is wide.</summary>
sealed class Vectorized() : RandomKernel<Ops.RandomNormal>(plain: false)
{
    protected override void Fill(Ops.RandomNormal op, Span<float> destination, RandomRange range) =>
        Philox.FillNormal(destination, range.Stream, range.Step, range.FirstSample, range.SampleLength, range.Offset);
}
