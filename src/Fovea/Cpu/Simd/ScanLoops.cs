using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Cumulative joins and first-order recurrences along rows and columns, in order: the bits do not depend on where the axis lies. A
/// result may lie exactly on an operand.
/// </summary>
internal static unsafe class ScanLoops
{
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    // Rows whose chains of dependent steps overlap.
    const int Together = 4;

    /// <summary>y[r, t] = the join of x[r, i] for i up to t, or below it where exclusive, of <paramref name="first"/> and them.</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="exclusive">Whether an element's own value is left out.</param>
    /// <param name="reverse">Whether it goes from the end to the beginning.</param>
    /// <param name="body">The join.</param>
    /// <param name="first">What stands before the first.</param>
    /// <param name="y">The result.</param>
    [MethodImpl(Loop)]
    public static void Rows<TBody>(float* x, nint rows, nint columns, bool exclusive, bool reverse, TBody body, float first, float* y)
        where TBody : struct, IBinaryBody
    {
        nint step = reverse ? -1 : 1, start = reverse ? columns - 1 : 0;
        for (; rows >= Together; rows -= Together, x += Together * columns, y += Together * columns)
        {
            V1 a = V1.Create(first), b = a, c = a, d = a;
            nint at = start;
            for (nint i = 0; i < columns; i++, at += step)
            {
                V1 a1 = body.Apply(a, V1.Load(x + at)), b1 = body.Apply(b, V1.Load(x + columns + at));
                V1 c1 = body.Apply(c, V1.Load(x + 2 * columns + at)), d1 = body.Apply(d, V1.Load(x + 3 * columns + at));
                V1.Store(exclusive ? a : a1, y + at);
                V1.Store(exclusive ? b : b1, y + columns + at);
                V1.Store(exclusive ? c : c1, y + 2 * columns + at);
                V1.Store(exclusive ? d : d1, y + 3 * columns + at);
                (a, b, c, d) = (a1, b1, c1, d1);
            }
        }
        for (; rows > 0; rows--, x += columns, y += columns)
        {
            var a = V1.Create(first);
            nint at = start;
            for (nint i = 0; i < columns; i++, at += step)
            {
                var next = body.Apply(a, V1.Load(x + at));
                V1.Store(exclusive ? a : next, y + at);
                a = next;
            }
        }
    }

    /// <summary>The same along the first axis of [length, inner], for <paramref name="count"/> of the inner elements.</summary>
    [MethodImpl(Loop)]
    public static void Columns<T, TBody>(float* x, nint length, nint inner, nint count, bool exclusive, bool reverse, TBody body,
        float first, float* y) where T : unmanaged, IVec<T> where TBody : struct, IBinaryBody
    {
        nint step = reverse ? -inner : inner, start = reverse ? (length - 1) * inner : 0;
        for (nint i = 0; i < count; i += T.Count)
        {
            nint n = Math.Min(count - i, T.Count), at = start + i;
            var a = T.Create(first);
            for (nint t = 0; t < length; t++, at += step)
            {
                var next = body.Apply(a, n == T.Count ? T.Load(x + at) : T.Load(x + at, n, 0f));
                var result = exclusive ? a : next;
                if (n == T.Count) T.Store(result, y + at);
                else T.Store(result, y + at, n);
                a = next;
            }
        }
    }

    /// <summary>y[r, t] = x[r, t] + a[r, t] · y[r, t − 1], from 0; reverse: y[r, t + 1].</summary>
    [MethodImpl(Loop)]
    public static void RecurrenceRows(float* x, float* a, nint rows, nint columns, bool reverse, float* y)
    {
        nint step = reverse ? -1 : 1, start = reverse ? columns - 1 : 0;
        for (; rows >= Together; rows -= Together, x += Together * columns, a += Together * columns, y += Together * columns)
        {
            V1 p = V1.Create(0f), q = p, r = p, s = p;
            nint at = start;
            for (nint i = 0; i < columns; i++, at += step)
            {
                p = V1.Fma(V1.Load(a + at), p, V1.Load(x + at));
                q = V1.Fma(V1.Load(a + columns + at), q, V1.Load(x + columns + at));
                r = V1.Fma(V1.Load(a + 2 * columns + at), r, V1.Load(x + 2 * columns + at));
                s = V1.Fma(V1.Load(a + 3 * columns + at), s, V1.Load(x + 3 * columns + at));
                V1.Store(p, y + at);
                V1.Store(q, y + columns + at);
                V1.Store(r, y + 2 * columns + at);
                V1.Store(s, y + 3 * columns + at);
            }
        }
        for (; rows > 0; rows--, x += columns, a += columns, y += columns)
        {
            var p = V1.Create(0f);
            nint at = start;
            for (nint i = 0; i < columns; i++, at += step)
            {
                p = V1.Fma(V1.Load(a + at), p, V1.Load(x + at));
                V1.Store(p, y + at);
            }
        }
    }

    /// <summary>The same along the first axis of [length, inner], for <paramref name="count"/> of the inner elements.</summary>
    [MethodImpl(Loop)]
    public static void RecurrenceColumns<T>(float* x, float* a, nint length, nint inner, nint count, bool reverse, float* y)
        where T : unmanaged, IVec<T>
    {
        nint step = reverse ? -inner : inner, start = reverse ? (length - 1) * inner : 0;
        for (nint i = 0; i < count; i += T.Count)
        {
            nint n = Math.Min(count - i, T.Count), at = start + i;
            var p = T.Create(0f);
            for (nint t = 0; t < length; t++, at += step)
            {
                if (n == T.Count)
                {
                    p = T.Fma(T.Load(a + at), p, T.Load(x + at));
                    T.Store(p, y + at);
                }
                else
                {
                    p = T.Fma(T.Load(a + at, n, 0f), p, T.Load(x + at, n, 0f));
                    T.Store(p, y + at, n);
                }
            }
        }
    }
}
