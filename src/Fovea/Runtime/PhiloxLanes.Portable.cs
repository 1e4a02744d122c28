using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Runtime;

/// <summary>Two blocks, 128 bits on any processor.</summary>
internal readonly struct PhiloxBlocks2 : IPhiloxLanes<PhiloxBlocks2>
{
    private readonly Vector128<uint> _words;

    private PhiloxBlocks2(Vector128<uint> words) => _words = words;

    public static int Blocks => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Generate(in PhiloxCounter counter, uint block, out PhiloxBlocks2 even, out PhiloxBlocks2 odd)
    {
        // A word in the lower half of each 64-bit lane; the upper halves hold what products leave there, and no product reads them.
        Vector128<ulong> c0 = Vector128.Create((ulong)block) + Vector128.Create(0UL, 1);
        Vector128<ulong> c1 = Vector128.Create((ulong)counter.C1);
        Vector128<ulong> c2 = Vector128.Create((ulong)counter.C2);
        Vector128<ulong> c3 = Vector128.Create((ulong)counter.C3);
        Vector128<ulong> m0 = Vector128.Create((ulong)PhiloxRounds.Multiplier0), m1 = Vector128.Create((ulong)PhiloxRounds.Multiplier1);
        uint key0 = (uint)counter.Key, key1 = (uint)(counter.Key >> 32);
        for (int round = 0; round < PhiloxRounds.Count; round++)
        {
            Vector128<ulong> product0 = Product(c0, m0), product1 = Product(c2, m1);
            c0 = (product1 >>> 32) ^ c1 ^ Vector128.Create((ulong)key0);
            c1 = product1;
            c2 = (product0 >>> 32) ^ c3 ^ Vector128.Create((ulong)key1);
            c3 = product0;
            key0 += PhiloxRounds.KeyStep0;
            key1 += PhiloxRounds.KeyStep1;
        }
        Vector128<ulong> low = Vector128.Create((ulong)uint.MaxValue);
        even = new(((c0 & low) | (c2 << 32)).AsUInt32());
        odd = new(((c1 & low) | (c3 << 32)).AsUInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PhiloxBlocks2 even, PhiloxBlocks2 odd, ref uint destination)
    {
        Vector128<ulong> low = Vector128.Create((ulong)uint.MaxValue);
        Vector128<ulong> words01 = (even._words.AsUInt64() & low) | (odd._words.AsUInt64() << 32);
        Vector128<ulong> words23 = (even._words.AsUInt64() >>> 32) | (odd._words.AsUInt64() & ~low);
        Vector128.Create(words01.GetLower(), words23.GetLower()).AsUInt32().StoreUnsafe(ref destination);
        Vector128.Create(words01.GetUpper(), words23.GetUpper()).AsUInt32().StoreUnsafe(ref destination, 4);
    }

    public static PhiloxBlocks2 Create(uint value) => new(Vector128.Create(value));

    public static PhiloxBlocks2 ToFloat(PhiloxBlocks2 integer) => new(Vector128.ConvertToSingle(integer._words.AsInt32()).AsUInt32());

    public static PhiloxBlocks2 Times(PhiloxBlocks2 left, PhiloxBlocks2 right) => new((left.Floats * right.Floats).AsUInt32());

    public static PhiloxBlocks2 Plus(PhiloxBlocks2 left, PhiloxBlocks2 right) => new((left.Floats + right.Floats).AsUInt32());

    public static PhiloxBlocks2 Minus(PhiloxBlocks2 left, PhiloxBlocks2 right) => new((left.Floats - right.Floats).AsUInt32());

    public static PhiloxBlocks2 SquareRoot(PhiloxBlocks2 value) => new(Vector128.Sqrt(value.Floats).AsUInt32());

    public static PhiloxBlocks2 SelectGreater(PhiloxBlocks2 left, PhiloxBlocks2 right, PhiloxBlocks2 yes, PhiloxBlocks2 no) =>
        new(Vector128.ConditionalSelect(
            Vector128.GreaterThan(left._words.AsInt32(), right._words.AsInt32()).AsUInt32(), yes._words, no._words));

    public static PhiloxBlocks2 operator &(PhiloxBlocks2 left, PhiloxBlocks2 right) => new(left._words & right._words);

    public static PhiloxBlocks2 operator |(PhiloxBlocks2 left, PhiloxBlocks2 right) => new(left._words | right._words);

    public static PhiloxBlocks2 operator ^(PhiloxBlocks2 left, PhiloxBlocks2 right) => new(left._words ^ right._words);

    public static PhiloxBlocks2 operator ~(PhiloxBlocks2 value) => new(~value._words);

    public static PhiloxBlocks2 operator +(PhiloxBlocks2 left, PhiloxBlocks2 right) => new(left._words + right._words);

    public static PhiloxBlocks2 operator -(PhiloxBlocks2 left, PhiloxBlocks2 right) => new(left._words - right._words);

    public static PhiloxBlocks2 operator <<(PhiloxBlocks2 value, int shift) => new(value._words << shift);

    public static PhiloxBlocks2 operator >>(PhiloxBlocks2 value, int shift) => new((value._words.AsInt32() >> shift).AsUInt32());

    public static PhiloxBlocks2 operator >>>(PhiloxBlocks2 value, int shift) => new(value._words >>> shift);

    private Vector128<float> Floats => _words.AsSingle();

    // The 64-bit products of the lanes' lower halves.
    private static Vector128<ulong> Product(Vector128<ulong> left, Vector128<ulong> right)
    {
        if (Sse2.IsSupported)
            return Sse2.Multiply(left.AsUInt32(), right.AsUInt32());
        if (AdvSimd.IsSupported)
            return AdvSimd.MultiplyWideningLower(AdvSimd.ExtractNarrowingLower(left), AdvSimd.ExtractNarrowingLower(right));
        Vector128<ulong> low = Vector128.Create((ulong)uint.MaxValue);
        return (left & low) * (right & low);
    }
}
