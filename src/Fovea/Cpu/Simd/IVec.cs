namespace Fovea.Cpu.Simd;

/// <summary>
/// A vector of 32-bit lanes of one width, read as <see cref="float"/> unless a member says "bits". Every elementwise, reduction and pooling
/// loop is written once over it, and the JIT makes one body for each width.
/// </summary>
/// <remarks>
/// Equal bits: a lane's result is the same on <see cref="V512"/>, <see cref="V256"/>, <see cref="V128"/> and <see cref="V1"/> of one
/// machine, so that a tail may be done on any of them. (A NaN's sign and payload are not promised.) A comparison gives a mask: all bits of
/// the lane set or none. Nothing here is an estimate.
/// </remarks>
internal unsafe interface IVec<T> where T : unmanaged, IVec<T>
{
    /// <summary>The last part of a kernel's name: v512, v256, v128 or v1.</summary>
    static abstract string Name { get; }

    /// <summary>The number of lanes: 16, 8, 4 or 1; a constant to the JIT.</summary>
    static abstract int Count { get; }

    /// <summary>Whether this machine has the instructions, fused multiply-add included where the width promises it.</summary>
    static abstract bool IsSupported { get; }

    static abstract T Load(float* p);

    /// <summary>
    /// Loads the first <paramref name="count"/> lanes (1 to Count), touches no memory beyond them, and sets the others to
    /// <paramref name="fill"/>.
    /// </summary>
    static abstract T Load(float* p, nint count, float fill);

    static abstract void Store(T v, float* p);

    /// <summary>Stores the first <paramref name="count"/> lanes (1 to Count) and touches no memory beyond them.</summary>
    static abstract void Store(T v, float* p, nint count);

    static abstract T Create(float value);

    /// <summary>Every lane holds these bits.</summary>
    static abstract T CreateBits(int bits);

    static abstract T operator +(T a, T b);
    static abstract T operator -(T a, T b);
    static abstract T operator *(T a, T b);
    static abstract T operator /(T a, T b);

    /// <summary>Flips the sign bit, of zeros and NaNs too.</summary>
    static abstract T operator -(T a);

    /// <summary>a·b + c: rounded once where <see cref="SimdWidth.HasFma"/>, else twice; the same on every width of a machine.</summary>
    static abstract T Fma(T a, T b, T c);

    /// <summary>
    /// a &gt; b ? a : b. So <paramref name="b"/> where either is NaN and where both are zeros: MaxNative(0, x) lets a NaN in x through.
    /// </summary>
    static abstract T MaxNative(T a, T b);

    /// <summary>a &lt; b ? a : b; <paramref name="b"/> where either is NaN and where both are zeros.</summary>
    static abstract T MinNative(T a, T b);

    static abstract T LessThan(T a, T b);
    static abstract T LessOrEqual(T a, T b);

    /// <summary>Ordered equality: no NaN is equal to anything.</summary>
    static abstract T Equal(T a, T b);

    /// <summary>Lane by lane, mask ? a : b.</summary>
    static abstract T Select(T mask, T a, T b);

    /// <summary>Lane i of the result is lane lanes[i] of <paramref name="a"/>; the lanes are int32 bits, each less than Count.</summary>
    static abstract T Permute(T a, T lanes);

    /// <summary>Whether any lane of a mask is set.</summary>
    static abstract bool Any(T mask);

    static abstract T And(T a, T b);
    static abstract T Or(T a, T b);
    static abstract T Xor(T a, T b);

    static abstract T Abs(T a);
    static abstract T Sqrt(T a);

    /// <summary>To the nearest integer, halves to even.</summary>
    static abstract T Round(T a);
    static abstract T Floor(T a);
    static abstract T Ceiling(T a);

    /// <summary>a · 2^n, rounded once, for an integral n from −252 to 254 where a · 2^(n/2) is a normal number (or a is NaN).</summary>
    static abstract T Scale2(T a, T n);

    /// <summary>The bits of the int32 next to an integral value within its range.</summary>
    static abstract T ToInt32Bits(T a);

    /// <summary>The floats next to int32 bits.</summary>
    static abstract T FromInt32Bits(T bits);

    /// <summary>Integer addition of the bits.</summary>
    static abstract T AddBits(T a, T b);

    /// <summary>Integer subtraction of the bits.</summary>
    static abstract T SubtractBits(T a, T b);

    static abstract T ShiftLeftBits(T a, int by);

    /// <summary>Shifts the bits right, copying the sign.</summary>
    static abstract T ShiftRightBits(T a, int by);

    /// <summary>Writes one byte a lane: 1 where the mask is set, else 0.</summary>
    static abstract void StoreMask(T mask, byte* p);

    /// <summary>Reads one byte a lane and sets the mask where it is not 0.</summary>
    static abstract T LoadMask(byte* p);

    /// <summary>Writes the lanes' int32 bits as int64.</summary>
    static abstract void StoreInt64(T bits, long* p);
}
