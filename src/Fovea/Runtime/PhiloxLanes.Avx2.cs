using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Runtime;

/// <summary>Four blocks, AVX2.</summary>
internal readonly struct PhiloxBlocks4 : IPhiloxLanes<PhiloxBlocks4>
{
    private readonly Vector256<uint> _words;

    private PhiloxBlocks4(Vector256<uint> words) => _words = words;

    public static int Blocks => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Generate(in PhiloxCounter counter, uint block, out PhiloxBlocks4 even, out PhiloxBlocks4 odd)
    {
        // A word in the lower half of each 64-bit lane; the upper halves hold what products leave there, and no product reads them.
        Vector256<ulong> c0 = Vector256.Create((ulong)block) + Vector256.Create(0UL, 2, 1, 3);
        Vector256<ulong> c1 = Vector256.Create((ulong)counter.C1);
        Vector256<ulong> c2 = Vector256.Create((ulong)counter.C2);
        Vector256<ulong> c3 = Vector256.Create((ulong)counter.C3);
        Vector256<ulong> m0 = Vector256.Create((ulong)PhiloxRounds.Multiplier0), m1 = Vector256.Create((ulong)PhiloxRounds.Multiplier1);
        uint key0 = (uint)counter.Key, key1 = (uint)(counter.Key >> 32);
        for (int round = 0; round < PhiloxRounds.Count; round++)
        {
            Vector256<ulong> product0 = Product(c0, m0), product1 = Product(c2, m1);
            c0 = (product1 >>> 32) ^ c1 ^ Vector256.Create((ulong)key0);
            c1 = product1;
            c2 = (product0 >>> 32) ^ c3 ^ Vector256.Create((ulong)key1);
            c3 = product0;
            key0 += PhiloxRounds.KeyStep0;
            key1 += PhiloxRounds.KeyStep1;
        }
        Vector256<ulong> low = Vector256.Create((ulong)uint.MaxValue);
        even = new(((c0 & low) | (c2 << 32)).AsUInt32());
        odd = new(((c1 & low) | (c3 << 32)).AsUInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PhiloxBlocks4 even, PhiloxBlocks4 odd, ref uint destination)
    {
        Avx2.UnpackLow(even._words, odd._words).StoreUnsafe(ref destination);
        Avx2.UnpackHigh(even._words, odd._words).StoreUnsafe(ref destination, 8);
    }

    public static PhiloxBlocks4 Create(uint value) => new(Vector256.Create(value));

    public static PhiloxBlocks4 ToFloat(PhiloxBlocks4 integer) => new(Vector256.ConvertToSingle(integer._words.AsInt32()).AsUInt32());

    public static PhiloxBlocks4 Times(PhiloxBlocks4 left, PhiloxBlocks4 right) => new((left.Floats * right.Floats).AsUInt32());

    public static PhiloxBlocks4 Plus(PhiloxBlocks4 left, PhiloxBlocks4 right) => new((left.Floats + right.Floats).AsUInt32());

    public static PhiloxBlocks4 Minus(PhiloxBlocks4 left, PhiloxBlocks4 right) => new((left.Floats - right.Floats).AsUInt32());

    public static PhiloxBlocks4 SquareRoot(PhiloxBlocks4 value) => new(Vector256.Sqrt(value.Floats).AsUInt32());

    public static PhiloxBlocks4 SelectGreater(PhiloxBlocks4 left, PhiloxBlocks4 right, PhiloxBlocks4 yes, PhiloxBlocks4 no) =>
        new(Vector256.ConditionalSelect(
            Vector256.GreaterThan(left._words.AsInt32(), right._words.AsInt32()).AsUInt32(), yes._words, no._words));

    public static PhiloxBlocks4 operator &(PhiloxBlocks4 left, PhiloxBlocks4 right) => new(left._words & right._words);

    public static PhiloxBlocks4 operator |(PhiloxBlocks4 left, PhiloxBlocks4 right) => new(left._words | right._words);

    public static PhiloxBlocks4 operator ^(PhiloxBlocks4 left, PhiloxBlocks4 right) => new(left._words ^ right._words);

    public static PhiloxBlocks4 operator ~(PhiloxBlocks4 value) => new(~value._words);

    public static PhiloxBlocks4 operator +(PhiloxBlocks4 left, PhiloxBlocks4 right) => new(left._words + right._words);

    public static PhiloxBlocks4 operator -(PhiloxBlocks4 left, PhiloxBlocks4 right) => new(left._words - right._words);

    public static PhiloxBlocks4 operator <<(PhiloxBlocks4 value, int shift) => new(value._words << shift);

    public static PhiloxBlocks4 operator >>(PhiloxBlocks4 value, int shift) => new((value._words.AsInt32() >> shift).AsUInt32());

    public static PhiloxBlocks4 operator >>>(PhiloxBlocks4 value, int shift) => new(value._words >>> shift);

    private Vector256<float> Floats => _words.AsSingle();

    // The 64-bit products of the lanes' lower halves.
    private static Vector256<ulong> Product(Vector256<ulong> left, Vector256<ulong> right) =>
        Avx2.Multiply(left.AsUInt32(), right.AsUInt32());
}
