using System.Numerics;

namespace Fovea.Cpu.Kernels;

/// <summary>What softmax needs of one row of elements that lie <c>stride</c> apart.</summary>
static class SoftmaxRow
{
    /// <summary>The largest element, which is subtracted first so that nothing overflows, and Σ e^(x − largest).</summary>
    public static (T Largest, T Sum) Statistics<T>(ReadOnlySpan<T> x, int start, long stride, int count) where T : IFloatingPointIeee754<T>
    {
        var largest = T.NegativeInfinity;
        for (int i = 0; i < count; i++) largest = T.Max(largest, x[start + (int)(i * stride)]);
        var sum = T.Zero;
        for (int i = 0; i < count; i++) sum += T.Exp(x[start + (int)(i * stride)] - largest);
        return (largest, sum);
    }
}
