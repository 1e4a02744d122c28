using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cpu.Simd;

/// <summary>Four lanes, on every machine: SSE, NEON or WebAssembly SIMD.</summary>
internal readonly unsafe struct V128(Vector128<float> v) : IVec<V128>
{
    readonly Vector128<float> _v = v;
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;

    public static string Name => "v128";
    public static int Count { [MethodImpl(In)] get => 4; }
    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    [MethodImpl(In)] public static V128 Load(float* p) => new(Vector128.Load(p));

    [MethodImpl(In)]
    public static V128 Load(float* p, nint count, float fill)
    {
        // Three scalar loads at the most: no masked load is common to the instruction sets.
        var v = Vector128.Create(fill).WithElement(0, p[0]);
        if (count > 1) v = v.WithElement(1, p[1]);
        if (count > 2) v = v.WithElement(2, p[2]);
        if (count > 3) v = v.WithElement(3, p[3]);
        return new(v);
    }

    [MethodImpl(In)] public static void Store(V128 v, float* p) => v._v.Store(p);

    [MethodImpl(In)]
    public static void Store(V128 v, float* p, nint count)
    {
        p[0] = v._v.ToScalar();
        if (count > 1) p[1] = v._v.GetElement(1);
        if (count > 2) p[2] = v._v.GetElement(2);
        if (count > 3) p[3] = v._v.GetElement(3);
    }

    [MethodImpl(In)] public static V128 Create(float value) => new(Vector128.Create(value));
    [MethodImpl(In)] public static V128 CreateBits(int bits) => new(Vector128.Create(bits).AsSingle());

    [MethodImpl(In)] public static V128 operator +(V128 a, V128 b) => new(a._v + b._v);
    [MethodImpl(In)] public static V128 operator -(V128 a, V128 b) => new(a._v - b._v);
    [MethodImpl(In)] public static V128 operator *(V128 a, V128 b) => new(a._v * b._v);
    [MethodImpl(In)] public static V128 operator /(V128 a, V128 b) => new(a._v / b._v);
    [MethodImpl(In)] public static V128 operator -(V128 a) => new(a._v ^ Vector128.Create(-0f));

    [MethodImpl(In)]
    public static V128 Fma(V128 a, V128 b, V128 c) =>
        new(SimdWidth.HasFma ? Vector128.FusedMultiplyAdd(a._v, b._v, c._v) : a._v * b._v + c._v);

    [MethodImpl(In)]
    public static V128 MaxNative(V128 a, V128 b) =>
        new(Sse.IsSupported ? Sse.Max(a._v, b._v) : Vector128.ConditionalSelect(Vector128.GreaterThan(a._v, b._v), a._v, b._v));

    [MethodImpl(In)]
    public static V128 MinNative(V128 a, V128 b) =>
        new(Sse.IsSupported ? Sse.Min(a._v, b._v) : Vector128.ConditionalSelect(Vector128.LessThan(a._v, b._v), a._v, b._v));

    [MethodImpl(In)] public static V128 LessThan(V128 a, V128 b) => new(Vector128.LessThan(a._v, b._v));
    [MethodImpl(In)] public static V128 LessOrEqual(V128 a, V128 b) => new(Vector128.LessThanOrEqual(a._v, b._v));
    [MethodImpl(In)] public static V128 Equal(V128 a, V128 b) => new(Vector128.Equals(a._v, b._v));
    [MethodImpl(In)] public static V128 Select(V128 mask, V128 a, V128 b) => new(Vector128.ConditionalSelect(mask._v, a._v, b._v));
    [MethodImpl(In)] public static V128 Permute(V128 a, V128 lanes) => new(Vector128.Shuffle(a._v, lanes._v.AsInt32()));
    [MethodImpl(In)] public static bool Any(V128 mask) => mask._v.AsInt32() != Vector128<int>.Zero;
    [MethodImpl(In)] public static V128 And(V128 a, V128 b) => new(a._v & b._v);
    [MethodImpl(In)] public static V128 Or(V128 a, V128 b) => new(a._v | b._v);
    [MethodImpl(In)] public static V128 Xor(V128 a, V128 b) => new(a._v ^ b._v);

    [MethodImpl(In)] public static V128 Abs(V128 a) => new(Vector128.Abs(a._v));
    [MethodImpl(In)] public static V128 Sqrt(V128 a) => new(Vector128.Sqrt(a._v));
    [MethodImpl(In)] public static V128 Round(V128 a) => new(Vector128.Round(a._v));
    [MethodImpl(In)] public static V128 Floor(V128 a) => new(Vector128.Floor(a._v));
    [MethodImpl(In)] public static V128 Ceiling(V128 a) => new(Vector128.Ceiling(a._v));

    [MethodImpl(In)]
    public static V128 Scale2(V128 a, V128 n)
    {
        // 2^n in two factors, of which the second alone can round: 2^−150 is no normal number.
        var bits = Vector128.ConvertToInt32Native(n._v);
        var half = bits >> 1;
        var bias = Vector128.Create(127);
        return new(a._v * ((half + bias) << 23).AsSingle() * ((bits - half + bias) << 23).AsSingle());
    }

    [MethodImpl(In)] public static V128 ToInt32Bits(V128 a) => new(Vector128.ConvertToInt32Native(Vector128.Round(a._v)).AsSingle());
    [MethodImpl(In)] public static V128 FromInt32Bits(V128 bits) => new(Vector128.ConvertToSingle(bits._v.AsInt32()));
    [MethodImpl(In)] public static V128 AddBits(V128 a, V128 b) => new((a._v.AsInt32() + b._v.AsInt32()).AsSingle());
    [MethodImpl(In)] public static V128 SubtractBits(V128 a, V128 b) => new((a._v.AsInt32() - b._v.AsInt32()).AsSingle());
    [MethodImpl(In)] public static V128 ShiftLeftBits(V128 a, int by) => new((a._v.AsInt32() << by).AsSingle());
    [MethodImpl(In)] public static V128 ShiftRightBits(V128 a, int by) => new((a._v.AsInt32() >> by).AsSingle());

    [MethodImpl(In)]
    public static void StoreMask(V128 mask, byte* p)
    {
        var one = mask._v.AsInt32() & Vector128<int>.One;
        var words = Vector128.Narrow(one, one);
        *(uint*)p = Vector128.Narrow(words, words).AsUInt32().ToScalar();
    }

    [MethodImpl(In)]
    public static V128 LoadMask(byte* p)
    {
        var bytes = Vector128.CreateScalar(*(uint*)p).AsByte();
        var words = Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32();
        return new(~Vector128.Equals(words, Vector128<int>.Zero).AsSingle());
    }

    [MethodImpl(In)]
    public static void StoreInt64(V128 bits, long* p)
    {
        Vector128.WidenLower(bits._v.AsInt32()).Store(p);
        Vector128.WidenUpper(bits._v.AsInt32()).Store(p + 2);
    }

    /// <summary>Lanes 2, 3, 2, 3: what joins four lanes by halves.</summary>
    [MethodImpl(In)] public static V128 UpperHalf(V128 a) => new(Vector128.Shuffle(a._v, Vector128.Create(2, 3, 2, 3)));

    /// <summary>Lane 1 everywhere.</summary>
    [MethodImpl(In)] public static V128 Second(V128 a) => new(Vector128.Shuffle(a._v, Vector128.Create(1, 1, 1, 1)));

    /// <summary>Lane 0.</summary>
    [MethodImpl(In)] public static float First(V128 a) => a._v.ToScalar();
}
