using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Reductions of [rows, columns] over the rows, such as a bias gradient over pixels. The order is fixed: blocks of <see cref="Block"/>
/// rows, each in row order, joined in a binary tree by index. Columns never meet, so the vector width plays no part.
/// </summary>
internal static unsafe class ColumnReductions
{
    /// <summary>Rows that are joined one after another.</summary>
    public const int Block = 32;

    /// <summary>Rows of a piece: 32 blocks, a whole subtree. Pieces are joined by <see cref="JoinPieces"/>.</summary>
    public const int Piece = 32 * Block;

    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;
    const int Levels = 6;

    /// <summary>The floats of scratch memory of <see cref="ReducePiece"/>: one row for each level of the tree, of whole vectors.</summary>
    public static nint ScratchFloats(nint columns) => Levels * Pitch(columns);

    static nint Pitch(nint columns) => (columns + 15) & ~15;

    /// <summary>y[c] = reduction of x[·, c] over one piece: at most <see cref="Piece"/> rows from a multiple of it.</summary>
    /// <param name="x">The piece's first row.</param>
    /// <param name="rows">The piece's rows.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="pitch">The elements from a row to the next.</param>
    /// <param name="body">How elements are mapped and joined.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    /// <param name="y">The result.</param>
    [MethodImpl(Loop)]
    public static void ReducePiece<T, TBody>(float* x, nint rows, nint columns, nint pitch, TBody body, float* scratch, float* y)
        where T : unmanaged, IVec<T> where TBody : struct, IReduceBody
    {
        if (rows == 0)
        {
            ElementwiseLoops.Fill<T>(body.Identity, columns, y);
            return;
        }
        nint levels = Pitch(columns);
        uint blocks = 0;
        for (nint at = 0; at < rows; at += Block, blocks++)
        {
            float* block = x + at * pitch;
            nint n = Math.Min(Block, rows - at);
            nint c = 0;
            for (; c <= columns - 4 * T.Count; c += 4 * T.Count)
            {
                float* p = block + c;
                T s0 = body.Map(T.Load(p)), s1 = body.Map(T.Load(p + T.Count));
                T s2 = body.Map(T.Load(p + 2 * T.Count)), s3 = body.Map(T.Load(p + 3 * T.Count));
                for (nint r = 1; r < n; r++)
                {
                    p += pitch;
                    s0 = body.Join(s0, body.Map(T.Load(p)));
                    s1 = body.Join(s1, body.Map(T.Load(p + T.Count)));
                    s2 = body.Join(s2, body.Map(T.Load(p + 2 * T.Count)));
                    s3 = body.Join(s3, body.Map(T.Load(p + 3 * T.Count)));
                }
                Carry(s0, blocks, levels, body, scratch + c);
                Carry(s1, blocks, levels, body, scratch + c + T.Count);
                Carry(s2, blocks, levels, body, scratch + c + 2 * T.Count);
                Carry(s3, blocks, levels, body, scratch + c + 3 * T.Count);
            }
            for (; c <= columns - T.Count; c += T.Count)
            {
                float* p = block + c;
                var s = body.Map(T.Load(p));
                for (nint r = 1; r < n; r++) s = body.Join(s, body.Map(T.Load(p + r * pitch)));
                Carry(s, blocks, levels, body, scratch + c);
            }
            if (c >= columns) continue;
            nint tail = columns - c;
            var last = body.Map(T.Load(block + c, tail, body.Fill));
            for (nint r = 1; r < n; r++) last = body.Join(last, body.Map(T.Load(block + c + r * pitch, tail, body.Fill)));
            Carry(last, blocks, levels, body, scratch + c);
        }
        Finish<T, TBody>(blocks, columns, body, scratch, y);
    }

    /// <summary>
    /// Joins pieces [pieces, columns] in a binary tree by index into y[c], divided by <paramref name="divisor"/>; overwrites them.
    /// </summary>
    public static void JoinPieces<T, TBody>(float* pieces, nint count, nint columns, TBody body, float divisor, float* y)
        where T : unmanaged, IVec<T> where TBody : struct, IReduceBody
    {
        for (nint step = 1; step < count; step *= 2)
            for (nint i = 0; i + step < count; i += 2 * step)
                JoinRows<T, TBody>(pieces + i * columns, pieces + (i + step) * columns, columns, body);
        ElementwiseLoops.BinaryScalar<T, DivideBody>(pieces, divisor, columns, default, y);
    }

    /// <summary>a[c] = join of a[c] and b[c].</summary>
    [MethodImpl(Loop)]
    static void JoinRows<T, TBody>(float* a, float* b, nint columns, TBody body)
        where T : unmanaged, IVec<T> where TBody : struct, IReduceBody
    {
        nint c = 0;
        for (; c <= columns - T.Count; c += T.Count) T.Store(body.Join(T.Load(a + c), T.Load(b + c)), a + c);
        for (; c < columns; c++) V1.Store(body.Join(V1.Load(a + c), V1.Load(b + c)), a + c);
    }

    /// <summary>Adds block number <paramref name="blocks"/> to the binary counter: level l's row waits for its right neighbour.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Carry<T, TBody>(T sum, uint blocks, nint pitch, TBody body, float* levels)
        where T : unmanaged, IVec<T> where TBody : struct, IReduceBody
    {
        for (uint bits = blocks; (bits & 1) != 0; bits >>= 1, levels += pitch) sum = body.Join(T.Load(levels), sum);
        T.Store(sum, levels);
    }

    static void Finish<T, TBody>(uint blocks, nint columns, TBody body, float* levels, float* y)
        where T : unmanaged, IVec<T> where TBody : struct, IReduceBody
    {
        // The lowest waiting subtree is the rightmost; each higher one is its left neighbour.
        nint pitch = Pitch(columns);
        for (; (blocks & 1) == 0; blocks >>= 1) levels += pitch;
        while ((blocks >>= 1) != 0)
        {
            float* right = levels;
            for (levels += pitch; (blocks & 1) == 0; blocks >>= 1) levels += pitch;
            JoinRows<T, TBody>(levels, right, columns, body);
        }
        Buffer.MemoryCopy(levels, y, columns * sizeof(float), columns * sizeof(float));
    }
}
