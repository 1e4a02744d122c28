using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

internal static partial class VMath
{
    /// <summary>1 / (1 + e^−x); at most 2.5 ULP.</summary>
    [MethodImpl(In)]
    public static T Sigmoid<T>(T x) where T : unmanaged, IVec<T>
    {
        // e^−|x| ≤ 1 never overflows, and keeps the small results at their full precision.
        var one = T.Create(1f);
        var e = Exp(-T.Abs(x));
        return T.Select(T.LessThan(x, T.Create(0f)), e, one) / (one + e);
    }

    /// <summary>tanh x; at most 1.5 ULP.</summary>
    [MethodImpl(In)]
    public static T Tanh<T>(T x) where T : unmanaged, IVec<T>
    {
        var one = T.Create(1f);
        var a = T.Abs(x);
        var z = x * x;
        var p = T.Fma(T.Create(0.00212397706f), z, T.Create(-0.00816217996f));
        p = T.Fma(p, z, T.Create(0.0216974299f));
        p = T.Fma(p, z, T.Create(-0.0539468713f));
        p = T.Fma(p, z, T.Create(0.133332148f));
        p = T.Fma(p, z, T.Create(-0.333333313f));
        var small = T.Fma(p * z, a, a);
        var large = one - T.Create(2f) / (Exp(a + a) + one);
        return CopySign(T.Select(T.LessThan(a, T.Create(0.625f)), small, large), x);
    }

    /// <summary>The error function; at most 1.5 ULP.</summary>
    [MethodImpl(In)]
    public static T Erf<T>(T x) where T : unmanaged, IVec<T>
    {
        // erf x = x + x·P(x²) below 0.925; above, 1 − e^Q(|x|), where Q fits the logarithm of the complement.
        var z = x * x;
        var p = T.Fma(T.Create(7.96966342e-05f), z, T.Create(-0.000804383948f));
        p = T.Fma(p, z, T.Create(0.0051919478f));
        p = T.Fma(p, z, T.Create(-0.026855588f));
        p = T.Fma(p, z, T.Create(0.112836242f));
        p = T.Fma(p, z, T.Create(-0.376126289f));
        p = T.Fma(p, z, T.Create(0.128379166f));
        var small = T.Fma(p, x, x);

        // Past 3.92 the float result is 1; MinNative's second operand lets a NaN through.
        var a = T.MinNative(T.Create(3.92f), T.Abs(x));
        var q = T.Fma(T.Create(-2.11013648e-05f), a, T.Create(0.000434515183f));
        q = T.Fma(q, a, T.Create(-0.00417124666f));
        q = T.Fma(q, a, T.Create(0.0251197498f));
        q = T.Fma(q, a, T.Create(-0.108280376f));
        q = T.Fma(q, a, T.Create(-0.633346796f));
        q = T.Fma(q, a, T.Create(-1.12951493f));
        q = T.Fma(q, a, T.Create(0.000174677742f));
        var large = CopySign(T.Create(1f) - Exp(q), x);
        return T.Select(T.LessThan(T.Abs(x), T.Create(0.925f)), small, large);
    }

    /// <summary>ln(1 + e^x); at most 2 ULP.</summary>
    [MethodImpl(In)]
    public static T Softplus<T>(T x) where T : unmanaged, IVec<T> =>
        T.MaxNative(T.Create(0f), x) + Log1p(Exp(-T.Abs(x)));
}
