using System.Numerics;

namespace Fovea.Cpu.Kernels;

/// <summary>Sums of numbers given by their logarithms.</summary>
static class LogSum
{
    /// <summary>ln(eᵃ + eᵇ + eᶜ); −∞ of none.</summary>
    public static T Of<T>(T a, T b, T c) where T : IFloatingPointIeee754<T>
    {
        var largest = T.Max(T.Max(a, b), c);
        return T.IsNegativeInfinity(largest) ? largest : largest + T.Log(T.Exp(a - largest) + T.Exp(b - largest) + T.Exp(c - largest));
    }

    /// <summary>ln Σ eˣ; −∞ of none.</summary>
    public static T Of<T>(ReadOnlySpan<T> x) where T : IFloatingPointIeee754<T>
    {
        var largest = T.NegativeInfinity;
        foreach (var value in x) largest = T.Max(largest, value);
        if (T.IsNegativeInfinity(largest)) return largest;
        var sum = T.Zero;
        foreach (var value in x) sum += T.Exp(value - largest);
        return largest + T.Log(sum);
    }
}
