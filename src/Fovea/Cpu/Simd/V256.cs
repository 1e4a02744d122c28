using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cpu.Simd;

/// <summary>Eight lanes: AVX2 with FMA.</summary>
internal readonly unsafe struct V256(Vector256<float> v) : IVec<V256>
{
    readonly Vector256<float> _v = v;
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;

    public static string Name => "v256";
    public static int Count { [MethodImpl(In)] get => 8; }
    public static bool IsSupported => Avx2.IsSupported && System.Runtime.Intrinsics.X86.Fma.IsSupported;

    [MethodImpl(In)] public static V256 Load(float* p) => new(Vector256.Load(p));

    [MethodImpl(In)]
    public static V256 Load(float* p, nint count, float fill)
    {
        var first = First(count);
        return new(Vector256.ConditionalSelect(first, Avx.MaskLoad(p, first), Vector256.Create(fill)));
    }

    [MethodImpl(In)] public static void Store(V256 v, float* p) => v._v.Store(p);
    [MethodImpl(In)] public static void Store(V256 v, float* p, nint count) => Avx.MaskStore(p, First(count), v._v);
    [MethodImpl(In)] public static V256 Create(float value) => new(Vector256.Create(value));
    [MethodImpl(In)] public static V256 CreateBits(int bits) => new(Vector256.Create(bits).AsSingle());

    [MethodImpl(In)] public static V256 operator +(V256 a, V256 b) => new(a._v + b._v);
    [MethodImpl(In)] public static V256 operator -(V256 a, V256 b) => new(a._v - b._v);
    [MethodImpl(In)] public static V256 operator *(V256 a, V256 b) => new(a._v * b._v);
    [MethodImpl(In)] public static V256 operator /(V256 a, V256 b) => new(a._v / b._v);
    [MethodImpl(In)] public static V256 operator -(V256 a) => new(a._v ^ Vector256.Create(-0f));

    [MethodImpl(In)]
    public static V256 Fma(V256 a, V256 b, V256 c) => new(System.Runtime.Intrinsics.X86.Fma.MultiplyAdd(a._v, b._v, c._v));

    [MethodImpl(In)] public static V256 MaxNative(V256 a, V256 b) => new(Avx.Max(a._v, b._v));
    [MethodImpl(In)] public static V256 MinNative(V256 a, V256 b) => new(Avx.Min(a._v, b._v));

    [MethodImpl(In)] public static V256 LessThan(V256 a, V256 b) => new(Vector256.LessThan(a._v, b._v));
    [MethodImpl(In)] public static V256 LessOrEqual(V256 a, V256 b) => new(Vector256.LessThanOrEqual(a._v, b._v));
    [MethodImpl(In)] public static V256 Equal(V256 a, V256 b) => new(Vector256.Equals(a._v, b._v));
    [MethodImpl(In)] public static V256 Select(V256 mask, V256 a, V256 b) => new(Vector256.ConditionalSelect(mask._v, a._v, b._v));
    [MethodImpl(In)] public static V256 Permute(V256 a, V256 lanes) => new(Avx2.PermuteVar8x32(a._v, lanes._v.AsInt32()));
    [MethodImpl(In)] public static bool Any(V256 mask) => mask._v.AsInt32() != Vector256<int>.Zero;
    [MethodImpl(In)] public static V256 And(V256 a, V256 b) => new(a._v & b._v);
    [MethodImpl(In)] public static V256 Or(V256 a, V256 b) => new(a._v | b._v);
    [MethodImpl(In)] public static V256 Xor(V256 a, V256 b) => new(a._v ^ b._v);

    [MethodImpl(In)] public static V256 Abs(V256 a) => new(Vector256.Abs(a._v));
    [MethodImpl(In)] public static V256 Sqrt(V256 a) => new(Vector256.Sqrt(a._v));
    [MethodImpl(In)] public static V256 Round(V256 a) => new(Vector256.Round(a._v));
    [MethodImpl(In)] public static V256 Floor(V256 a) => new(Vector256.Floor(a._v));
    [MethodImpl(In)] public static V256 Ceiling(V256 a) => new(Vector256.Ceiling(a._v));

    [MethodImpl(In)]
    public static V256 Scale2(V256 a, V256 n)
    {
        // 2^n in two factors, of which the second alone can round: 2^−150 is no normal number.
        var bits = Avx.ConvertToVector256Int32(n._v);
        var half = bits >> 1;
        var bias = Vector256.Create(127);
        return new(a._v * ((half + bias) << 23).AsSingle() * ((bits - half + bias) << 23).AsSingle());
    }

    [MethodImpl(In)] public static V256 ToInt32Bits(V256 a) => new(Avx.ConvertToVector256Int32(a._v).AsSingle());
    [MethodImpl(In)] public static V256 FromInt32Bits(V256 bits) => new(Vector256.ConvertToSingle(bits._v.AsInt32()));
    [MethodImpl(In)] public static V256 AddBits(V256 a, V256 b) => new((a._v.AsInt32() + b._v.AsInt32()).AsSingle());
    [MethodImpl(In)] public static V256 SubtractBits(V256 a, V256 b) => new((a._v.AsInt32() - b._v.AsInt32()).AsSingle());
    [MethodImpl(In)] public static V256 ShiftLeftBits(V256 a, int by) => new((a._v.AsInt32() << by).AsSingle());
    [MethodImpl(In)] public static V256 ShiftRightBits(V256 a, int by) => new((a._v.AsInt32() >> by).AsSingle());

    [MethodImpl(In)]
    public static void StoreMask(V256 mask, byte* p)
    {
        var one = mask._v.AsInt32() & Vector256<int>.One;
        var words = Vector128.Narrow(one.GetLower(), one.GetUpper());
        *(ulong*)p = Vector128.Narrow(words, words).AsUInt64().ToScalar();
    }

    [MethodImpl(In)]
    public static V256 LoadMask(byte* p) => new(~Vector256.Equals(Avx2.ConvertToVector256Int32(p), Vector256<int>.Zero).AsSingle());

    [MethodImpl(In)]
    public static void StoreInt64(V256 bits, long* p)
    {
        Vector256.WidenLower(bits._v.AsInt32()).Store(p);
        Vector256.WidenUpper(bits._v.AsInt32()).Store(p + 4);
    }

    [MethodImpl(In)]
    static Vector256<float> First(nint count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create((int)count)).AsSingle();
}
