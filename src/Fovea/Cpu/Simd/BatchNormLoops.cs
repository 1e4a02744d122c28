using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Batch normalisation over [rows, channels] (channels-last: a row is a pixel): statistics, the normalisation with what follows it fused,
/// and the two passes of the gradient.
/// </summary>
/// <remarks>
/// Statistics: each block of <see cref="Block"/> rows gives its mean and the sum of squared deviations from it, in two passes over L1;
/// blocks join by Chan's formula in a binary tree by index. So memory is read once, and a large mean costs no digits. Sums for the
/// gradient take the same tree. Rows of scratch memory are padded to whole vectors (<see cref="Pitch"/>).
/// </remarks>
internal static unsafe class BatchNormLoops
{
    /// <summary>Rows that are summed one after another.</summary>
    public const int Block = 32;

    /// <summary>Rows of a piece: 32 blocks, a whole subtree.</summary>
    public const int Piece = 32 * Block;

    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;
    const int Levels = 6;

    /// <summary>The floats of a row of partial results.</summary>
    public static nint Pitch(nint channels) => (channels + 15) & ~15;

    /// <summary>The floats of scratch memory of <see cref="StatisticsPiece"/> and <see cref="GradientSumsPiece"/>.</summary>
    public static nint ScratchFloats(nint channels) => 2 * Levels * Pitch(channels);

    /// <summary>
    /// Mean and sum of squared deviations of each channel over one piece: at most <see cref="Piece"/> rows from a multiple of it, at least
    /// one.
    /// </summary>
    /// <param name="x">The piece's first row.</param>
    /// <param name="rows">The piece's rows.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="rowPitch">The elements from a row to the next: more than the channels where these are a strip.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    /// <param name="mean"><see cref="Pitch"/> floats.</param>
    /// <param name="deviations">Σ(x − mean)², <see cref="Pitch"/> floats.</param>
    [MethodImpl(Loop)]
    public static void StatisticsPiece<T>(float* x, nint rows, nint channels, nint rowPitch, float* scratch, float* mean, float* deviations)
        where T : unmanaged, IVec<T>
    {
        nint pitch = Pitch(channels), level = 2 * pitch;
        uint blocks = 0;
        for (nint at = 0; at < rows; at += Block, blocks++)
        {
            float* block = x + at * rowPitch;
            nint n = Math.Min(Block, rows - at), c = 0;
            // Four vectors at once: whole cache lines of a row, and sums that do not wait for each other.
            for (; c <= channels - 4 * T.Count; c += 4 * T.Count)
            {
                float* p = block + c;
                T a0 = T.Create(0f), a1 = a0, a2 = a0, a3 = a0, count = T.Create((float)n);
                for (nint r = 0; r < n; r++, p += rowPitch)
                {
                    a0 += T.Load(p);
                    a1 += T.Load(p + T.Count);
                    a2 += T.Load(p + 2 * T.Count);
                    a3 += T.Load(p + 3 * T.Count);
                }
                T m0 = a0 / count, m1 = a1 / count, m2 = a2 / count, m3 = a3 / count;
                a0 = a1 = a2 = a3 = T.Create(0f);
                p = block + c;
                for (nint r = 0; r < n; r++, p += rowPitch)
                {
                    T d0 = T.Load(p) - m0, d1 = T.Load(p + T.Count) - m1, d2 = T.Load(p + 2 * T.Count) - m2,
                        d3 = T.Load(p + 3 * T.Count) - m3;
                    a0 = T.Fma(d0, d0, a0);
                    a1 = T.Fma(d1, d1, a1);
                    a2 = T.Fma(d2, d2, a2);
                    a3 = T.Fma(d3, d3, a3);
                }
                Carry(m0, a0, n, blocks, pitch, scratch + c);
                Carry(m1, a1, n, blocks, pitch, scratch + c + T.Count);
                Carry(m2, a2, n, blocks, pitch, scratch + c + 2 * T.Count);
                Carry(m3, a3, n, blocks, pitch, scratch + c + 3 * T.Count);
            }
            for (; c < channels; c += T.Count)
            {
                nint lanes = Math.Min(T.Count, channels - c);
                bool whole = lanes == T.Count;
                float* p = block + c;
                var a = T.Create(0f);
                for (nint r = 0; r < n; r++, p += rowPitch) a += whole ? T.Load(p) : T.Load(p, lanes, 0f);
                var m = a / T.Create((float)n);
                a = T.Create(0f);
                p = block + c;
                for (nint r = 0; r < n; r++, p += rowPitch)
                {
                    var d = (whole ? T.Load(p) : T.Load(p, lanes, 0f)) - m;
                    a = T.Fma(d, d, a);
                }
                Carry(m, a, n, blocks, pitch, scratch + c);
            }
        }

        // What waits now joins from the right: the lowest level holds the last rows.
        float* lowest = scratch;
        float size = Block, missing = blocks * Block - rows;
        uint full = blocks;
        for (; (full & 1) == 0; full >>= 1, size *= 2) lowest += level;
        for (nint c = 0; c < channels; c += T.Count)
        {
            T m = T.Load(lowest + c), s = T.Load(lowest + pitch + c);
            float count = size - missing, left = size * 2;
            float* waiting = lowest + level + c;
            for (uint bits = full >> 1; bits != 0; bits >>= 1, waiting += level, left *= 2)
            {
                if ((bits & 1) == 0) continue;
                Join(T.Load(waiting), T.Load(waiting + pitch), left, ref m, ref s, count);
                count += left;
            }
            T.Store(m, mean + c);
            T.Store(s, deviations + c);
        }
    }

    /// <summary>
    /// Joins pieces [pieces, 2, <see cref="Pitch"/>] (mean, then deviations) in a binary tree by index into the first; overwrites them.
    /// </summary>
    /// <param name="pieces">The pieces, of <see cref="Piece"/> rows each but the last.</param>
    /// <param name="count">How many.</param>
    /// <param name="rows">The rows of all together.</param>
    /// <param name="channels">How many channels.</param>
    public static void JoinStatistics<T>(float* pieces, nint count, nint rows, nint channels) where T : unmanaged, IVec<T>
    {
        nint pitch = Pitch(channels);
        for (nint step = 1; step < count; step *= 2)
            for (nint i = 0; i + step < count; i += 2 * step)
            {
                float* left = pieces + i * 2 * pitch;
                float* right = pieces + (i + step) * 2 * pitch;
                nint rightRows = Math.Min(step * Piece, rows - (i + step) * Piece);
                JoinPiece<T>(left, left + pitch, step * Piece, right, right + pitch, rightRows, channels);
            }
    }

    [MethodImpl(Loop)]
    static void JoinPiece<T>(float* mean, float* deviations, float count, float* otherMean, float* otherDeviations, float otherCount,
        nint channels)
        where T : unmanaged, IVec<T>
    {
        for (nint c = 0; c < channels; c += T.Count)
        {
            T m = T.Load(otherMean + c), s = T.Load(otherDeviations + c);
            Join(T.Load(mean + c), T.Load(deviations + c), count, ref m, ref s, otherCount);
            T.Store(m, mean + c);
            T.Store(s, deviations + c);
        }
    }

    /// <summary>Adds a block of so many rows to the binary counter: waiting left neighbours are full.</summary>
    [MethodImpl(In)]
    static void Carry<T>(T mean, T deviations, nint rows, uint blocks, nint pitch, float* waiting) where T : unmanaged, IVec<T>
    {
        float left = Block, count = rows;
        for (uint bits = blocks; (bits & 1) != 0; bits >>= 1, waiting += 2 * pitch, count += left, left *= 2)
            Join(T.Load(waiting), T.Load(waiting + pitch), left, ref mean, ref deviations, count);
        T.Store(mean, waiting);
        T.Store(deviations, waiting + pitch);
    }

    /// <summary>Chan's formula: the mean and deviations of a left part joined into those of a right part.</summary>
    [MethodImpl(In)]
    static void Join<T>(T leftMean, T leftDeviations, float left, ref T mean, ref T deviations, float right) where T : unmanaged, IVec<T>
    {
        var delta = mean - leftMean;
        float total = left + right;
        mean = T.Fma(delta, T.Create(right / total), leftMean);
        deviations = leftDeviations + deviations + delta * delta * T.Create(left * right / total);
    }

    /// <summary>From sums of squared deviations to the biased variance, in place or not.</summary>
    public static void Variance(float* deviations, nint rows, nint channels, float* variance)
    {
        for (nint c = 0; c < channels; c++) variance[c] = deviations[c] / rows;
    }

    /// <summary>From statistics to the normalisation's constants: factor = scale/√(variance + ε), offset = shift − mean·factor.</summary>
    public static void Finish(float* mean, float* variance, nint channels, float epsilon, float* scale, float* shift, float* factor,
        float* offset)
    {
        for (nint c = 0; c < channels; c++)
        {
            factor[c] = scale[c] / MathF.Sqrt(variance[c] + epsilon);
            offset[c] = shift[c] - mean[c] * factor[c];
        }
    }

    /// <summary>y[r, c] = f(scale[c]·x[r, c] + shift[c]): normalisation and an activation in one pass.</summary>
    [MethodImpl(Loop)]
    public static void Apply<T, TBody>(float* x, nint rows, nint channels, float* scale, float* shift, TBody body, float* y)
        where T : unmanaged, IVec<T> where TBody : struct, IUnaryBody
    {
        for (nint r = 0; r < rows; r++, x += channels, y += channels)
        {
            nint c = 0;
            for (; c <= channels - T.Count; c += T.Count)
                T.Store(body.Apply(T.Fma(T.Load(x + c), T.Load(scale + c), T.Load(shift + c))), y + c);
            if (c >= channels) continue;
            nint n = channels - c;
            T.Store(body.Apply(T.Fma(T.Load(x + c, n, 0f), T.Load(scale + c, n, 0f), T.Load(shift + c, n, 0f))), y + c, n);
        }
    }

    /// <summary>
    /// y[r, c] = (x[r, c] − mean[c])·factor[c] + shift[c]: where the variance is small beside the mean, subtracting first loses nothing.
    /// </summary>
    [MethodImpl(Loop)]
    public static void ApplyCentred<T>(float* x, nint rows, nint channels, float* mean, float* factor, float* shift, float* y)
        where T : unmanaged, IVec<T>
    {
        for (nint r = 0; r < rows; r++, x += channels, y += channels)
        {
            nint c = 0;
            for (; c <= channels - T.Count; c += T.Count)
                T.Store(T.Fma(T.Load(x + c) - T.Load(mean + c), T.Load(factor + c), T.Load(shift + c)), y + c);
            if (c >= channels) continue;
            nint n = channels - c;
            T.Store(T.Fma(T.Load(x + c, n, 0f) - T.Load(mean + c, n, 0f), T.Load(factor + c, n, 0f), T.Load(shift + c, n, 0f)), y + c, n);
        }
    }

    /// <summary>
    /// As <see cref="Apply"/>, with <paramref name="fold"/> rows taken as one: the constants stand there as often. Few channels fill whole
    /// vectors so.
    /// </summary>
    public static void ApplyFolded<T, TBody>(float* x, nint rows, nint channels, int fold, float* scale, float* shift, TBody body, float* y)
        where T : unmanaged, IVec<T> where TBody : struct, IUnaryBody
    {
        nint whole = rows / fold, rest = whole * fold * channels;
        Apply<T, TBody>(x, whole, channels * fold, scale, shift, body, y);
        Apply<T, TBody>(x + rest, rows - whole * fold, channels, scale, shift, body, y + rest);
    }

    /// <summary>y[r, c] = f(scale[c]·x[r, c] + shift[c] + residual[r, c]): the end of a residual block in one pass.</summary>
    [MethodImpl(Loop)]
    public static void ApplyAdd<T, TBody>(float* x, float* residual, nint rows, nint channels, float* scale, float* shift, TBody body,
        float* y)
        where T : unmanaged, IVec<T> where TBody : struct, IUnaryBody
    {
        for (nint r = 0; r < rows; r++, x += channels, residual += channels, y += channels)
        {
            nint c = 0;
            for (; c <= channels - T.Count; c += T.Count)
                T.Store(body.Apply(T.Fma(T.Load(x + c), T.Load(scale + c), T.Load(shift + c)) + T.Load(residual + c)), y + c);
            if (c >= channels) continue;
            nint n = channels - c;
            var v = T.Fma(T.Load(x + c, n, 0f), T.Load(scale + c, n, 0f), T.Load(shift + c, n, 0f)) + T.Load(residual + c, n, 0f);
            T.Store(body.Apply(v), y + c, n);
        }
    }

    /// <summary>
    /// Over one piece the sums Σg and Σg·(x − mean) of each channel, where g is gradY, or, with the output y of a fused ReLU, gradY where
    /// y &gt; 0.
    /// </summary>
    /// <param name="x">The input's rows.</param>
    /// <param name="gradY">The gradient's rows.</param>
    /// <param name="y">The output's rows if a ReLU was fused, else null.</param>
    /// <param name="rows">At most <see cref="Piece"/>, at least 1.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="rowPitch">The elements from a row to the next.</param>
    /// <param name="mean">The batch's mean of these channels.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    /// <param name="sums">Σg, <see cref="Pitch"/> floats.</param>
    /// <param name="products">Σg·(x − mean), <see cref="Pitch"/> floats.</param>
    [MethodImpl(Loop)]
    public static void GradientSumsPiece<T>(float* x, float* gradY, float* y, nint rows, nint channels, nint rowPitch, float* mean,
        float* scratch, float* sums, float* products)
        where T : unmanaged, IVec<T>
    {
        nint pitch = Pitch(channels), level = 2 * pitch;
        uint blocks = 0;
        var zero = T.Create(0f);
        for (nint at = 0; at < rows; at += Block, blocks++)
        {
            nint n = Math.Min(Block, rows - at), c = 0;
            for (; c <= channels - 2 * T.Count; c += 2 * T.Count)
            {
                T m0 = T.Load(mean + c), m1 = T.Load(mean + c + T.Count), s0 = zero, s1 = zero, d0 = zero, d1 = zero;
                nint offset = at * rowPitch + c;
                for (nint r = 0; r < n; r++, offset += rowPitch)
                {
                    T g0 = T.Load(gradY + offset), g1 = T.Load(gradY + offset + T.Count);
                    if (y != null)
                    {
                        g0 = T.And(T.LessThan(zero, T.Load(y + offset)), g0);
                        g1 = T.And(T.LessThan(zero, T.Load(y + offset + T.Count)), g1);
                    }
                    s0 += g0;
                    s1 += g1;
                    d0 = T.Fma(g0, T.Load(x + offset) - m0, d0);
                    d1 = T.Fma(g1, T.Load(x + offset + T.Count) - m1, d1);
                }
                Carry(s0, d0, blocks, pitch, scratch + c);
                Carry(s1, d1, blocks, pitch, scratch + c + T.Count);
            }
            for (; c < channels; c += T.Count)
            {
                nint lanes = Math.Min(T.Count, channels - c), offset = at * rowPitch + c;
                bool whole = lanes == T.Count;
                var m = whole ? T.Load(mean + c) : T.Load(mean + c, lanes, 0f);
                T s = zero, d = zero;
                for (nint r = 0; r < n; r++, offset += rowPitch)
                {
                    var g = whole ? T.Load(gradY + offset) : T.Load(gradY + offset, lanes, 0f);
                    if (y != null) g = T.And(T.LessThan(zero, whole ? T.Load(y + offset) : T.Load(y + offset, lanes, 0f)), g);
                    s += g;
                    d = T.Fma(g, (whole ? T.Load(x + offset) : T.Load(x + offset, lanes, 0f)) - m, d);
                }
                Carry(s, d, blocks, pitch, scratch + c);
            }
        }
        for (nint c = 0; c < channels; c += T.Count)
        {
            T s = zero, d = zero;
            float* waiting = scratch + c;
            for (uint bits = blocks; bits != 0; bits >>= 1, waiting += level)
            {
                if ((bits & 1) == 0) continue;
                s = T.Load(waiting) + s;
                d = T.Load(waiting + pitch) + d;
            }
            T.Store(s, sums + c);
            T.Store(d, products + c);
        }
    }

    /// <summary>Adds a block's two sums to the binary counter.</summary>
    [MethodImpl(In)]
    static void Carry<T>(T sum, T product, uint blocks, nint pitch, float* waiting) where T : unmanaged, IVec<T>
    {
        for (uint bits = blocks; (bits & 1) != 0; bits >>= 1, waiting += 2 * pitch)
        {
            sum = T.Load(waiting) + sum;
            product = T.Load(waiting + pitch) + product;
        }
        T.Store(sum, waiting);
        T.Store(product, waiting + pitch);
    }

    /// <summary>
    /// Joins pieces [pieces, 2, <see cref="Pitch"/>] of gradient sums in a binary tree by index into the first; overwrites them.
    /// </summary>
    public static void JoinGradientSums<T>(float* pieces, nint count, nint channels) where T : unmanaged, IVec<T>
    {
        nint row = 2 * Pitch(channels);
        for (nint step = 1; step < count; step *= 2)
            for (nint i = 0; i + step < count; i += 2 * step)
                ElementwiseLoops.Binary<T, AddBody>(pieces + i * row, pieces + (i + step) * row, row, default, pieces + i * row);
    }

    /// <summary>
    /// The gradient's constants: with rstd = 1/√(variance + ε), gradX = a·g + (b·(x − mean) + k) for a = scale·rstd, b = −a·rstd²·Σg(x −
    /// mean)/rows and k = −a·Σg/rows; and the parameters' gradients, gradScale = rstd·Σg(x − mean) and gradShift = Σg.
    /// </summary>
    public static void FinishGradient(float* sums, float* products, float* scale, float* variance, float epsilon, nint rows, nint channels,
        float* a, float* b, float* k, float* gradScale, float* gradShift)
    {
        for (nint c = 0; c < channels; c++)
        {
            float rstd = 1f / MathF.Sqrt(variance[c] + epsilon);
            gradShift[c] = sums[c];
            gradScale[c] = products[c] * rstd;
            a[c] = scale[c] * rstd;
            b[c] = -a[c] * rstd * (gradScale[c] / rows);
            k[c] = -a[c] * (sums[c] / rows);
        }
    }

    /// <summary>
    /// gradX = a·g + (b·(x − mean) + k), with g as in <see cref="GradientSumsPiece"/>. Where <paramref name="gradResidual"/> is not null g
    /// itself is stored there: the gradient of what a fused addition added.
    /// </summary>
    [MethodImpl(Loop)]
    public static void ApplyGradient<T>(float* x, float* gradY, float* y, nint rows, nint channels, float* mean, float* a, float* b,
        float* k, float* gradResidual, float* gradX) where T : unmanaged, IVec<T>
    {
        var zero = T.Create(0f);
        for (nint r = 0, row = 0; r < rows; r++, row += channels)
            for (nint c = 0; c < channels; c += T.Count)
            {
                nint n = Math.Min(T.Count, channels - c), i = row + c;
                if (n == T.Count)
                {
                    var g = T.Load(gradY + i);
                    if (y != null) g = T.And(T.LessThan(zero, T.Load(y + i)), g);
                    if (gradResidual != null) T.Store(g, gradResidual + i);
                    T.Store(T.Fma(T.Load(a + c), g, T.Fma(T.Load(b + c), T.Load(x + i) - T.Load(mean + c), T.Load(k + c))), gradX + i);
                    continue;
                }
                var h = T.Load(gradY + i, n, 0f);
                if (y != null) h = T.And(T.LessThan(zero, T.Load(y + i, n, 0f)), h);
                if (gradResidual != null) T.Store(h, gradResidual + i, n);
                var deviation = T.Load(x + i, n, 0f) - T.Load(mean + c, n, 0f);
                T.Store(T.Fma(T.Load(a + c, n, 0f), h, T.Fma(T.Load(b + c, n, 0f), deviation, T.Load(k + c, n, 0f))), gradX + i, n);
            }
    }
}
