using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// The k largest elements in the order in which they stand. Of equal ones (0 and −0 are) the first are kept, and NaN counts as larger than
/// all.
/// </summary>
internal static unsafe class KMaxLoops
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>The k largest of a row; where it is shorter than k, values 0 and places −1 follow.</summary>
    /// <param name="x">The row.</param>
    /// <param name="length">Its elements.</param>
    /// <param name="kept">k.</param>
    /// <param name="heap">Scratch memory: k integers.</param>
    /// <param name="y">The k values.</param>
    /// <param name="places">The k places, ascending.</param>
    [MethodImpl(Loop)]
    public static void Row<T>(float* x, int length, int kept, long* heap, float* y, long* places) where T : unmanaged, IVec<T>
    {
        int count = Math.Min(kept, length);
        for (int i = 0; i < count; i++) heap[i] = Rank(x[i], i);
        if (count < length)
        {
            for (int i = count / 2 - 1; i >= 0; i--) Sink(heap, count, i);
            Select<T>(x, length, heap, count);
        }
        for (int i = 0; i < count; i++) places[i] = Place(heap[i]);
        new Span<long>(places, count).Sort();
        for (int i = 0; i < count; i++) y[i] = x[places[i]];
        new Span<float>(y + count, kept - count).Clear();
        new Span<long>(places + count, kept - count).Fill(-1);
    }

    // Passes over what does not beat the least of the heap. Later elements never win a tie, and nothing beats a NaN.
    [MethodImpl(In)]
    static void Select<T>(float* x, int length, long* heap, int count) where T : unmanaged, IVec<T>
    {
        float least = x[Place(heap[0])];
        int i = count;
        while (i < length && !float.IsNaN(least))
        {
            for (var bound = T.Create(least); i <= length - T.Count && !T.Any(Beats(T.Load(x + i), bound)); i += T.Count) { }
            int end = Math.Min(i + T.Count, length);
            for (; i < end; i++)
            {
                if (x[i] <= least) continue;
                heap[0] = Rank(x[i], i);
                Sink(heap, count, 0);
                least = x[Place(heap[0])];
                if (float.IsNaN(least)) return;
            }
        }
    }

    [MethodImpl(In)]
    static T Beats<T>(T value, T bound) where T : unmanaged, IVec<T> => T.Xor(T.LessOrEqual(value, bound), T.CreateBits(-1));

    /// <summary>The largest element of each channel of a channels-last sequence; value 0 and place −1 where it is empty.</summary>
    /// <param name="x">The first channel of the first step.</param>
    /// <param name="length">Steps.</param>
    /// <param name="pitch">Elements from a step to the next.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="y">The values.</param>
    /// <param name="places">The places.</param>
    [MethodImpl(Loop)]
    public static void OverTime<T>(float* x, int length, nint pitch, nint channels, float* y, long* places) where T : unmanaged, IVec<T>
    {
        nint c = 0;
        for (; c <= channels - T.Count; c += T.Count)
        {
            var (best, at) = Largest<T>(x + c, length, pitch);
            T.Store(best, y + c);
            T.StoreInt64(at, places + c);
        }
        for (; c < channels; c++)
        {
            var (best, at) = Largest<V1>(x + c, length, pitch);
            V1.Store(best, y + c);
            V1.StoreInt64(at, places + c);
        }
    }

    [MethodImpl(In)]
    static (T Best, T At) Largest<T>(float* x, int length, nint pitch) where T : unmanaged, IVec<T>
    {
        if (length == 0) return (T.Create(0f), T.CreateBits(-1));
        var best = T.Load(x);
        T at = T.CreateBits(0), step = at, one = T.CreateBits(1);
        for (int i = 1; i < length; i++)
        {
            x += pitch;
            step = T.AddBits(step, one);
            var v = T.Load(x);
            var takes = T.And(Beats(v, best), T.Equal(best, best));
            best = T.Select(takes, v, best);
            at = T.Select(takes, step, at);
        }
        return (best, at);
    }

    // Value and place in one integer: larger values first, then smaller places.
    [MethodImpl(In)]
    static long Rank(float value, int place)
    {
        // Both zeros are one, and all NaNs are.
        int bits = float.IsNaN(value) ? int.MaxValue : BitConverter.SingleToInt32Bits(value + 0f);
        return (long)(bits ^ (bits >> 31 & int.MaxValue)) << 32 | (uint)~place;
    }

    [MethodImpl(In)]
    static int Place(long rank) => (int)~(uint)rank;

    // Puts the root of a part of the heap in its place; the least of the whole stands at 0.
    static void Sink(long* heap, int count, int at)
    {
        long value = heap[at];
        while (2 * at + 1 < count)
        {
            int child = 2 * at + 1;
            if (child + 1 < count && heap[child + 1] < heap[child]) child++;
            if (heap[child] >= value) break;
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = value;
    }
}
