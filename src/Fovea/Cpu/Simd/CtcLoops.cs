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
    // Loops are methods of their own: in one with all of them the compiler would give up inlining, and exponentials would be calls.
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
    public static float Loss<T>(CtcSample sample, float* scratch) where T : unmanaged, IVec<T>
    {
        nint pitch = Pitch(sample.Count);
        float* skip = scratch + Margin, emission = scratch + pitch;
        Skips(sample, skip);
        return Forward<T>(sample, skip, emission, scratch + 2 * pitch + Margin, pitch, rows: 2);
    }

    /// <summary>gradLogits[t, c] = gradLoss·(softmax(logits)[t, c] − the share of the ways that have class c in frame t).</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="gradLoss">The gradient of its loss.</param>
    /// <param name="zeroInfinity">Whether the gradient of an infinite loss is 0; else NaN.</param>
    /// <param name="scratch"><see cref="GradientFloats"/> floats.</param>
    /// <param name="gradLogits">[frames, classes].</param>
    public static void Gradient<T>(CtcSample sample, float gradLoss, bool zeroInfinity, float* scratch, float* gradLogits)
        where T : unmanaged, IVec<T>
    {
        nint pitch = Pitch(sample.Count), states = sample.States, classes = sample.Classes;
        float* skip = scratch + Margin, share = scratch + pitch, beta = scratch + 2 * pitch + Margin, on = scratch + 3 * pitch + Margin,
            alpha = scratch + 4 * pitch + Margin;
        Skips(sample, skip);
        float loss = Forward<T>(sample, skip, share, alpha, pitch, rows: sample.Frames);
        if (float.IsPositiveInfinity(loss))
        {
            ElementwiseLoops.Fill<T>(zeroInfinity ? 0f : float.NaN, sample.Frames * classes, gradLogits);
            return;
        }
        for (nint s = 0; s < states; s++) beta[s] = s >= states - 2 ? 0f : None;
        for (nint t = sample.Frames - 1; t >= 0; t--)
        {
            float* target = gradLogits + t * classes;
            ElementwiseLoops.Binary<T, AddBody>(alpha + t * pitch, beta, states, default, share);
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
            ElementwiseLoops.BinaryScalar<T, MultiplyBody>(target, gradLoss, classes, default, target);
            if (t == 0) break;

            // β of the frame before: on from each place, over this frame.
            float largest = RowReductions.ReducePiece<T, LargestBody>(beta, states, default);
            Emissions<T>(sample, t, largest == None ? 0f : largest, share);
            ElementwiseLoops.Binary<T, AddBody>(beta, share, states, default, on);
            on[states] = on[states + 1] = None;
            Joined<T>(on, on + 1, on + 2, skip + 2, null, states, beta);
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
    static float Forward<T>(in CtcSample sample, float* skip, float* emission, float* alpha, nint pitch, nint rows)
        where T : unmanaged, IVec<T>
    {
        nint states = sample.States;
        if (sample.Frames == 0) return sample.Count == 0 ? 0f : float.PositiveInfinity;
        double account = 0;
        float largest = 0f;
        float* before = null, row = alpha;
        for (nint t = 0; t < sample.Frames; t++)
        {
            row = alpha + (rows == 2 ? t & 1 : t) * pitch;
            row[-2] = row[-1] = None;
            Emissions<T>(sample, t, largest, emission);
            account += largest;
            if (t > 0) Joined<T>(before, before - 1, before - 2, skip, emission, states, row);
            // At first only the two first places can be.
            for (nint s = 0; t == 0 && s < states; s++) row[s] = s < 2 ? emission[s] : emission[s] + None;
            largest = RowReductions.ReducePiece<T, LargestBody>(row, states, default);
            if (largest == None) largest = 0f;
            before = row;
        }
        float end;
        V1 last = V1.Load(row + states - 1), secondLast = states > 1 ? V1.Load(row + states - 2) : V1.Create(None);
        V1.Store(Join(last, secondLast, V1.Create(None), V1.Create(None), V1.Create(0f)), &end);
        return (float)-(account + end);
    }

    /// <summary>emission[s] = ln p(class of place s in frame t) − shift.</summary>
    static void Emissions<T>(in CtcSample sample, nint t, float shift, float* emission) where T : unmanaged, IVec<T>
    {
        float* x = sample.Logits + t * sample.Classes;
        float largest = RowReductions.ReducePiece<T, LargestBody>(x, sample.Classes, default), log;
        float sum = RowReductions.ReducePiece<T, SumOfExponentialsBody>(x, sample.Classes, new(largest));
        V1.Store(VMath.Log(V1.Create(sum)), &log);
        float rest = log + shift, blank = x[sample.Blank] - largest - rest;
        emission[0] = blank;
        for (nint i = 0; i < sample.Count; i++)
        {
            emission[2 * i + 1] = x[sample.Labels[i]] - largest - rest;
            emission[2 * i + 2] = blank;
        }
    }

    /// <summary>y[s] = ln(eᵃ + eᵇ + e^(c + skip)) + more, element by element; without <paramref name="more"/> 0.</summary>
    [MethodImpl(Loop)]
    static void Joined<T>(float* a, float* b, float* c, float* skip, float* more, nint count, float* y) where T : unmanaged, IVec<T>
    {
        T none = T.Create(None), zero = T.Create(0f);
        for (nint s = 0; s < count; s += T.Count)
        {
            nint n = Math.Min(count - s, T.Count);
            var far = T.Load(c + s, n, None) + T.Load(skip + s, n, None);
            var sum = Join(T.Load(a + s, n, None), T.Load(b + s, n, None), far, none, zero);
            T.Store(more == null ? sum : sum + T.Load(more + s, n, 0f), y + s, n);
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
