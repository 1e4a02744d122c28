using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Transposes a matrix of 32-bit elements: what turns row-major images [C, pixels] channels-last and back. Moves bits only, so the
/// instruction set plays no part in results.
/// </summary>
internal static unsafe class TransposeLoops
{
    // 16 rows of 16 elements: a block reads and writes whole cache lines, and its 32 lines stay in L1.
    const int Tile = 16;

    /// <summary>
    /// y[c, r] = x[r, c] for r below <paramref name="rows"/> and c below <paramref name="columns"/>. A row of x is
    /// <paramref name="pitchX"/> elements, a row of y <paramref name="pitchY"/>; cut pieces by shifting x and y.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(uint* x, nint rows, nint columns, nint pitchX, nint pitchY, uint* y)
    {
        // Along the longer side of the destination outermost: its lines are then written one after another.
        for (nint c = 0; c < columns; c += Tile)
        {
            nint width = Math.Min(Tile, columns - c);
            for (nint r = 0; r < rows; r += Tile)
            {
                nint height = Math.Min(Tile, rows - r);
                uint* from = x + r * pitchX + c;
                uint* to = y + c * pitchY + r;
                if (width == Tile && height == Tile && Avx.IsSupported)
                {
                    Square8(from, pitchX, pitchY, to);
                    Square8(from + 8, pitchX, pitchY, to + 8 * pitchY);
                    Square8(from + 8 * pitchX, pitchX, pitchY, to + 8);
                    Square8(from + 8 * pitchX + 8, pitchX, pitchY, to + 8 * pitchY + 8);
                    continue;
                }
                nint i = 0;
                for (; i <= height - 4; i += 4)
                {
                    nint j = 0;
                    for (; j <= width - 4; j += 4) Square4(from + i * pitchX + j, pitchX, pitchY, to + j * pitchY + i);
                    for (; j < width; j++)
                        for (nint k = i; k < i + 4; k++) to[j * pitchY + k] = from[k * pitchX + j];
                }
                for (; i < height; i++)
                    for (nint j = 0; j < width; j++) to[j * pitchY + i] = from[i * pitchX + j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Square4(uint* x, nint pitchX, nint pitchY, uint* y)
    {
        Vector128<uint> a = Vector128.Load(x), b = Vector128.Load(x + pitchX);
        Vector128<uint> c = Vector128.Load(x + 2 * pitchX), d = Vector128.Load(x + 3 * pitchX);
        // Interleave rows 0 and 2, 1 and 3; then the results: row j then holds column j.
        Vector128<uint> ac0 = Zip(a, c, high: false), ac1 = Zip(a, c, high: true);
        Vector128<uint> bd0 = Zip(b, d, high: false), bd1 = Zip(b, d, high: true);
        Zip(ac0, bd0, high: false).Store(y);
        Zip(ac0, bd0, high: true).Store(y + pitchY);
        Zip(ac1, bd1, high: false).Store(y + 2 * pitchY);
        Zip(ac1, bd1, high: true).Store(y + 3 * pitchY);
    }

    /// <summary>Interleaves the low or high halves: a0 b0 a1 b1, or a2 b2 a3 b3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> Zip(Vector128<uint> a, Vector128<uint> b, bool high)
    {
        if (Sse2.IsSupported) return high ? Sse2.UnpackHigh(a, b) : Sse2.UnpackLow(a, b);
        // Shuffle each into its places, then choose: two instructions on NEON and WebAssembly.
        var places = high ? Vector128.Create(2u, 2u, 3u, 3u) : Vector128.Create(0u, 0u, 1u, 1u);
        var even = Vector128.Create(uint.MaxValue, 0u, uint.MaxValue, 0u);
        return Vector128.ConditionalSelect(even, Vector128.Shuffle(a, places), Vector128.Shuffle(b, places));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Square8(uint* x, nint pitchX, nint pitchY, uint* y)
    {
        Vector256<float> r0 = Row(x), r1 = Row(x + pitchX), r2 = Row(x + 2 * pitchX), r3 = Row(x + 3 * pitchX);
        Vector256<float> r4 = Row(x + 4 * pitchX), r5 = Row(x + 5 * pitchX), r6 = Row(x + 6 * pitchX), r7 = Row(x + 7 * pitchX);

        // Pairs of rows, then quadruples, within 128-bit halves; then halves change places.
        Vector256<float> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1), a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> a4 = Avx.UnpackLow(r4, r5), a5 = Avx.UnpackHigh(r4, r5), a6 = Avx.UnpackLow(r6, r7), a7 = Avx.UnpackHigh(r6, r7);
        Vector256<float> b0 = Avx.Shuffle(a0, a2, 0x44), b1 = Avx.Shuffle(a0, a2, 0xEE);
        Vector256<float> b2 = Avx.Shuffle(a1, a3, 0x44), b3 = Avx.Shuffle(a1, a3, 0xEE);
        Vector256<float> b4 = Avx.Shuffle(a4, a6, 0x44), b5 = Avx.Shuffle(a4, a6, 0xEE);
        Vector256<float> b6 = Avx.Shuffle(a5, a7, 0x44), b7 = Avx.Shuffle(a5, a7, 0xEE);
        Put(Avx.Permute2x128(b0, b4, 0x20), y);
        Put(Avx.Permute2x128(b1, b5, 0x20), y + pitchY);
        Put(Avx.Permute2x128(b2, b6, 0x20), y + 2 * pitchY);
        Put(Avx.Permute2x128(b3, b7, 0x20), y + 3 * pitchY);
        Put(Avx.Permute2x128(b0, b4, 0x31), y + 4 * pitchY);
        Put(Avx.Permute2x128(b1, b5, 0x31), y + 5 * pitchY);
        Put(Avx.Permute2x128(b2, b6, 0x31), y + 6 * pitchY);
        Put(Avx.Permute2x128(b3, b7, 0x31), y + 7 * pitchY);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Row(uint* p) => Vector256.Load((float*)p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(Vector256<float> row, uint* p) => row.Store((float*)p);
}
