using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>Which extreme is looked for; constants to the JIT.</summary>
internal interface IExtreme
{
    static abstract bool Smallest { get; }

    /// <summary>Whether the last of equals counts.</summary>
    static abstract bool Last { get; }
}

internal readonly struct FirstLargest : IExtreme
{
    public static bool Smallest => false;
    public static bool Last => false;
}

internal readonly struct LastLargest : IExtreme
{
    public static bool Smallest => false;
    public static bool Last => true;
}

internal readonly struct FirstSmallest : IExtreme
{
    public static bool Smallest => true;
    public static bool Last => false;
}

internal readonly struct LastSmallest : IExtreme
{
    public static bool Smallest => true;
    public static bool Last => true;
}

/// <summary>The places of the largest or smallest elements of rows and of columns. NaN counts as the largest, and as the smallest.
/// </summary>
internal static unsafe class ExtremeLoops
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>y[r] = the place of the extreme of x[r, ·].</summary>
    [MethodImpl(Loop)]
    public static void Rows<T, TExtreme>(float* x, nint rows, nint columns, long* y)
        where T : unmanaged, IVec<T> where TExtreme : struct, IExtreme
    {
        float worst = TExtreme.Smallest ? float.PositiveInfinity : float.NegativeInfinity;
        float* values = stackalloc float[T.Count];
        int* indices = stackalloc int[T.Count];
        int* own = stackalloc int[T.Count];
        for (int i = 0; i < T.Count; i++) own[i] = i;
        for (nint r = 0; r < rows; r++, x += columns)
        {
            T best = T.Create(worst), lanes = T.Load((float*)own), index = lanes;
            // Nothing was taken: the first of equals may be any lane's own place, the last must be a place that was seen.
            var at = TExtreme.Last ? T.CreateBits(-1) : lanes;
            nint i = 0;
            for (; i <= columns - T.Count; i += T.Count, index = T.AddBits(index, T.CreateBits(T.Count)))
            {
                var v = T.Load(x + i);
                var takes = Takes<T, TExtreme>(v, best);
                best = T.Select(takes, v, best);
                at = T.Select(takes, index, at);
            }
            if (i < columns)
            {
                var v = T.Load(x + i, columns - i, worst);
                var takes = Takes<T, TExtreme>(v, best);
                if (TExtreme.Last) takes = T.And(takes, T.LessThan(T.FromInt32Bits(lanes), T.Create(columns - i)));
                best = T.Select(takes, v, best);
                at = T.Select(takes, index, at);
            }
            T.Store(best, values);
            T.Store(at, (float*)indices);
            // A lane beyond the end holds the worst and its own number (of the last of equals −1), which may be no element's.
            int winner = 0;
            for (int lane = 1; lane < T.Count; lane++)
            {
                float v = values[lane], top = values[winner];
                bool leads = TExtreme.Smallest ? v < top : v > top;
                leads |= float.IsNaN(v) && !float.IsNaN(top);
                bool farther = TExtreme.Last ? indices[lane] > indices[winner] : indices[lane] < indices[winner];
                if (leads || (v.Equals(top) || v == top) && farther) winner = lane;
            }
            y[r] = indices[winner];
        }
    }

    /// <summary>
    /// y[i] = the place of the extreme of x[·, i] over the first axis of [length, inner], for <paramref name="count"/> of the inner
    /// elements; a row of x is <paramref name="pitch"/> elements.
    /// </summary>
    [MethodImpl(Loop)]
    public static void Columns<T, TExtreme>(float* x, nint length, nint pitch, nint count, long* y)
        where T : unmanaged, IVec<T> where TExtreme : struct, IExtreme
    {
        nint i = 0;
        for (; i <= count - T.Count; i += T.Count) T.StoreInt64(Column<T, TExtreme>(x + i, length, pitch), y + i);
        for (; i < count; i++) V1.StoreInt64(Column<V1, TExtreme>(x + i, length, pitch), y + i);
    }

    [MethodImpl(In)]
    static T Column<T, TExtreme>(float* x, nint length, nint pitch) where T : unmanaged, IVec<T> where TExtreme : struct, IExtreme
    {
        var best = T.Load(x);
        T at = T.CreateBits(0), index = at;
        for (nint r = 1; r < length; r++)
        {
            var v = T.Load(x + r * pitch);
            index = T.AddBits(index, T.CreateBits(1));
            var takes = Takes<T, TExtreme>(v, best);
            best = T.Select(takes, v, best);
            at = T.Select(takes, index, at);
        }
        return at;
    }

    /// <summary>
    /// Whether an element takes the place of the best before it: it leads, or is as good where the last counts, or is the first NaN.
    /// </summary>
    [MethodImpl(In)]
    static T Takes<T, TExtreme>(T v, T best) where T : unmanaged, IVec<T> where TExtreme : struct, IExtreme
    {
        T low = TExtreme.Smallest ? v : best, high = TExtreme.Smallest ? best : v;
        return TExtreme.Last ? T.Or(T.LessOrEqual(low, high), VMath.IsNaN(v))
            : T.And(T.Or(T.LessThan(low, high), VMath.IsNaN(v)), T.Equal(best, best));
    }
}
