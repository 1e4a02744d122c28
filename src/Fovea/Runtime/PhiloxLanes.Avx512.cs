using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Runtime;

/// <summary>Eight blocks, AVX-512.</summary>
internal readonly struct PhiloxBlocks8 : IPhiloxLanes<PhiloxBlocks8>
{
    private readonly Vector512<uint> _words;

    private PhiloxBlocks8(Vector512<uint> words) => _words = words;

    public static int Blocks => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Generate(in PhiloxCounter counter, uint block, out PhiloxBlocks8 even, out PhiloxBlocks8 odd)
    {
        // A word in the lower half of each 64-bit lane; the upper halves hold what products leave there, and no product reads them.
        Vector512<ulong> c0 = Vector512.Create((ulong)block) + Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7);
        Vector512<ulong> c1 = Vector512.Create((ulong)counter.C1);
        Vector512<ulong> c2 = Vector512.Create((ulong)counter.C2);
        Vector512<ulong> c3 = Vector512.Create((ulong)counter.C3);
        Vector512<ulong> m0 = Vector512.Create((ulong)PhiloxRounds.Multiplier0), m1 = Vector512.Create((ulong)PhiloxRounds.Multiplier1);
        uint key0 = (uint)counter.Key, key1 = (uint)(counter.Key >> 32);
        for (int round = 0; round < PhiloxRounds.Count; round++)
        {
            Vector512<ulong> product0 = Product(c0, m0), product1 = Product(c2, m1);
            c0 = (product1 >>> 32) ^ c1 ^ Vector512.Create((ulong)key0);
            c1 = product1;
            c2 = (product0 >>> 32) ^ c3 ^ Vector512.Create((ulong)key1);
            c3 = product0;
            key0 += PhiloxRounds.KeyStep0;
            key1 += PhiloxRounds.KeyStep1;
        }
        Vector512<ulong> low = Vector512.Create((ulong)uint.MaxValue);
        even = new(((c0 & low) | (c2 << 32)).AsUInt32());
        odd = new(((c1 & low) | (c3 << 32)).AsUInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(PhiloxBlocks8 even, PhiloxBlocks8 odd, ref uint destination)
    {
        Avx512F.UnpackLow(even._words, odd._words).StoreUnsafe(ref destination);
        Avx512F.UnpackHigh(even._words, odd._words).StoreUnsafe(ref destination, 16);
    }

    public static PhiloxBlocks8 Create(uint value) => new(Vector512.Create(value));

    public static PhiloxBlocks8 ToFloat(PhiloxBlocks8 integer) => new(Vector512.ConvertToSingle(integer._words.AsInt32()).AsUInt32());

    public static PhiloxBlocks8 Times(PhiloxBlocks8 left, PhiloxBlocks8 right) => new((left.Floats * right.Floats).AsUInt32());

    public static PhiloxBlocks8 Plus(PhiloxBlocks8 left, PhiloxBlocks8 right) => new((left.Floats + right.Floats).AsUInt32());

    public static PhiloxBlocks8 Minus(PhiloxBlocks8 left, PhiloxBlocks8 right) => new((left.Floats - right.Floats).AsUInt32());

    public static PhiloxBlocks8 SquareRoot(PhiloxBlocks8 value) => new(Vector512.Sqrt(value.Floats).AsUInt32());

    public static PhiloxBlocks8 SelectGreater(PhiloxBlocks8 left, PhiloxBlocks8 right, PhiloxBlocks8 yes, PhiloxBlocks8 no) =>
        new(Vector512.ConditionalSelect(
            Vector512.GreaterThan(left._words.AsInt32(), right._words.AsInt32()).AsUInt32(), yes._words, no._words));

    public static PhiloxBlocks8 operator &(PhiloxBlocks8 left, PhiloxBlocks8 right) => new(left._words & right._words);

    public static PhiloxBlocks8 operator |(PhiloxBlocks8 left, PhiloxBlocks8 right) => new(left._words | right._words);

    public static PhiloxBlocks8 operator ^(PhiloxBlocks8 left, PhiloxBlocks8 right) => new(left._words ^ right._words);

    public static PhiloxBlocks8 operator ~(PhiloxBlocks8 value) => new(~value._words);

    public static PhiloxBlocks8 operator +(PhiloxBlocks8 left, PhiloxBlocks8 right) => new(left._words + right._words);

    public static PhiloxBlocks8 operator -(PhiloxBlocks8 left, PhiloxBlocks8 right) => new(left._words - right._words);

    public static PhiloxBlocks8 operator <<(PhiloxBlocks8 value, int shift) => new(value._words << shift);

    public static PhiloxBlocks8 operator >>(PhiloxBlocks8 value, int shift) => new((value._words.AsInt32() >> shift).AsUInt32());

    public static PhiloxBlocks8 operator >>>(PhiloxBlocks8 value, int shift) => new(value._words >>> shift);

    private Vector512<float> Floats => _words.AsSingle();

    // The 64-bit products of the lanes' lower halves.
    private static Vector512<ulong> Product(Vector512<ulong> left, Vector512<ulong> right) =>
        Avx512F.Multiply(left.AsUInt32(), right.AsUInt32());
}
