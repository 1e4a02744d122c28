using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// Layer and root-mean-square normalisation of [rows, columns], each row by its own statistics. Sums over a row are those of
/// <see cref="RowReductions"/>; a row is short enough to be read several times from a near cache.
/// </summary>
/// <remarks>Root-mean-square normalisation is layer normalisation about 0: it takes no mean, and has no shift.</remarks>
internal static unsafe class LayerNormLoops
{
    /// <summary>Rows whose parameter gradients are summed one after another.</summary>
    public const int Block = 32;

    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>The floats of scratch memory of <see cref="GradientBlock"/>.</summary>
    public static nint ScratchFloats(nint columns) => 2 * Pitch(columns);

    static nint Pitch(nint columns) => (columns + 15) & ~15;

    /// <summary>y = (x − mean) / √(variance + epsilon) · scale + shift, row by row; y may be x.</summary>
    /// <param name="x">The first row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">The elements of a row.</param>
    /// <param name="centred">Whether the mean is subtracted; else it counts as 0.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="scale">A row.</param>
    /// <param name="shift">A row, or null for none.</param>
    /// <param name="y">The first row of the result.</param>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    public static void Forward<T>(float* x, nint rows, nint columns, bool centred, float epsilon, float* scale, float* shift, float* y)
        where T : unmanaged, IVec<T>
    {
        float* work = stackalloc float[RowReductions.Work];
        for (nint r = 0; r < rows; r++, x += columns, y += columns)
        {
            var (centre, factor) = Statistics<T>(x, columns, centred, epsilon, work);
            T mean = T.Create(centre), rstd = T.Create(factor);
            nint i = 0;
            for (; i <= columns - T.Count; i += T.Count)
            {
                var normal = (T.Load(x + i) - mean) * rstd;
                T.Store(shift == null ? normal * T.Load(scale + i) : T.Fma(normal, T.Load(scale + i), T.Load(shift + i)), y + i);
            }
            if (i >= columns) continue;
            nint n = columns - i;
            var last = (T.Load(x + i, n, 0f) - mean) * rstd;
            T.Store(shift == null ? last * T.Load(scale + i, n, 0f) : T.Fma(last, T.Load(scale + i, n, 0f), T.Load(shift + i, n, 0f)),
                y + i, n);
        }
    }

    [MethodImpl(In)]
    static (float Mean, float Rstd) Statistics<T>(float* x, nint columns, bool centred, float epsilon, float* work)
        where T : unmanaged, IVec<T>
    {
        float mean = centred ? RowReductions.Reduce<T, SumBody>(x, columns, default, work) / columns : 0f;
        float squares = RowReductions.Reduce<T, SumOfSquaredDeviationsBody>(x, columns, new(mean), work);
        return (mean, 1f / MathF.Sqrt(squares / columns + epsilon));
    }

    /// <summary>
    /// The gradients of at most <see cref="Block"/> rows: dx of each row, and Σ dy·x̂ and Σ dy over the rows, in their order.
    /// </summary>
    /// <param name="x">The first row.</param>
    /// <param name="dy">The first row of the gradient.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">The elements of a row.</param>
    /// <param name="centred">Whether the mean was subtracted.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="scale">A row.</param>
    /// <param name="scratch"><see cref="ScratchFloats"/> floats.</param>
    /// <param name="dx">The first row of the result.</param>
    /// <param name="dscale">Σ dy·x̂, a row.</param>
    /// <param name="dshift">Σ dy, a row, or null if nobody wants it.</param>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    public static void GradientBlock<T>(float* x, float* dy, nint rows, nint columns, bool centred, float epsilon, float* scale,
        float* scratch, float* dx, float* dscale, float* dshift)
        where T : unmanaged, IVec<T>
    {
        float* work = stackalloc float[RowReductions.Work];
        float* normals = scratch, gradients = scratch + Pitch(columns);
        ElementwiseLoops.Fill<T>(0f, columns, dscale);
        if (dshift != null) ElementwiseLoops.Fill<T>(0f, columns, dshift);
        for (nint r = 0; r < rows; r++, x += columns, dy += columns, dx += columns)
        {
            var (centre, factor) = Statistics<T>(x, columns, centred, epsilon, work);
            T mean = T.Create(centre), rstd = T.Create(factor);
            for (nint i = 0; i < columns; i += T.Count)
            {
                nint n = Math.Min(T.Count, columns - i);
                bool whole = n == T.Count;
                var normal = ((whole ? T.Load(x + i) : T.Load(x + i, n, 0f)) - mean) * rstd;
                var g = whole ? T.Load(dy + i) : T.Load(dy + i, n, 0f);
                // The rows of scratch are padded: whole vectors lie in them.
                T.Store(normal, normals + i);
                T.Store(g * (whole ? T.Load(scale + i) : T.Load(scale + i, n, 0f)), gradients + i);
                var sum = T.Fma(g, normal, whole ? T.Load(dscale + i) : T.Load(dscale + i, n, 0f));
                if (whole) T.Store(sum, dscale + i);
                else T.Store(sum, dscale + i, n);
                if (dshift == null) continue;
                sum = g + (whole ? T.Load(dshift + i) : T.Load(dshift + i, n, 0f));
                if (whole) T.Store(sum, dshift + i);
                else T.Store(sum, dshift + i, n);
            }
            var level = T.Create(centred ? RowReductions.Reduce<T, SumBody>(gradients, columns, default, work) / columns : 0f);
            var slope = T.Create(-RowReductions.Dot<T>(gradients, normals, columns, work) / columns);
            for (nint i = 0; i < columns; i += T.Count)
            {
                var value = T.Fma(slope, T.Load(normals + i), T.Load(gradients + i) - level) * rstd;
                if (i <= columns - T.Count) T.Store(value, dx + i);
                else T.Store(value, dx + i, columns - i);
            }
        }
    }

    /// <summary>Σ(x − centre)².</summary>
    readonly struct SumOfSquaredDeviationsBody(float centre) : IReduceBody
    {
        readonly float _centre = centre;
        public float Identity => 0f;
        public float Fill => _centre;

        [MethodImpl(In)]
        public TV Map<TV>(TV x) where TV : unmanaged, IVec<TV>
        {
            var deviation = x - TV.Create(_centre);
            return deviation * deviation;
        }

        [MethodImpl(In)] public TV Join<TV>(TV a, TV b) where TV : unmanaged, IVec<TV> => a + b;
    }
}
