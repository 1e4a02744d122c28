using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Softmax, its logarithm and their gradients over the contiguous last axis of [rows, columns]; and softmax over the middle axis of
/// [channels, inner]. The largest element is subtracted first, so nothing overflows.
/// </summary>
/// <remarks>Sums over a row are those of <see cref="RowReductions"/>; sums over channels run in order. A destination may be the
/// source.</remarks>
internal static unsafe class SoftmaxLoops
{
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>y[r, c] = e^x[r, c] / Σ e^x[r, ·].</summary>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    public static void Softmax<T>(float* x, nint rows, nint columns, float* y) where T : unmanaged, IVec<T>
    {
        float* work = stackalloc float[RowReductions.Work];
        if (columns <= 16)
        {
            ShortRows<T>(x, rows, columns, work, y);
            return;
        }
        for (nint r = 0; r < rows; r++, x += columns, y += columns)
        {
            var largest = T.Create(RowReductions.Reduce<T, LargestBody>(x, columns, default, work));
            nint i = 0;
            for (; i <= columns - T.Count; i += T.Count) T.Store(VMath.Exp(T.Load(x + i) - largest), y + i);
            if (i < columns) T.Store(VMath.Exp(T.Load(x + i, columns - i, 0f) - largest), y + i, columns - i);

            var sum = T.Create(RowReductions.Reduce<T, SumBody>(y, columns, default, work));
            for (i = 0; i <= columns - T.Count; i += T.Count) T.Store(T.Load(y + i) / sum, y + i);
            if (i < columns) T.Store(T.Load(y + i, columns - i, 0f) / sum, y + i, columns - i);
        }
    }

    /// <summary>
    /// Softmax of rows of at most 16 elements, which are their own lanes: e^x waits in the scratch memory as whole vectors, because a
    /// partly stored vector cannot be loaded again without a stall. The bits are those of longer rows' code.
    /// </summary>
    [MethodImpl(Loop)]
    static void ShortRows<T>(float* x, nint rows, nint columns, float* work, float* y) where T : unmanaged, IVec<T>
    {
        float* kept = work + 16;
        for (nint r = 0; r < rows; r++, x += columns, y += columns)
        {
            for (int lane = 0; lane < 16; lane += T.Count)
                T.Store(lane < columns ? T.Load(x + lane, Math.Min(T.Count, columns - lane), float.NegativeInfinity)
                    : T.Create(float.NegativeInfinity), kept + lane);
            for (int lane = 0; lane < 16; lane += T.Count)
                T.Store(VMath.Max(T.Create(float.NegativeInfinity), T.Load(kept + lane)), work + lane);
            var largest = T.Create(RowReductions.JoinLanes(work, default(LargestBody)));
            for (int lane = 0; lane < 16; lane += T.Count)
            {
                var e = VMath.Exp(T.Load(kept + lane) - largest);
                T.Store(e, kept + lane);
                T.Store(lane < columns ? e : T.Create(0f), work + lane);
            }
            var sum = T.Create(RowReductions.JoinLanes(work, default(SumBody)));
            for (int lane = 0; lane < columns; lane += T.Count)
                T.Store(T.Load(kept + lane) / sum, y + lane, Math.Min(T.Count, columns - lane));
        }
    }

    /// <summary>y[r, c] = x[r, c] − ln Σ e^x[r, ·].</summary>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    public static void LogSoftmax<T>(float* x, nint rows, nint columns, float* y) where T : unmanaged, IVec<T>
    {
        float* work = stackalloc float[RowReductions.Work];
        for (nint r = 0; r < rows; r++, x += columns, y += columns)
        {
            float largest = RowReductions.Reduce<T, LargestBody>(x, columns, default, work);
            float sum = RowReductions.Reduce<T, SumOfExponentialsBody>(x, columns, new(largest), work);
            T shift = T.Create(largest), logarithm = VMath.Log(T.Create(sum));
            nint i = 0;
            for (; i <= columns - T.Count; i += T.Count) T.Store(T.Load(x + i) - shift - logarithm, y + i);
            if (i < columns) T.Store(T.Load(x + i, columns - i, 0f) - shift - logarithm, y + i, columns - i);
        }
    }

    /// <summary>y[r] = ln Σ e^x[r, ·]. An infinite largest element is not taken out: ∞ − ∞ would be NaN.</summary>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    public static void LogSumExp<T>(float* x, nint rows, nint columns, float* y) where T : unmanaged, IVec<T>
    {
        float* work = stackalloc float[RowReductions.Work];
        for (nint r = 0; r < rows; r++, x += columns)
        {
            float largest = RowReductions.Reduce<T, LargestBody>(x, columns, default, work), log;
            float shift = float.IsInfinity(largest) ? 0f : largest;
            float sum = RowReductions.Reduce<T, SumOfExponentialsBody>(x, columns, new(shift), work);
            V1.Store(VMath.Log(V1.Create(sum)), &log);
            y[r] = log + shift;
        }
    }

    /// <summary>
    /// y[i] = ln Σ e^x[·, i] over the first axis of [channels, inner], for <paramref name="count"/> of the inner elements; a row of x is
    /// <paramref name="pitch"/> elements.
    /// </summary>
    [MethodImpl(Loop)]
    public static void LogSumExpOverChannels<T>(float* x, nint channels, nint pitch, nint count, float* y) where T : unmanaged, IVec<T>
    {
        for (nint i = 0; i < count; i += T.Count)
        {
            nint n = Math.Min(count - i, T.Count);
            var largest = T.Create(float.NegativeInfinity);
            for (nint c = 0; c < channels; c++) largest = VMath.Max(largest, T.Load(x + c * pitch + i, n, 0f));
            var shift = T.Select(T.Equal(T.Abs(largest), T.Create(float.PositiveInfinity)), T.Create(0f), largest);
            var sum = T.Create(0f);
            for (nint c = 0; c < channels; c++) sum += VMath.Exp(T.Load(x + c * pitch + i, n, 0f) - shift);
            T.Store(VMath.Log(sum) + shift, y + i, n);
        }
    }

    /// <summary>Of softmax's result y and its gradient: gradX = y·(gradY − Σ gradY·y).</summary>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    public static void SoftmaxGradient<T>(float* y, float* gradY, nint rows, nint columns, float* gradX) where T : unmanaged, IVec<T>
    {
        float* work = stackalloc float[RowReductions.Work];
        for (nint r = 0; r < rows; r++, y += columns, gradY += columns, gradX += columns)
        {
            var dot = T.Create(RowReductions.Dot<T>(y, gradY, columns, work));
            nint i = 0;
            for (; i <= columns - T.Count; i += T.Count) T.Store(T.Load(y + i) * (T.Load(gradY + i) - dot), gradX + i);
            if (i < columns) T.Store(T.Load(y + i, columns - i, 0f) * (T.Load(gradY + i, columns - i, 0f) - dot), gradX + i, columns - i);
        }
    }

    /// <summary>Of log-softmax's result y and its gradient: gradX = gradY − e^y·Σ gradY.</summary>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    public static void LogSoftmaxGradient<T>(float* y, float* gradY, nint rows, nint columns, float* gradX) where T : unmanaged, IVec<T>
    {
        float* work = stackalloc float[RowReductions.Work];
        for (nint r = 0; r < rows; r++, y += columns, gradY += columns, gradX += columns)
        {
            var sum = T.Create(RowReductions.Reduce<T, SumBody>(gradY, columns, default, work));
            nint i = 0;
            for (; i <= columns - T.Count; i += T.Count) T.Store(T.Load(gradY + i) - VMath.Exp(T.Load(y + i)) * sum, gradX + i);
            if (i >= columns) continue;
            T.Store(T.Load(gradY + i, columns - i, 0f) - VMath.Exp(T.Load(y + i, columns - i, 0f)) * sum, gradX + i, columns - i);
        }
    }

    /// <summary>
    /// Softmax (or its logarithm) over the first axis of [channels, inner], for <paramref name="count"/> of the inner elements from x on:
    /// what a row-major image's channel axis needs. A row of x is <paramref name="pitch"/> elements.
    /// </summary>
    [MethodImpl(Loop)]
    public static void OverChannels<T>(float* x, nint channels, nint pitch, nint count, bool logarithm, float* y)
        where T : unmanaged, IVec<T>
    {
        for (nint i = 0; i < count; i += T.Count)
        {
            nint n = Math.Min(count - i, T.Count);
            var largest = T.Create(float.NegativeInfinity);
            for (nint c = 0; c < channels; c++) largest = VMath.Max(largest, T.Load(x + c * pitch + i, n, 0f));
            var sum = T.Create(0f);
            for (nint c = 0; c < channels; c++) sum += VMath.Exp(T.Load(x + c * pitch + i, n, 0f) - largest);
            var log = VMath.Log(sum);
            for (nint c = 0; c < channels; c++)
            {
                var shifted = T.Load(x + c * pitch + i, n, 0f) - largest;
                T.Store(logarithm ? shifted - log : VMath.Exp(shifted) / sum, y + c * pitch + i, n);
            }
        }
    }
}
