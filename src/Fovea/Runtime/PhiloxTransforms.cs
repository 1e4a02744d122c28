using System.Runtime.CompilerServices;

namespace Fovea.Runtime;

/// <summary>What becomes of random words, for every vector width at once.</summary>
internal interface IPhiloxTransform
{
    /// <summary>Turns words into the bits of the elements they stand for.</summary>
    /// <param name="even">Words 0 and 2 of each block.</param>
    /// <param name="odd">Words 1 and 3 of each block, in the same lanes.</param>
    void Apply<TLanes>(ref TLanes even, ref TLanes odd) where TLanes : struct, IPhiloxLanes<TLanes>;
}

/// <summary>The distributions. Only exactly rounded operations, each with its own rounding: equal bits on every machine.</summary>
internal static class PhiloxTransforms
{
    /// <summary>The words themselves.</summary>
    public readonly struct Bits : IPhiloxTransform
    {
        public void Apply<TLanes>(ref TLanes even, ref TLanes odd) where TLanes : struct, IPhiloxLanes<TLanes>
        {
        }
    }

    /// <summary>The upper 24 bits as a fraction: no rounding at all.</summary>
    public readonly struct Uniform : IPhiloxTransform
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes>(ref TLanes even, ref TLanes odd) where TLanes : struct, IPhiloxLanes<TLanes>
        {
            even = Fraction(even);
            odd = Fraction(odd);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TLanes Fraction<TLanes>(TLanes word) where TLanes : struct, IPhiloxLanes<TLanes> =>
            TLanes.Times(TLanes.ToFloat(word >>> 8), TLanes.Create(1f / (1 << 24)));
    }

    /// <summary>One value for words up to a limit, zero for others.</summary>
    public readonly struct Bernoulli(uint limit, uint kept) : IPhiloxTransform
    {
        private const uint Sign = 0x8000_0000;     // turns the order of unsigned numbers into that of signed ones

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes>(ref TLanes even, ref TLanes odd) where TLanes : struct, IPhiloxLanes<TLanes>
        {
            TLanes last = TLanes.Create(limit ^ Sign), sign = TLanes.Create(Sign), zero = TLanes.Create(0u), one = TLanes.Create(kept);
            even = TLanes.SelectGreater(even ^ sign, last, zero, one);
            odd = TLanes.SelectGreater(odd ^ sign, last, zero, one);
        }
    }

    /// <summary>
    /// Box and Muller's transform: with u and v uniform, √(−2 ln u) cos 2πv and √(−2 ln u) sin 2πv are normal and independent.
    /// u has 31 bits (of which a float keeps the leading 24), v has 24.
    /// </summary>
    /// <remarks>
    /// The polynomials are minimax fits (Remez) of our own; relative errors before rounding: ln 1.5e-9, sin 6.2e-9, cos 2e-10. They are
    /// methods of their own: together in one they exceed what the JIT inlines, and take fourteen times as long.
    /// </remarks>
    public readonly struct Normal : IPhiloxTransform
    {
        private const uint SqrtHalf = 0x3F3504F3;                          // the bits of √½
        private const float Ln2High = 0.693145751953125f;                  // 16 bits: its products with exponents are exact
        private const float Ln2Low = 1.42860677e-6f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes>(ref TLanes even, ref TLanes odd) where TLanes : struct, IPhiloxLanes<TLanes>
        {
            TLanes u = TLanes.Times(TLanes.ToFloat(even >>> 1), TLanes.Create(1f / (1u << 31)));
            u = TLanes.Plus(u, TLanes.Create(1f / (1L << 32)));
            TLanes radius = TLanes.SquareRoot(TLanes.Times(Log(u), TLanes.Create(-2f)));
            SinCos(odd >>> 8, out TLanes sin, out TLanes cos);
            even = TLanes.Times(radius, cos);
            odd = TLanes.Times(radius, sin);
        }

        // ln u for u in [2⁻³², 1]: u = 2ᵉ (1 + f), √½ ≤ 1 + f < √2, and ln(1 + f) = f − f²/2 + f³ P(f).
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static TLanes Log<TLanes>(TLanes u) where TLanes : struct, IPhiloxLanes<TLanes>
        {
            TLanes exponent = (u - TLanes.Create(SqrtHalf)) >> 23;
            TLanes f = TLanes.Minus(u - (exponent << 23), TLanes.Create(1f));
            TLanes p = TLanes.Create(0.0693727136f);
            p = Horner(p, f, -0.11846672f);
            p = Horner(p, f, 0.118887737f);
            p = Horner(p, f, -0.123774961f);
            p = Horner(p, f, 0.142171219f);
            p = Horner(p, f, -0.166694835f);
            p = Horner(p, f, 0.200021863f);
            p = Horner(p, f, -0.249999836f);
            p = Horner(p, f, 0.333333135f);

            TLanes e = TLanes.ToFloat(exponent), square = TLanes.Times(f, f);
            TLanes tail = TLanes.Plus(TLanes.Times(TLanes.Times(f, square), p), TLanes.Times(e, TLanes.Create(Ln2Low)));
            tail = TLanes.Minus(tail, TLanes.Times(square, TLanes.Create(0.5f)));
            return TLanes.Plus(TLanes.Plus(tail, f), TLanes.Times(e, TLanes.Create(Ln2High)));
        }

        // For the angle 2π turn / 2²⁴: the nearest quarter turn q is taken off in integers, and what is left is at most π/4.
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void SinCos<TLanes>(TLanes turn, out TLanes sin, out TLanes cos) where TLanes : struct, IPhiloxLanes<TLanes>
        {
            TLanes quarter = (turn + TLanes.Create(1u << 21)) >> 22;
            TLanes x = TLanes.Times(TLanes.ToFloat(turn - (quarter << 22)), TLanes.Create((float)(Math.Tau / (1 << 24))));
            TLanes square = TLanes.Times(x, x);

            TLanes s = Horner(Horner(TLanes.Create(-0.00019503964f), square, 0.0083321007f), square, -0.166666552f);
            s = TLanes.Plus(TLanes.Times(TLanes.Times(x, square), s), x);
            TLanes c = Horner(Horner(TLanes.Create(2.44638431e-5f), square, -0.00138876541f), square, 0.041666653f);
            c = TLanes.Minus(TLanes.Times(TLanes.Times(square, square), c), TLanes.Times(square, TLanes.Create(0.5f)));
            c = TLanes.Plus(c, TLanes.Create(1f));

            // q = 0 … 3: sin = s, c, −s, −c and cos = c, −s, −c, s.
            TLanes one = TLanes.Create(1u), two = TLanes.Create(2u), zero = TLanes.Create(0u);
            TLanes exchanged = quarter & one;
            sin = TLanes.SelectGreater(exchanged, zero, c, s) ^ ((quarter & two) << 30);
            cos = TLanes.SelectGreater(exchanged, zero, s, c) ^ (((quarter + one) & two) << 30);
        }

        // p x + c, rounded twice: a fused multiply-add would be a software routine on machines without one.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TLanes Horner<TLanes>(TLanes p, TLanes x, float c) where TLanes : struct, IPhiloxLanes<TLanes> =>
            TLanes.Plus(TLanes.Times(p, x), TLanes.Create(c));
    }
}
