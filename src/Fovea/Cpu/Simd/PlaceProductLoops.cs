using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Sums of products at places that stand alone: y[r, q] = Σ over j ascending of a[r, j, q] · b[j, q], one fused multiply-add accumulator a
/// place, vectors over the places. Rows share b: four of them are summed at once.
/// </summary>
internal static unsafe class PlaceProductLoops
{
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>Computes some rows.</summary>
    /// <param name="a">The first row's first step.</param>
    /// <param name="aRow">Floats from one row to the next.</param>
    /// <param name="aStep">Floats from one step of the sum to the next.</param>
    /// <param name="b">The first step.</param>
    /// <param name="bStep">Floats from one step of the sum to the next.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="steps">Terms of each sum.</param>
    /// <param name="count">Places, adjacent in a, b and y.</param>
    /// <param name="accumulate">Whether the sums go on from what y holds.</param>
    /// <param name="y">The first row.</param>
    /// <param name="yRow">Floats from one row to the next.</param>
    public static void Sum<T>(float* a, nint aRow, nint aStep, float* b, nint bStep, int rows, int steps, nint count, bool accumulate,
        float* y, nint yRow) where T : unmanaged, IVec<T>
    {
        for (; rows >= 4; rows -= 4, a += 4 * aRow, y += 4 * yRow) Four<T>(a, aRow, aStep, b, bStep, steps, count, accumulate, y, yRow);
        for (; rows > 0; rows--, a += aRow, y += yRow) One<T>(a, aStep, b, bStep, steps, count, accumulate, y);
    }

    [MethodImpl(Loop)]
    static void Four<T>(float* a, nint aRow, nint aStep, float* b, nint bStep, int steps, nint count, bool accumulate, float* y, nint yRow)
        where T : unmanaged, IVec<T>
    {
        nint q = 0;
        for (; q + 2 * T.Count <= count; q += 2 * T.Count)
        {
            T s00 = T.Create(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
            float* to = y + q;
            if (accumulate)
            {
                (s00, s01) = (T.Load(to), T.Load(to + T.Count));
                (s10, s11) = (T.Load(to + yRow), T.Load(to + yRow + T.Count));
                (s20, s21) = (T.Load(to + 2 * yRow), T.Load(to + 2 * yRow + T.Count));
                (s30, s31) = (T.Load(to + 3 * yRow), T.Load(to + 3 * yRow + T.Count));
            }
            float* left = a + q, right = b + q;
            for (int j = steps; j > 0; j--, left += aStep, right += bStep)
            {
                T b0 = T.Load(right), b1 = T.Load(right + T.Count);
                float* third = left + 2 * aRow;
                s00 = T.Fma(T.Load(left), b0, s00);
                s01 = T.Fma(T.Load(left + T.Count), b1, s01);
                s10 = T.Fma(T.Load(left + aRow), b0, s10);
                s11 = T.Fma(T.Load(left + aRow + T.Count), b1, s11);
                s20 = T.Fma(T.Load(third), b0, s20);
                s21 = T.Fma(T.Load(third + T.Count), b1, s21);
                s30 = T.Fma(T.Load(third + aRow), b0, s30);
                s31 = T.Fma(T.Load(third + aRow + T.Count), b1, s31);
            }
            T.Store(s00, to);
            T.Store(s01, to + T.Count);
            T.Store(s10, to + yRow);
            T.Store(s11, to + yRow + T.Count);
            T.Store(s20, to + 2 * yRow);
            T.Store(s21, to + 2 * yRow + T.Count);
            T.Store(s30, to + 3 * yRow);
            T.Store(s31, to + 3 * yRow + T.Count);
        }
        if (q < count)
            for (int r = 0; r < 4; r++) One<T>(a + r * aRow + q, aStep, b + q, bStep, steps, count - q, accumulate, y + r * yRow + q);
    }

    [MethodImpl(Loop)]
    static void One<T>(float* a, nint aStep, float* b, nint bStep, int steps, nint count, bool accumulate, float* y)
        where T : unmanaged, IVec<T>
    {
        nint q = 0;
        for (; q + 4 * T.Count <= count; q += 4 * T.Count)
        {
            T s0 = T.Create(0), s1 = s0, s2 = s0, s3 = s0;
            float* to = y + q;
            if (accumulate)
                (s0, s1, s2, s3) = (T.Load(to), T.Load(to + T.Count), T.Load(to + 2 * T.Count), T.Load(to + 3 * T.Count));
            float* left = a + q, right = b + q;
            for (int j = steps; j > 0; j--, left += aStep, right += bStep)
            {
                s0 = T.Fma(T.Load(left), T.Load(right), s0);
                s1 = T.Fma(T.Load(left + T.Count), T.Load(right + T.Count), s1);
                s2 = T.Fma(T.Load(left + 2 * T.Count), T.Load(right + 2 * T.Count), s2);
                s3 = T.Fma(T.Load(left + 3 * T.Count), T.Load(right + 3 * T.Count), s3);
            }
            T.Store(s0, to);
            T.Store(s1, to + T.Count);
            T.Store(s2, to + 2 * T.Count);
            T.Store(s3, to + 3 * T.Count);
        }
        for (; q < count; q += T.Count)
        {
            nint left = Math.Min(T.Count, count - q);
            var sum = accumulate ? T.Load(y + q, left, 0f) : T.Create(0);
            for (int j = 0; j < steps; j++) sum = T.Fma(T.Load(a + j * aStep + q, left, 0f), T.Load(b + j * bStep + q, left, 0f), sum);
            T.Store(sum, y + q, left);
        }
    }
}
