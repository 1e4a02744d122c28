using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Cpu.Kernels;

namespace Fovea.Cpu.Simd;

/// <summary>What a cross-entropy aims at: t[c] = w[c] · ((1 − Smoothing) · [c = label] + Smoothing / columns).</summary>
/// <param name="smoothing">How much is shared out over all classes.</param>
/// <param name="ignored">A label that means none; negative ones do, too.</param>
/// <param name="weights">w, one number a class; null for 1.</param>
internal readonly unsafe struct CrossEntropyTarget(float smoothing, long ignored = -1, float* weights = null)
{
    public readonly float Smoothing = smoothing;
    public readonly long Ignored = ignored;
    public readonly float* Weights = weights;

    /// <summary>Scratch floats of a row's loss.</summary>
    public nint ScratchFloats(nint columns) => Weights != null && Smoothing != 0f ? columns : 0;
}

/// <summary>
/// The cross-entropy of logits and its gradient over the contiguous last axis of [rows, columns]. The largest element is subtracted first,
/// so nothing overflows; sums over a row are those of <see cref="RowReductions"/>.
/// </summary>
internal static unsafe class CrossEntropyLoops
{
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>loss[r] = −Σ t · ln p[r, ·] for p = softmax(logits); 0 where there is no label.</summary>
    /// <param name="logits">[rows, columns].</param>
    /// <param name="labels">One a row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">How many classes.</param>
    /// <param name="target">t.</param>
    /// <param name="scratch"><see cref="CrossEntropyTarget.ScratchFloats"/> floats.</param>
    /// <param name="loss">One a row.</param>
    /// <exception cref="ArgumentException">A label is no class.</exception>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    public static void Loss<T, TLabel>(float* logits, TLabel* labels, nint rows, nint columns, CrossEntropyTarget target, float* scratch,
        float* loss) where T : unmanaged, IVec<T> where TLabel : unmanaged, IBinaryInteger<TLabel>
    {
        float* work = stackalloc float[RowReductions.Work];
        float smoothing = target.Smoothing;
        for (nint r = 0; r < rows; r++, logits += columns)
        {
            long label = long.CreateTruncating(labels[r]);
            if (!LabelledRow.IsLabel(label, target.Ignored, columns))
            {
                loss[r] = 0f;
                continue;
            }
            float largest = RowReductions.Reduce<T, LargestBody>(logits, columns, default, work);
            float sum = RowReductions.Reduce<T, SumOfExponentialsBody>(logits, columns, new(largest), work);
            float log;
            V1.Store(VMath.Log(V1.Create(sum)), &log);
            if (target.Weights == null)
            {
                float value = log - (1f - smoothing) * (logits[label] - largest);
                if (smoothing != 0f)
                    value -= smoothing / columns * RowReductions.Reduce<T, SumOfDeviationsBody>(logits, columns, new(largest), work);
                loss[r] = value;
                continue;
            }
            float weighted = (1f - smoothing) * (target.Weights[label] * (log - (logits[label] - largest)));
            if (smoothing != 0f) weighted += smoothing / columns * Surprise<T>(logits, columns, largest, log, target.Weights, scratch);
            loss[r] = weighted;
        }
    }

    /// <summary>Σ weights·(log − (logits − largest)).</summary>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    static float Surprise<T>(float* logits, nint columns, float largest, float log, float* weights, float* scratch)
        where T : unmanaged, IVec<T>
    {
        float* work = stackalloc float[RowReductions.Work];
        T shift = T.Create(largest), logarithm = T.Create(log);
        nint i = 0;
        for (; i <= columns - T.Count; i += T.Count) T.Store(logarithm - (T.Load(logits + i) - shift), scratch + i);
        if (i < columns) T.Store(logarithm - (T.Load(logits + i, columns - i, 0f) - shift), scratch + i, columns - i);
        return RowReductions.Dot<T>(weights, scratch, columns, work);
    }

    /// <summary>gradLogits[r, c] = gradLoss[r]·(p[r, c]·Σ t − t[c]); 0 where there is no label.</summary>
    /// <exception cref="ArgumentException">A label is no class.</exception>
    [MethodImpl(Loop)]
    public static void Gradient<T, TLabel>(float* logits, TLabel* labels, float* gradLoss, nint rows, nint columns,
        CrossEntropyTarget target, float* gradLogits) where T : unmanaged, IVec<T> where TLabel : unmanaged, IBinaryInteger<TLabel>
    {
        // Without smoothing the weights of other classes are multiplied by 0: they are not read, whatever they are.
        float* weights = target.Weights, spread = target.Smoothing == 0f ? null : weights;
        float smoothing = target.Smoothing, even = smoothing / columns;
        float evenTotal = spread == null ? 0f : even * RowReductions.ReducePiece<T, SumBody>(spread, columns, default);
        for (nint r = 0; r < rows; r++, logits += columns, gradLogits += columns)
        {
            long label = long.CreateTruncating(labels[r]);
            if (!LabelledRow.IsLabel(label, target.Ignored, columns))
            {
                ElementwiseLoops.Fill<T>(0f, columns, gradLogits);
                continue;
            }
            float largest = RowReductions.ReducePiece<T, LargestBody>(logits, columns, default);
            float sum = RowReductions.ReducePiece<T, SumOfExponentialsBody>(logits, columns, new(largest));
            float atLabel = weights == null ? 1f - smoothing : (1f - smoothing) * weights[label];
            float total = weights == null ? 1f : atLabel + evenTotal;
            GradientRow<T>(logits, columns, label, largest, total / sum, even, spread, atLabel, gradLoss[r], gradLogits);
        }
    }

    // Methods of their own: in one with all the reductions the compiler would give up inlining, and the exponential would be calls.
    [MethodImpl(Loop)]
    static void GradientRow<T>(float* logits, nint columns, long label, float largest, float scale, float even, float* spread,
        float atLabel, float gradient, float* gradLogits) where T : unmanaged, IVec<T>
    {
        float* numbers = stackalloc float[T.Count];
        for (int lane = 0; lane < T.Count; lane++) numbers[lane] = lane;
        T number = T.Load(numbers), step = T.Create(T.Count), place = T.Create(label), none = T.Create(0f);
        T shift = T.Create(largest), factor = T.Create(scale), everywhere = T.Create(-even), chosen = T.Create(atLabel);
        // The gradient comes last, so that an infinite one meets a difference, not two infinities.
        T last = T.Create(gradient);
        nint i = 0;
        for (; i <= columns - T.Count; i += T.Count, number += step)
        {
            var share = spread == null ? everywhere : everywhere * T.Load(spread + i);
            var y = T.Fma(VMath.Exp(T.Load(logits + i) - shift), factor, share) - T.Select(T.Equal(number, place), chosen, none);
            T.Store(y * last, gradLogits + i);
        }
        if (i < columns)
        {
            nint n = columns - i;
            var share = spread == null ? everywhere : everywhere * T.Load(spread + i, n, 0f);
            var y = T.Fma(VMath.Exp(T.Load(logits + i, n, 0f) - shift), factor, share) - T.Select(T.Equal(number, place), chosen, none);
            T.Store(y * last, gradLogits + i, n);
        }
    }

    /// <summary>Σ(x − shift).</summary>
    readonly struct SumOfDeviationsBody(float shift) : IReduceBody
    {
        readonly float _shift = shift;
        public float Identity => 0f;
        public float Fill => _shift;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] public TV Map<TV>(TV x) where TV : unmanaged, IVec<TV> => x - TV.Create(_shift);
        [MethodImpl(MethodImplOptions.AggressiveInlining)] public TV Join<TV>(TV a, TV b) where TV : unmanaged, IVec<TV> => a + b;
    }
}
