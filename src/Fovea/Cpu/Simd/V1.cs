using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>One lane in scalar code: the readable form of every width, and the reference that the tests hold the others to.</summary>
internal readonly unsafe struct V1(float v) : IVec<V1>
{
    readonly float _v = v;
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;

    public static string Name => "v1";
    public static int Count { [MethodImpl(In)] get => 1; }
    public static bool IsSupported => true;

    [MethodImpl(In)] public static V1 Load(float* p) => new(*p);
    [MethodImpl(In)] public static V1 Load(float* p, nint count, float fill) => new(*p);
    [MethodImpl(In)] public static void Store(V1 v, float* p) => *p = v._v;
    [MethodImpl(In)] public static void Store(V1 v, float* p, nint count) => *p = v._v;
    [MethodImpl(In)] public static V1 Create(float value) => new(value);
    [MethodImpl(In)] public static V1 CreateBits(int bits) => new(BitConverter.Int32BitsToSingle(bits));

    [MethodImpl(In)] public static V1 operator +(V1 a, V1 b) => new(a._v + b._v);
    [MethodImpl(In)] public static V1 operator -(V1 a, V1 b) => new(a._v - b._v);
    [MethodImpl(In)] public static V1 operator *(V1 a, V1 b) => new(a._v * b._v);
    [MethodImpl(In)] public static V1 operator /(V1 a, V1 b) => new(a._v / b._v);
    [MethodImpl(In)] public static V1 operator -(V1 a) => CreateBits(Bits(a) ^ int.MinValue);

    [MethodImpl(In)]
    public static V1 Fma(V1 a, V1 b, V1 c) => new(SimdWidth.HasFma ? MathF.FusedMultiplyAdd(a._v, b._v, c._v) : a._v * b._v + c._v);

    [MethodImpl(In)] public static V1 MaxNative(V1 a, V1 b) => Select(LessThan(b, a), a, b);
    [MethodImpl(In)] public static V1 MinNative(V1 a, V1 b) => Select(LessThan(a, b), a, b);

    [MethodImpl(In)] public static V1 LessThan(V1 a, V1 b) => Mask(a._v < b._v);
    [MethodImpl(In)] public static V1 LessOrEqual(V1 a, V1 b) => Mask(a._v <= b._v);
    [MethodImpl(In)] public static V1 Equal(V1 a, V1 b) => Mask(a._v == b._v);
    [MethodImpl(In)] public static V1 Select(V1 mask, V1 a, V1 b) => CreateBits((Bits(mask) & Bits(a)) | (~Bits(mask) & Bits(b)));
    [MethodImpl(In)] public static V1 Permute(V1 a, V1 lanes) => a;
    [MethodImpl(In)] public static bool Any(V1 mask) => Bits(mask) != 0;
    [MethodImpl(In)] public static V1 And(V1 a, V1 b) => CreateBits(Bits(a) & Bits(b));
    [MethodImpl(In)] public static V1 Or(V1 a, V1 b) => CreateBits(Bits(a) | Bits(b));
    [MethodImpl(In)] public static V1 Xor(V1 a, V1 b) => CreateBits(Bits(a) ^ Bits(b));

    [MethodImpl(In)] public static V1 Abs(V1 a) => new(MathF.Abs(a._v));
    [MethodImpl(In)] public static V1 Sqrt(V1 a) => new(MathF.Sqrt(a._v));
    [MethodImpl(In)] public static V1 Round(V1 a) => new(MathF.Round(a._v));
    [MethodImpl(In)] public static V1 Floor(V1 a) => new(MathF.Floor(a._v));
    [MethodImpl(In)] public static V1 Ceiling(V1 a) => new(MathF.Ceiling(a._v));

    [MethodImpl(In)]
    public static V1 Scale2(V1 a, V1 n)
    {
        // 2^n in two factors, of which the second alone can round: 2^−150 is no normal number.
        int bits = float.ConvertToIntegerNative<int>(n._v), half = bits >> 1;
        return a * CreateBits((half + 127) << 23) * CreateBits((bits - half + 127) << 23);
    }

    [MethodImpl(In)] public static V1 ToInt32Bits(V1 a) => CreateBits(float.ConvertToIntegerNative<int>(MathF.Round(a._v)));
    [MethodImpl(In)] public static V1 FromInt32Bits(V1 bits) => new(Bits(bits));
    [MethodImpl(In)] public static V1 AddBits(V1 a, V1 b) => CreateBits(Bits(a) + Bits(b));
    [MethodImpl(In)] public static V1 SubtractBits(V1 a, V1 b) => CreateBits(Bits(a) - Bits(b));
    [MethodImpl(In)] public static V1 ShiftLeftBits(V1 a, int by) => CreateBits(Bits(a) << by);
    [MethodImpl(In)] public static V1 ShiftRightBits(V1 a, int by) => CreateBits(Bits(a) >> by);

    [MethodImpl(In)] public static void StoreMask(V1 mask, byte* p) => *p = (byte)(Bits(mask) & 1);
    [MethodImpl(In)] public static V1 LoadMask(byte* p) => Mask(*p != 0);
    [MethodImpl(In)] public static void StoreInt64(V1 bits, long* p) => *p = Bits(bits);

    [MethodImpl(In)] static int Bits(V1 a) => BitConverter.SingleToInt32Bits(a._v);
    [MethodImpl(In)] static V1 Mask(bool set) => CreateBits(set ? -1 : 0);
}
