using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cpu.Simd;

/// <summary>Sixteen lanes: AVX-512 (F, BW, DQ and VL).</summary>
internal readonly unsafe struct V512(Vector512<float> v) : IVec<V512>
{
    readonly Vector512<float> _v = v;
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;

    public static string Name => "v512";
    public static int Count { [MethodImpl(In)] get => 16; }
    public static bool IsSupported => Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported;

    [MethodImpl(In)] public static V512 Load(float* p) => new(Vector512.Load(p));

    [MethodImpl(In)]
    public static V512 Load(float* p, nint count, float fill) => new(Avx512F.MaskLoad(p, First(count), Vector512.Create(fill)));

    [MethodImpl(In)] public static void Store(V512 v, float* p) => v._v.Store(p);
    [MethodImpl(In)] public static void Store(V512 v, float* p, nint count) => Avx512F.MaskStore(p, First(count), v._v);
    [MethodImpl(In)] public static V512 Create(float value) => new(Vector512.Create(value));
    [MethodImpl(In)] public static V512 CreateBits(int bits) => new(Vector512.Create(bits).AsSingle());

    [MethodImpl(In)] public static V512 operator +(V512 a, V512 b) => new(a._v + b._v);
    [MethodImpl(In)] public static V512 operator -(V512 a, V512 b) => new(a._v - b._v);
    [MethodImpl(In)] public static V512 operator *(V512 a, V512 b) => new(a._v * b._v);
    [MethodImpl(In)] public static V512 operator /(V512 a, V512 b) => new(a._v / b._v);
    [MethodImpl(In)] public static V512 operator -(V512 a) => new(a._v ^ Vector512.Create(-0f));
    [MethodImpl(In)] public static V512 Fma(V512 a, V512 b, V512 c) => new(Avx512F.FusedMultiplyAdd(a._v, b._v, c._v));
    [MethodImpl(In)] public static V512 MaxNative(V512 a, V512 b) => new(Avx512F.Max(a._v, b._v));
    [MethodImpl(In)] public static V512 MinNative(V512 a, V512 b) => new(Avx512F.Min(a._v, b._v));

    [MethodImpl(In)] public static V512 LessThan(V512 a, V512 b) => new(Vector512.LessThan(a._v, b._v));
    [MethodImpl(In)] public static V512 LessOrEqual(V512 a, V512 b) => new(Vector512.LessThanOrEqual(a._v, b._v));
    [MethodImpl(In)] public static V512 Equal(V512 a, V512 b) => new(Vector512.Equals(a._v, b._v));
    [MethodImpl(In)] public static V512 Select(V512 mask, V512 a, V512 b) => new(Vector512.ConditionalSelect(mask._v, a._v, b._v));
    [MethodImpl(In)] public static V512 Permute(V512 a, V512 lanes) => new(Avx512F.PermuteVar16x32(a._v, lanes._v.AsInt32()));
    [MethodImpl(In)] public static bool Any(V512 mask) => mask._v.AsInt32() != Vector512<int>.Zero;
    [MethodImpl(In)] public static V512 And(V512 a, V512 b) => new(a._v & b._v);
    [MethodImpl(In)] public static V512 Or(V512 a, V512 b) => new(a._v | b._v);
    [MethodImpl(In)] public static V512 Xor(V512 a, V512 b) => new(a._v ^ b._v);

    [MethodImpl(In)] public static V512 Abs(V512 a) => new(Vector512.Abs(a._v));
    [MethodImpl(In)] public static V512 Sqrt(V512 a) => new(Vector512.Sqrt(a._v));
    [MethodImpl(In)] public static V512 Round(V512 a) => new(Vector512.Round(a._v));
    [MethodImpl(In)] public static V512 Floor(V512 a) => new(Vector512.Floor(a._v));
    [MethodImpl(In)] public static V512 Ceiling(V512 a) => new(Vector512.Ceiling(a._v));
    [MethodImpl(In)] public static V512 Scale2(V512 a, V512 n) => new(Avx512F.Scale(a._v, n._v));

    [MethodImpl(In)] public static V512 ToInt32Bits(V512 a) => new(Avx512F.ConvertToVector512Int32(a._v).AsSingle());
    [MethodImpl(In)] public static V512 FromInt32Bits(V512 bits) => new(Vector512.ConvertToSingle(bits._v.AsInt32()));
    [MethodImpl(In)] public static V512 AddBits(V512 a, V512 b) => new((a._v.AsInt32() + b._v.AsInt32()).AsSingle());
    [MethodImpl(In)] public static V512 SubtractBits(V512 a, V512 b) => new((a._v.AsInt32() - b._v.AsInt32()).AsSingle());
    [MethodImpl(In)] public static V512 ShiftLeftBits(V512 a, int by) => new((a._v.AsInt32() << by).AsSingle());
    [MethodImpl(In)] public static V512 ShiftRightBits(V512 a, int by) => new((a._v.AsInt32() >> by).AsSingle());

    [MethodImpl(In)]
    public static void StoreMask(V512 mask, byte* p) => Avx512F.ConvertToVector128Byte(mask._v.AsUInt32() & Vector512<uint>.One).Store(p);

    [MethodImpl(In)]
    public static V512 LoadMask(byte* p) =>
        new(~Vector512.Equals(Avx512F.ConvertToVector512Int32(Vector128.Load(p)), Vector512<int>.Zero).AsSingle());

    [MethodImpl(In)]
    public static void StoreInt64(V512 bits, long* p)
    {
        Vector512.WidenLower(bits._v.AsInt32()).Store(p);
        Vector512.WidenUpper(bits._v.AsInt32()).Store(p + 8);
    }

    [MethodImpl(In)]
    static Vector512<float> First(nint count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)count)).AsSingle();
}
