using System.Runtime.InteropServices;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.RandomBernoulli;

/// <summary>Kept where the element's random word is below Probability · 2³², else 0.</summary>
sealed class Naive() : RandomKernel<Ops.RandomBernoulli>(plain: true)
{
    protected override void Fill(Ops.RandomBernoulli op, Span<float> destination, RandomRange range)
    {
        double limit = Math.Round(op.Probability * 4294967296.0);
        FillPlainly(destination, range, default(PhiloxTransforms.Bits));
        var words = MemoryMarshal.Cast<float, uint>(destination);
        for (int i = 0; i < words.Length; i++) destination[i] = words[i] < limit ? op.Kept : 0;
    }
}
