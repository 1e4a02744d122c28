using System.Numerics;
using System.Runtime.InteropServices;

namespace Fovea.Runtime;

/// <summary>Key and counter of Philox, but for the counter's first word.</summary>
internal readonly record struct PhiloxCounter(ulong Key, uint C1, uint C2, uint C3);

/// <summary>The constants of Philox 4x32-10.</summary>
internal static class PhiloxRounds
{
    public const int Count = 10;
    public const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57, KeyStep0 = 0x9E3779B9, KeyStep1 = 0xBB67AE85;
}

/// <summary>
/// Half of the words of some Philox blocks in one register, two words a block, and the exactly rounded arithmetic on them. The same 32
/// bits are an unsigned number, a signed one or a float, by operation.
/// </summary>
internal interface IPhiloxLanes<TSelf> :
    IBitwiseOperators<TSelf, TSelf, TSelf>, IAdditionOperators<TSelf, TSelf, TSelf>, ISubtractionOperators<TSelf, TSelf, TSelf>,
    IShiftOperators<TSelf, int, TSelf>
    where TSelf : struct, IPhiloxLanes<TSelf>
{
    /// <summary>How many blocks of four words a pair of registers holds.</summary>
    static abstract int Blocks { get; }

    /// <summary>Generates consecutive blocks.</summary>
    /// <param name="counter">Key and counter.</param>
    /// <param name="block">The first block's first counter word.</param>
    /// <param name="even">Words 0 and 2 of each block; the blocks' order is such that <see cref="Store"/> needs no move across 128
    /// bits.</param>
    /// <param name="odd">Words 1 and 3 of each block.</param>
    static abstract void Generate(in PhiloxCounter counter, uint block, out TSelf even, out TSelf odd);

    /// <summary>Writes the blocks in order, 4 × <see cref="Blocks"/> words.</summary>
    static abstract void Store(TSelf even, TSelf odd, ref uint destination);

    /// <summary>All lanes alike.</summary>
    static abstract TSelf Create(uint value);

    /// <summary>All lanes alike.</summary>
    static virtual TSelf Create(float value) => TSelf.Create(BitConverter.SingleToUInt32Bits(value));

    /// <summary>Signed integers to floats, to nearest even.</summary>
    static abstract TSelf ToFloat(TSelf integer);

    /// <summary>Product of floats.</summary>
    static abstract TSelf Times(TSelf left, TSelf right);

    /// <summary>Sum of floats.</summary>
    static abstract TSelf Plus(TSelf left, TSelf right);

    /// <summary>Difference of floats.</summary>
    static abstract TSelf Minus(TSelf left, TSelf right);

    /// <summary>Square root of floats.</summary>
    static abstract TSelf SquareRoot(TSelf value);

    /// <summary><paramref name="yes"/> where left &gt; right as signed integers, else <paramref name="no"/>.</summary>
    static abstract TSelf SelectGreater(TSelf left, TSelf right, TSelf yes, TSelf no);
}

/// <summary>One block, in plain C#: what the wider ones are compared with.</summary>
internal readonly struct PhiloxBlock1(uint x, uint y) : IPhiloxLanes<PhiloxBlock1>
{
    /// <summary>Word 0 or 1.</summary>
    public readonly uint X = x;

    /// <summary>Word 2 or 3.</summary>
    public readonly uint Y = y;

    public static int Blocks => 1;

    public static void Generate(in PhiloxCounter counter, uint block, out PhiloxBlock1 even, out PhiloxBlock1 odd)
    {
        uint c0 = block, c1 = counter.C1, c2 = counter.C2, c3 = counter.C3, key0 = (uint)counter.Key, key1 = (uint)(counter.Key >> 32);
        for (int round = 0; round < PhiloxRounds.Count; round++)
        {
            ulong product0 = (ulong)PhiloxRounds.Multiplier0 * c0, product1 = (ulong)PhiloxRounds.Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ key0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ key1, (uint)product0);
            key0 += PhiloxRounds.KeyStep0;
            key1 += PhiloxRounds.KeyStep1;
        }
        even = new(c0, c2);
        odd = new(c1, c3);
    }

    public static void Store(PhiloxBlock1 even, PhiloxBlock1 odd, ref uint destination)
    {
        Span<uint> words = MemoryMarshal.CreateSpan(ref destination, 4);
        (words[0], words[1], words[2], words[3]) = (even.X, odd.X, even.Y, odd.Y);
    }

    public static PhiloxBlock1 Create(uint value) => new(value, value);

    public static PhiloxBlock1 ToFloat(PhiloxBlock1 integer) => Floats((int)integer.X, (int)integer.Y);

    public static PhiloxBlock1 Times(PhiloxBlock1 left, PhiloxBlock1 right) =>
        Floats(Float(left.X) * Float(right.X), Float(left.Y) * Float(right.Y));

    public static PhiloxBlock1 Plus(PhiloxBlock1 left, PhiloxBlock1 right) =>
        Floats(Float(left.X) + Float(right.X), Float(left.Y) + Float(right.Y));

    public static PhiloxBlock1 Minus(PhiloxBlock1 left, PhiloxBlock1 right) =>
        Floats(Float(left.X) - Float(right.X), Float(left.Y) - Float(right.Y));

    public static PhiloxBlock1 SquareRoot(PhiloxBlock1 value) => Floats(MathF.Sqrt(Float(value.X)), MathF.Sqrt(Float(value.Y)));

    public static PhiloxBlock1 SelectGreater(PhiloxBlock1 left, PhiloxBlock1 right, PhiloxBlock1 yes, PhiloxBlock1 no) =>
        new((int)left.X > (int)right.X ? yes.X : no.X, (int)left.Y > (int)right.Y ? yes.Y : no.Y);

    public static PhiloxBlock1 operator &(PhiloxBlock1 left, PhiloxBlock1 right) => new(left.X & right.X, left.Y & right.Y);

    public static PhiloxBlock1 operator |(PhiloxBlock1 left, PhiloxBlock1 right) => new(left.X | right.X, left.Y | right.Y);

    public static PhiloxBlock1 operator ^(PhiloxBlock1 left, PhiloxBlock1 right) => new(left.X ^ right.X, left.Y ^ right.Y);

    public static PhiloxBlock1 operator ~(PhiloxBlock1 value) => new(~value.X, ~value.Y);

    public static PhiloxBlock1 operator +(PhiloxBlock1 left, PhiloxBlock1 right) => new(left.X + right.X, left.Y + right.Y);

    public static PhiloxBlock1 operator -(PhiloxBlock1 left, PhiloxBlock1 right) => new(left.X - right.X, left.Y - right.Y);

    public static PhiloxBlock1 operator <<(PhiloxBlock1 value, int shift) => new(value.X << shift, value.Y << shift);

    public static PhiloxBlock1 operator >>(PhiloxBlock1 value, int shift) =>
        new((uint)((int)value.X >> shift), (uint)((int)value.Y >> shift));

    public static PhiloxBlock1 operator >>>(PhiloxBlock1 value, int shift) => new(value.X >> shift, value.Y >> shift);

    private static float Float(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    private static PhiloxBlock1 Floats(float x, float y) => new(BitConverter.SingleToUInt32Bits(x), BitConverter.SingleToUInt32Bits(y));
}
