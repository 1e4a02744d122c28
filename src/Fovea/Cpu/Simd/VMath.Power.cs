using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

internal static partial class VMath
{
    /// <summary>
    /// x^y; at most 2 ULP while |y·ln x| ≤ 8, and 12 ULP at the ends of the range (where the exponent's own rounding is multiplied by 88).
    /// Special values as C's pow: x^0 = 1 and 1^y = 1 for NaNs too; a negative x needs an integral y.
    /// </summary>
    [MethodImpl(In)]
    public static T Pow<T>(T x, T y) where T : unmanaged, IVec<T>
    {
        T zero = T.Create(0f), one = T.Create(1f), infinity = T.Create(float.PositiveInfinity);
        var a = T.Abs(x);

        // ln|x| as high + low: the square's rounding error and the sums' are carried along.
        var (m, e) = Split(a);
        var f = m - one;
        var half = T.Create(-0.5f) * f;
        var (square, squareLow) = TwoProduct(half, f);
        var (h1, l1) = TwoSum(e * T.Create(Ln2High), f);
        var (high, l2) = TwoSum(h1, square);
        var low = T.Fma(e, T.Create(Ln2Low), LogTail(f)) + (squareLow + (l1 + l2));

        // y·ln|x|, and e^ of it as e^high·(1 + low).
        (high, low) = TwoSum(high, low);
        var (p, pLow) = TwoProduct(y, high);
        pLow = T.Fma(y, low, pLow);
        var r = Exp(p);
        // Where r is 0 or ∞ nothing is to be mended, and there the low part may be no number.
        var ordinary = T.And(T.LessThan(T.Abs(p), T.Create(105f)), T.LessThan(r, infinity));
        r = T.Select(ordinary, T.Fma(r, pLow, r), r);

        // Zero and infinite bases: 0^y and ∞^y are 0 or ∞ by y's sign.
        var huge = T.Xor(T.LessThan(y, zero), T.Equal(a, infinity));
        var edge = T.Or(T.Equal(a, zero), T.Equal(a, infinity));
        r = T.Select(edge, T.And(huge, infinity), r);

        // Infinite exponents: |x| above or below 1 decides.
        var endless = T.Equal(T.Abs(y), infinity);
        var grows = T.Xor(T.LessThan(y, zero), T.LessThan(one, a));
        r = T.Select(endless, T.And(grows, infinity), r);
        r = T.Select(T.And(endless, T.Equal(a, one)), one, r);

        // Negative bases: the sign is odd y's; a fractional y has no real result. Floats past 2^24 are even integers.
        var integral = T.Equal(T.Round(y), y);
        var halfY = y * T.Create(0.5f);
        var odd = T.And(integral, T.Xor(T.Equal(T.Round(halfY), halfY), T.CreateBits(-1)));
        r = T.Or(r, T.And(odd, T.And(x, T.CreateBits(SignBit))));
        var finite = T.And(T.LessThan(x, zero), T.LessThan(a, infinity));
        r = T.Select(T.And(finite, T.Xor(integral, T.CreateBits(-1))), T.Create(float.NaN), r);

        r = T.Select(T.Or(IsNaN(x), IsNaN(y)), x + y, r);
        return T.Select(T.Or(T.Equal(y, zero), T.Equal(x, one)), one, r);
    }

    /// <summary>a·b as the rounded product and its error. Without fused multiply-add the error is not known, and is given as 0.</summary>
    [MethodImpl(In)]
    static (T Product, T Error) TwoProduct<T>(T a, T b) where T : unmanaged, IVec<T>
    {
        var product = a * b;
        return (product, SimdWidth.HasFma ? T.Fma(a, b, -product) : T.Create(0f));
    }

    /// <summary>a + b as the rounded sum and its error (Knuth).</summary>
    [MethodImpl(In)]
    static (T Sum, T Error) TwoSum<T>(T a, T b) where T : unmanaged, IVec<T>
    {
        var sum = a + b;
        var part = sum - a;
        return (sum, (a - (sum - part)) + (b - part));
    }
}
