using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>One sample of a connectionist temporal classification.</summary>
/// <param name="logits">[frames, classes].</param>
/// <param name="frames">How many there are.</param>
/// <param name="classes">How many there are.</param>
/// <param name="labels">The target, without blanks.</param>
/// <param name="count">How many labels.</param>
/// <param name="blank">The class that stands for nothing.</param>
internal readonly unsafe struct CtcSample(float* logits, nint frames, nint classes, long* labels, nint count, int blank)
{
    public readonly float* Logits = logits;
    public readonly nint Frames = frames, Classes = classes, Count = count;
    public readonly long* Labels = labels;
    public readonly int Blank = blank;

    /// <summary>Places: labels with blanks before, between and behind.</summary>
    public nint States => 2 * Count + 1;
}

/// <summary>
/// Connectionist temporal classification by Graves' recursions, a frame after the other, all places of a frame at once. Logarithms are kept
/// near 0: what a frame's largest is, the next subtracts, and a sum in double keeps account. So the error does not grow with the loss.
/// </summary>
internal static unsafe class CtcLoops
{
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;
    const float None = float.NegativeInfinity;

    // Two places before and behind each row are −∞: what would come from outside the target.
    const int Margin = 2;

    /// <summary>Floats of a row of places for so many labels.</summary>
    static nint Pitch(nint labels) => (2 * labels + 1 + 2 * Margin + 15) & ~15;

    /// <summary>Scratch floats of <see cref="Loss"/>.</summary>
    public static nint LossFloats(nint labels) => 4 * Pitch(labels);

    /// <summary>Scratch floats of <see cref="Gradient"/>.</summary>
    public static nint GradientFloats(nint frames, nint labels) => checked((4 + frames) * Pitch(labels));

    /// <summary>−ln p(labels | logits); ∞ where there is no way.</summary>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    public static float Loss<T>(CtcSample sample, float* scratch) where T : unmanaged, IVec<T>
    {
        float* work = stackalloc float[RowReductions.Work];
        nint pitch = Pitch(sample.Count);
        float* skip = scratch + Margin, emission = scratch + pitch;
        Skips(sample, skip);
        return Forward<T>(sample, skip, emission, scratch + 2 * pitch + Margin, pitch, rows: 2, work);
    }

    /// <summary>gradLogits[t, c] = gradLoss·(softmax(logits)[t, c] − the share of the ways that have class c in frame t).</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="gradLoss">The gradient of its loss.</param>
    /// <param name="zeroInfinity">Whether the gradient of an infinite loss is 0; else NaN.</param>
    /// <param name="scratch"><see cref="GradientFloats"/> floats.</param>
    /// <param name="gradLogits">[frames, classes].</param>
    [MethodImpl(Loop)]
    [SkipLocalsInit]
    public static void Gradient<T>(CtcSample sample, float gradLoss, bool zeroInfinity, float* scratch, float* gradLogits)
        where T : unmanaged, IVec<T>
    {
        float* work = stackalloc float[RowReductions.Work];
        nint pitch = Pitch(sample.Count), states = sample.States, classes = sample.Classes;
        float* skip = scratch + Margin, share = scratch + pitch, beta = scratch + 2 * pitch + Margin, on = scratch + 3 * pitch + Margin,
            alpha = scratch + 4 * pitch + Margin;
        Skips(sample, skip);
        float loss = Forward<T>(sample, skip, share, alpha, pitch, rows: sample.Frames, work);
        if (float.IsPositiveInfinity(loss))
        {
            ElementwiseLoops.Fill<T>(zeroInfinity ? 0f : float.NaN, sample.Frames * classes, gradLogits);
            return;
        }
        for (nint s = 0; s < states; s++) beta[s] = s >= states - 2 ? 0f : None;
        T factor = T.Create(gradLoss), none = T.Create(None), zero = T.Create(0f);
        for (nint t = sample.Frames - 1; t >= 0; t--)
        {
            float* row = alpha + t * pitch, target = gradLogits + t * classes;
            for (nint s = 0; s < states; s += T.Count)
            {
                nint n = Math.Min(states - s, T.Count);
                T.Store(T.Load(row + s, n, None) + T.Load(beta + s, n, None), share + s, n);
            }
            // All ways pass each frame at some place: the shares of a frame add up to 1, whatever was subtracted on the way.
            SoftmaxLoops.Softmax<T>(share, 1, states, share);
            SoftmaxLoops.Softmax<T>(sample.Logits + t * classes, 1, classes, target);
            float blanks = share[0];
            for (nint i = 0; i < sample.Count; i++)
            {
                target[sample.Labels[i]] -= share[2 * i + 1];
                blanks += share[2 * i + 2];
            }
            target[sample.Blank] -= blanks;
            for (nint c = 0; c < classes; c += T.Count)
            {
                nint n = Math.Min(classes - c, T.Count);
                T.Store(T.Load(target + c, n, 0f) * factor, target + c, n);
            }
            if (t == 0) break;

            // β of the frame before: on from each place, over this frame.
            float largest = RowReductions.Reduce<T, LargestBody>(beta, states, default, work);
            Emissions<T>(sample, t, largest == None ? 0f : largest, share, work);
            for (nint s = 0; s < states; s += T.Count)
            {
                nint n = Math.Min(states - s, T.Count);
                T.Store(T.Load(beta + s, n, None) + T.Load(share + s, n, None), on + s, n);
            }
            on[states] = on[states + 1] = None;
            for (nint s = 0; s < states; s += T.Count)
            {
                nint n = Math.Min(states - s, T.Count);
                var far = T.Load(on + s + 2, n, None) + T.Load(skip + s + 2, n, None);
                T.Store(Join(T.Load(on + s, n, None), T.Load(on + s + 1, n, None), far, none, zero), beta + s, n);
            }
        }
    }

    /// <summary>Where a place may follow the one before last 0, else −∞.</summary>
    static void Skips(in CtcSample sample, float* skip)
    {
        for (nint s = 0; s < sample.States + Margin; s++)
        {
            nint label = s / 2;
            bool may = (s & 1) == 1 && label > 0 && label < sample.Count && sample.Labels[label] != sample.Labels[label - 1];
            skip[s] = may ? 0f : None;
        }
    }

    /// <summary>Row t of α, or of two that take turns; gives −ln p.</summary>
    [MethodImpl(In)]
    static float Forward<T>(in CtcSample sample, float* skip, float* emission, float* alpha, nint pitch, nint rows, float* work)
        where T : unmanaged, IVec<T>
    {
        nint states = sample.States;
        if (sample.Frames == 0) return sample.Count == 0 ? 0f : float.PositiveInfinity;
        double account = 0;
        float largest = 0f;
        T none = T.Create(None), zero = T.Create(0f);
        float* before = null, row = alpha;
        for (nint t = 0; t < sample.Frames; t++)
        {
            row = alpha + (rows == 2 ? t & 1 : t) * pitch;
            row[-2] = row[-1] = None;
            Emissions<T>(sample, t, largest, emission, work);
            account += largest;
            for (nint s = 0; s < states; s += T.Count)
            {
                nint n = Math.Min(states - s, T.Count);
                var own = T.Load(emission + s, n, 0f);
                if (t > 0)
                {
                    var far = T.Load(before + s - 2, n, None) + T.Load(skip + s, n, None);
                    own = Join(T.Load(before + s, n, None), T.Load(before + s - 1, n, None), far, none, zero) + own;
                }
                T.Store(own, row + s, n);
            }
            // At first only the two first places can be.
            for (nint s = 2; t == 0 && s < states; s++) row[s] += None;
            largest = RowReductions.Reduce<T, LargestBody>(row, states, default, work);
            if (largest == None) largest = 0f;
            before = row;
        }
        float end;
        V1 last = V1.Load(row + states - 1), secondLast = states > 1 ? V1.Load(row + states - 2) : V1.Create(None);
        V1.Store(Join(last, secondLast, V1.Create(None), V1.Create(None), V1.Create(0f)), &end);
        return (float)-(account + end);
    }

    /// <summary>emission[s] = ln p(class of place s in frame t) − shift.</summary>
    [MethodImpl(In)]
    static void Emissions<T>(in CtcSample sample, nint t, float shift, float* emission, float* work) where T : unmanaged, IVec<T>
    {
        float* x = sample.Logits + t * sample.Classes;
        float largest = RowReductions.Reduce<T, LargestBody>(x, sample.Classes, default, work), log;
        float sum = RowReductions.Reduce<T, SumOfExponentialsBody>(x, sample.Classes, new(largest), work);
        V1.Store(VMath.Log(V1.Create(sum)), &log);
        float rest = log + shift, blank = x[sample.Blank] - largest - rest;
        emission[0] = blank;
        for (nint i = 0; i < sample.Count; i++)
        {
            emission[2 * i + 1] = x[sample.Labels[i]] - largest - rest;
            emission[2 * i + 2] = blank;
        }
    }

    /// <summary>ln(eᵃ + eᵇ + eᶜ); −∞ where all are.</summary>
    [MethodImpl(In)]
    static T Join<T>(T a, T b, T c, T none, T zero) where T : unmanaged, IVec<T>
    {
        var largest = VMath.Max(VMath.Max(a, b), c);
        // −∞ − −∞ would be NaN; of a NaN nothing is equal.
        largest = T.Select(T.Equal(largest, none), zero, largest);
        return largest + VMath.Log(VMath.Exp(a - largest) + VMath.Exp(b - largest) + VMath.Exp(c - largest));
    }
}
