using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.RandomBernoulli;

/// <summary>A mask, as many blocks of four elements at a time as the machine is wide.</summary>
sealed class Vectorized() : RandomKernel<Ops.RandomBernoulli>(plain: false)
{
    protected override void Fill(Ops.RandomBernoulli op, Span<float> destination, RandomRange range) =>
        Philox.FillBernoulli(destination, op.Probability, op.Kept, range.Stream, range.Step, range.FirstSample, range.SampleLength,
            range.Offset);
}
