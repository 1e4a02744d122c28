using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Elementary functions over vectors of any width: polynomials of ours, so that a lane's bits depend neither on the width nor on the length
/// of the array. Coefficients are minimax fits (Remez exchange, then rounded one by one with the rest refitted).
/// </summary>
/// <remarks>
/// Errors are in units in the last place (ULP) of the float result, over the whole range with subnormal arguments and results, with fused
/// multiply-add; the tests hold each bound against double. Infinities, NaNs and signed zeros give what C's functions give.
/// </remarks>
internal static partial class VMath
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const float Ln2High = 0.693359375f;      // 355/512: times any exponent it is exact
    const float Ln2Low = -2.12194440e-4f;
    const float Log2E = 1.44269504f;
    const int SignBit = int.MinValue;

    /// <summary>The larger; NaN where either is. Of two zeros the negative if there is one, so the order of many does not matter.</summary>
    [MethodImpl(In)]
    public static T Max<T>(T a, T b) where T : unmanaged, IVec<T> => T.Or(T.MaxNative(a, b), T.MaxNative(b, a));

    /// <summary>The smaller; NaN where either is. Of two zeros the negative if there is one.</summary>
    [MethodImpl(In)]
    public static T Min<T>(T a, T b) where T : unmanaged, IVec<T> => T.Or(T.MinNative(a, b), T.MinNative(b, a));

    [MethodImpl(In)]
    public static T IsNaN<T>(T x) where T : unmanaged, IVec<T> => T.Xor(T.Equal(x, x), T.CreateBits(-1));

    /// <summary>The magnitude of one with the sign of another.</summary>
    [MethodImpl(In)]
    public static T CopySign<T>(T magnitude, T sign) where T : unmanaged, IVec<T> =>
        T.Select(T.CreateBits(SignBit), sign, magnitude);

    /// <summary>e^x; at most 1 ULP.</summary>
    [MethodImpl(In)]
    public static T Exp<T>(T x) where T : unmanaged, IVec<T>
    {
        // Beyond these the result is 0 and ∞; MaxNative and MinNative let a NaN through.
        x = T.MinNative(T.Create(89f), T.MaxNative(T.Create(-104f), x));
        var n = T.Round(x * T.Create(Log2E));
        var r = T.Fma(n, T.Create(-Ln2Low), T.Fma(n, T.Create(-Ln2High), x));
        var q = T.Fma(T.Create(0.0013935793f), r, T.Create(0.00836884603f));
        q = T.Fma(q, r, T.Create(0.0416664556f));
        q = T.Fma(q, r, T.Create(0.166665196f));
        q = T.Fma(q, r, T.Create(0.5f));
        return T.Scale2(T.Fma(q, r * r, r) + T.Create(1f), n);
    }

    /// <summary>e^x − 1, accurate near 0; at most 1.5 ULP.</summary>
    [MethodImpl(In)]
    public static T Expm1<T>(T x) where T : unmanaged, IVec<T>
    {
        var bounded = T.MinNative(T.Create(89f), T.MaxNative(T.Create(-20f), x));
        var n = T.Round(bounded * T.Create(Log2E));
        var r = T.Fma(n, T.Create(-Ln2Low), T.Fma(n, T.Create(-Ln2High), bounded));
        var q = T.Fma(T.Create(0.000199592701f), r, T.Create(0.00139337289f));
        q = T.Fma(q, r, T.Create(0.00833319128f));
        q = T.Fma(q, r, T.Create(0.0416664779f));
        q = T.Fma(q, r, T.Create(0.166666672f));
        q = T.Fma(q, r, T.Create(0.5f));
        var p = T.Fma(q, r * r, r);

        // 2^n·p + (2^n − 1), computed halved because 2^128 is no float.
        var half = T.Scale2(T.Create(0.5f), n);
        var y = T.Fma(half, p, half - T.Create(0.5f));
        y += y;
        return T.Select(T.LessThan(T.Abs(x), T.Create(5e-8f)), x, y);
    }

    /// <summary>ln x; at most 1 ULP. Below 0 NaN, of either zero −∞.</summary>
    [MethodImpl(In)]
    public static T Log<T>(T x) where T : unmanaged, IVec<T>
    {
        var (m, e) = Split(x);
        var f = m - T.Create(1f);
        return LogSpecial(x, LogSum(f, e, f));
    }

    /// <summary>ln(1 + x), accurate near 0; at most 1.5 ULP. Below −1 NaN, at −1 −∞.</summary>
    [MethodImpl(In)]
    public static T Log1p<T>(T x) where T : unmanaged, IVec<T>
    {
        // u = 1 + x rounded; what the rounding lost is added to the fraction f, scaled as the mantissa is.
        var one = T.Create(1f);
        var u = one + x;
        var lost = T.Select(T.LessThan(x, one), x - (u - one), one - (u - x));
        var (m, e) = Split(u);
        var f = m - one;
        // Past 2^24 x itself is u, and 2^−e might leave the range; nothing is lost there that matters.
        var bounded = T.MinNative(T.Create(30f), e);
        f += T.Select(T.LessThan(u, T.Create(1e9f)), T.Scale2(lost, -bounded), T.Create(0f));
        var y = LogSpecial(u, LogSum(f, e, f));
        return T.Select(T.LessThan(T.Abs(x), T.Create(5e-8f)), x, y);
    }

    /// <summary>x = m·2^e with m from √½ to √2; of zeros, infinities, NaNs and negatives meaningless.</summary>
    [MethodImpl(In)]
    static (T Mantissa, T Exponent) Split<T>(T x) where T : unmanaged, IVec<T>
    {
        // Subnormals are lifted by 2^23 first.
        var tiny = T.LessThan(x, T.Create(1.17549435e-38f));
        x = T.Select(tiny, x * T.Create(8388608f), x);
        var lift = T.Select(tiny, T.Create(-23f), T.Create(0f));

        // Subtracting √½'s bits brings the exponent of the mantissa's range to the exponent field.
        var offset = T.CreateBits(0x3F3504F3);
        var shifted = T.SubtractBits(x, offset);
        var exponent = T.ShiftRightBits(shifted, 23);
        var mantissa = T.AddBits(T.And(shifted, T.CreateBits(0x007FFFFF)), offset);
        return (mantissa, T.FromInt32Bits(exponent) + lift);
    }

    /// <summary>(f³·P(f)): what ln(1 + f) is beyond f − f²/2, for f from √½ − 1 to √2 − 1.</summary>
    [MethodImpl(In)]
    static T LogTail<T>(T f) where T : unmanaged, IVec<T>
    {
        var p = T.Fma(T.Create(0.0679282546f), f, T.Create(-0.116975464f));
        p = T.Fma(p, f, T.Create(0.118782163f));
        p = T.Fma(p, f, T.Create(-0.124011576f));
        p = T.Fma(p, f, T.Create(0.142204866f));
        p = T.Fma(p, f, T.Create(-0.166682959f));
        p = T.Fma(p, f, T.Create(0.20002073f));
        p = T.Fma(p, f, T.Create(-0.25000003f));
        p = T.Fma(p, f, T.Create(0.333333135f));
        return p * f * (f * f);
    }

    /// <summary>e·ln 2 + ln(1 + f), small terms first; <paramref name="last"/> is f.</summary>
    [MethodImpl(In)]
    static T LogSum<T>(T f, T e, T last) where T : unmanaged, IVec<T>
    {
        var y = T.Fma(e, T.Create(Ln2Low), LogTail(f));
        y = T.Fma(f * f, T.Create(-0.5f), y);
        return T.Fma(e, T.Create(Ln2High), y + last);
    }

    [MethodImpl(In)]
    static T LogSpecial<T>(T x, T y) where T : unmanaged, IVec<T>
    {
        y = T.Select(T.Equal(x, T.Create(0f)), T.Create(float.NegativeInfinity), y);
        y = T.Select(T.Equal(x, T.Create(float.PositiveInfinity)), x, y);
        // Not x ≥ 0: negative or NaN. x − x·∞ would raise flags to the same end; a constant is plainer.
        return T.Select(T.LessOrEqual(T.Create(0f), x), y, T.Create(float.NaN));
    }
}
