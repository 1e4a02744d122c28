using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

internal static partial class VMath
{
    /// <summary>sin x, x in radians; at most 2 ULP, for every finite x. NaN for infinities.</summary>
    [MethodImpl(In)]
    public static T Sin<T>(T x) where T : unmanaged, IVec<T>
    {
        var (r, quadrant) = Reduce(x);
        return T.Select(T.Equal(x, T.Create(0f)), x, Quarter(r, quadrant));
    }

    /// <summary>cos x, x in radians; at most 2 ULP, for every finite x. NaN for infinities.</summary>
    [MethodImpl(In)]
    public static T Cos<T>(T x) where T : unmanaged, IVec<T>
    {
        var (r, quadrant) = Reduce(x);
        return Quarter(r, T.AddBits(quadrant, T.CreateBits(1)));
    }

    /// <summary>sin(r + quadrant·π/2) for |r| ≤ π/4: sine or cosine by the quadrant's low bit, negated by the next.</summary>
    [MethodImpl(In)]
    static T Quarter<T>(T r, T quadrant) where T : unmanaged, IVec<T>
    {
        var z = r * r;
        var s = T.Fma(T.Create(2.83440772e-06f), z, T.Create(-0.000198533584f));
        s = T.Fma(s, z, T.Create(0.00833338033f));
        s = T.Fma(s, z, T.Create(-0.166666672f));
        s = T.Fma(s * z, r, r);
        var c = T.Fma(T.Create(2.44413022e-05f), z, T.Create(-0.00138874305f));
        c = T.Fma(c, z, T.Create(0.0416666493f));
        c = T.Fma(c * z, z, T.Fma(z, T.Create(-0.5f), T.Create(1f)));

        var odd = T.ShiftRightBits(T.ShiftLeftBits(quadrant, 31), 31);
        var sign = T.And(T.ShiftLeftBits(quadrant, 30), T.CreateBits(SignBit));
        return T.Xor(T.Select(odd, c, s), sign);
    }

    /// <summary>
    /// x = quadrant·π/2 + r with |r| ≤ π/4 (a little more by rounding); the quadrant as int bits, of which the low two count.
    /// </summary>
    [MethodImpl(In)]
    static (T Remainder, T Quadrant) Reduce<T>(T x) where T : unmanaged, IVec<T>
    {
        // π/2 in four parts. Without fused multiply-add the products must be exact themselves: short parts, and a nearer limit.
        var n = T.Round(x * T.Create(0.636619772f));
        T r;
        if (SimdWidth.HasFma)
        {
            r = T.Fma(n, T.Create(-1.57079637f), x);
            r = T.Fma(n, T.Create(4.37113883e-08f), r);
            r = T.Fma(n, T.Create(1.71512451e-15f), r);
        }
        else
        {
            r = T.Fma(n, T.Create(-1.57080078f), x);
            r = T.Fma(n, T.Create(4.45358455e-06f), r);
            r = T.Fma(n, T.Create(8.70613803e-10f), r);
            r = T.Fma(n, T.Create(-6.22337197e-14f), r);
        }
        var quadrant = T.ToInt32Bits(n);
        var far = T.LessThan(T.Create(SimdWidth.HasFma ? 30000f : 1000f), T.Abs(x));
        if (T.Any(far))
        {
            r = T.Select(far, Far(x, rest: true), r);
            quadrant = T.Select(far, Far(x, rest: false), quadrant);
        }
        return (r, quadrant);
    }

    /// <summary>The rest or the quadrant of every lane, each in exact integer arithmetic: arguments this large are rare.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static unsafe T Far<T>(T x, bool rest) where T : unmanaged, IVec<T>
    {
        float* lanes = stackalloc float[T.Count];
        T.Store(x, lanes);
        for (int i = 0; i < T.Count; i++)
        {
            var (r, quadrant) = ReduceExactly(lanes[i]);
            lanes[i] = rest ? r : BitConverter.Int32BitsToSingle(quadrant);
        }
        return T.Load(lanes);
    }

    /// <summary>
    /// Payne and Hanek's reduction: of x·2/π only the bits around the point are needed, and x = m·2^e with a 24-bit m picks a 96-bit window
    /// of 2/π's bits for them.
    /// </summary>
    static (float Remainder, int Quadrant) ReduceExactly(float x)
    {
        if (!float.IsFinite(x)) return (float.NaN, 0);
        int bits = BitConverter.SingleToInt32Bits(x);
        int exponent = ((bits >> 23) & 0xFF) - 150;
        ulong mantissa = (uint)(bits & 0x7FFFFF) | 0x800000u;

        // The window begins so that the product's top two bits have weights 2 and 1: bit k of 2/π (from 1) has weight 2^−k, times 2^e.
        int skip = exponent - 2;
        UInt128 window = 0;
        for (int i = 0; i < 4; i++) window = (window << 32) | Word(skip + 32 * i);

        // The window holds floor(2/π · 2^(skip+128)) mod 2^128; times m, modulo 2^128, it is x·2/π mod 4 in units of 2^−126.
        UInt128 product = window * mantissa;
        int quadrant = (int)(uint)(product >> 126);
        UInt128 fraction = product << 2;
        bool up = (fraction >> 127) != 0;
        if (up) quadrant++;
        // 64 bits of the fraction, as a signed distance from the nearest quadrant; it is never so near 0 that these do not suffice.
        long signed = (long)(ulong)(fraction >> 64);
        double rest = signed * (Math.PI / 2 / 18446744073709551616.0);
        return x < 0 ? ((float)-rest, -quadrant) : ((float)rest, quadrant);
    }

    /// <summary>The 32 bits of 2/π that follow the first <paramref name="skip"/> after the point; bits before the point are 0.</summary>
    static uint Word(int skip)
    {
        uint word = 0;
        for (int i = 0; i < 32; i++)
        {
            int bit = skip + i;
            word = (word << 1) | (bit < 0 ? 0 : (TwoOverPi[bit >> 5] >> (31 - (bit & 31))) & 1);
        }
        return word;
    }

    /// <summary>2/π after the point, 32 bits a word, high bit first.</summary>
    static ReadOnlySpan<uint> TwoOverPi =>
    [
        0xA2F9836E, 0x4E441529, 0xFC2757D1, 0xF534DDC0, 0xDB629599, 0x3C439041, 0xFE5163AB, 0xDEBBC561,
    ];
}
