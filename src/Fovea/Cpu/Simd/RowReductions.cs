using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Reductions over contiguous elements. The order of joining is fixed and the same on every width: blocks of <see cref="Block"/> elements,
/// each in 16 virtual lanes (lane j takes elements j, j + 16, … in order), the lanes by halves, the blocks in a binary tree by index.
/// So appended identities change nothing, and pieces of whole trees join to the same bits.
/// </summary>
internal static unsafe class RowReductions
{
    /// <summary>Elements whose lanes are joined in one chain: 16 steps, short enough that the next block's overlap them.</summary>
    public const int Block = 256;

    /// <summary>Elements of a piece of a long reduction: 64 blocks, a whole subtree.</summary>
    public const int Piece = 64 * Block;

    /// <summary>
    /// Scratch floats of <see cref="Reduce"/>: 16 lanes, then one waiting sum for each level of a tree that no memory could outgrow.
    /// </summary>
    public const int Work = 16 + 64;

    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>y[r] = reduction of x[r, ·], divided by <paramref name="divisor"/> (1, or the count for a mean).</summary>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    public static void Rows<T, TBody>(float* x, nint rows, nint columns, TBody body, float divisor, float* y)
        where T : unmanaged, IVec<T> where TBody : struct, IReduceBody
    {
        float* work = stackalloc float[Work];
        for (nint r = 0; r < rows; r++, x += columns) y[r] = Reduce<T, TBody>(x, columns, body, work) / divisor;
    }

    /// <summary>One piece of a long reduction: at most <see cref="Piece"/> elements from a multiple of it.</summary>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    public static float ReducePiece<T, TBody>(float* x, nint count, TBody body)
        where T : unmanaged, IVec<T> where TBody : struct, IReduceBody
    {
        float* work = stackalloc float[Work];
        return Reduce<T, TBody>(x, count, body, work);
    }

    /// <summary>Joins the results of pieces in a binary tree by index; overwrites them. Of none the identity.</summary>
    public static float JoinPieces<TBody>(float* pieces, nint count, TBody body) where TBody : struct, IReduceBody
    {
        for (nint step = 1; step < count; step *= 2)
            for (nint i = 0; i + step < count; i += 2 * step)
                V1.Store(body.Join(V1.Load(pieces + i), V1.Load(pieces + i + step)), pieces + i);
        return count > 0 ? *pieces : body.Identity;
    }

    /// <summary>Reduces a contiguous run of any length, with <see cref="Work"/> floats of scratch memory.</summary>
    [MethodImpl(In)]
    public static float Reduce<T, TBody>(float* x, nint count, TBody body, float* work)
        where T : unmanaged, IVec<T> where TBody : struct, IReduceBody
    {
        if (count <= Block) return count > 0 ? ReduceBlock<T, TBody>(x, count, body, work) : body.Identity;

        // A binary counter: level l holds the subtree over 2^l blocks that waits for its right neighbour.
        float* waiting = work + 16;
        ulong blocks = 0;
        for (nint at = 0; at < count; at += Block, blocks++)
        {
            float sum = ReduceBlock<T, TBody>(x + at, Math.Min(Block, count - at), body, work);
            int level = 0;
            for (ulong bits = blocks; (bits & 1) != 0; bits >>= 1, level++) sum = JoinScalars(waiting[level], sum, body);
            waiting[level] = sum;
        }
        float total = 0;
        bool any = false;
        for (int level = 0; blocks != 0; blocks >>= 1, level++)
        {
            if ((blocks & 1) == 0) continue;
            total = any ? JoinScalars(waiting[level], total, body) : waiting[level];
            any = true;
        }
        return total;
    }

    [MethodImpl(In)]
    static float ReduceBlock<T, TBody>(float* x, nint count, TBody body, float* lanes)
        where T : unmanaged, IVec<T> where TBody : struct, IReduceBody
    {
        for (int lane = 0; lane < 16; lane += T.Count)
        {
            var sum = T.Create(body.Identity);
            nint i = lane;
            for (; i <= count - T.Count; i += 16) sum = body.Join(sum, body.Map(T.Load(x + i)));
            if (i < count) sum = body.Join(sum, body.Map(T.Load(x + i, count - i, body.Fill)));
            T.Store(sum, lanes + lane);
        }
        return JoinLanes(lanes, body);
    }

    /// <summary>Joins 16 lanes by halves: lane j with j + 8, then j + 4, j + 2, j + 1.</summary>
    [MethodImpl(In)]
    public static float JoinLanes<TBody>(float* lanes, TBody body) where TBody : struct, IReduceBody
    {
        var low = body.Join(V128.Load(lanes), V128.Load(lanes + 8));
        var high = body.Join(V128.Load(lanes + 4), V128.Load(lanes + 12));
        var four = body.Join(low, high);
        var two = body.Join(four, V128.UpperHalf(four));
        return V128.First(body.Join(two, V128.Second(two)));
    }

    [MethodImpl(In)]
    static float JoinScalars<TBody>(float a, float b, TBody body) where TBody : struct, IReduceBody
    {
        float joined;
        V1.Store(body.Join(V1.Create(a), V1.Create(b)), &joined);
        return joined;
    }

    /// <summary>Σ a·b, each product fused with its addition; the order is that of <see cref="Reduce"/>.</summary>
    [MethodImpl(In)]
    public static float Dot<T>(float* a, float* b, nint count, float* work) where T : unmanaged, IVec<T>
    {
        float* waiting = work + 16;
        ulong blocks = 0;
        for (nint at = 0; at < count; at += Block, blocks++)
        {
            nint end = Math.Min(at + Block, count);
            for (int lane = 0; lane < 16; lane += T.Count)
            {
                var lanes = T.Create(0f);
                nint i = at + lane;
                for (; i <= end - T.Count; i += 16) lanes = T.Fma(T.Load(a + i), T.Load(b + i), lanes);
                if (i < end) lanes = T.Fma(T.Load(a + i, end - i, 0f), T.Load(b + i, end - i, 0f), lanes);
                T.Store(lanes, work + lane);
            }
            float sum = JoinLanes(work, default(SumBody));
            int level = 0;
            for (ulong bits = blocks; (bits & 1) != 0; bits >>= 1, level++) sum = waiting[level] + sum;
            waiting[level] = sum;
        }
        float total = 0f;
        // Adding to 0 changes no bits: a sum that began at 0 is never −0.
        for (int level = 0; blocks != 0; blocks >>= 1, level++)
            if ((blocks & 1) != 0) total = waiting[level] + total;
        return total;
    }
}
