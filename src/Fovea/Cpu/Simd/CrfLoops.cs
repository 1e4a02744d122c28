using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>A linear-chain conditional random field.</summary>
/// <param name="count">How many tags.</param>
/// <param name="transitions">[from, to].</param>
/// <param name="start">Of the first tag.</param>
/// <param name="end">Of the last tag.</param>
internal readonly unsafe struct CrfChain(nint count, float* transitions, float* start, float* end)
{
    public readonly nint Count = count;
    public readonly float* Transitions = transitions, Start = start, End = end;
}

/// <summary>
/// The recursions of a linear-chain conditional random field over emissions [places, tags], a place after the other, all tags of a place at
/// once. Logarithms are kept near 0: what a place's largest is, the next subtracts, and a sum in double keeps account.
/// </summary>
internal static unsafe class CrfLoops
{
    const MethodImplOptions Loop = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;
    // Loops are methods of their own: in one with all of them the compiler would give up inlining, and exponentials would be calls.
    const float None = float.NegativeInfinity;

    /// <summary>Scratch floats of <see cref="LogLikelihood"/>.</summary>
    public static nint LogLikelihoodFloats(nint count) => 2 * count;

    /// <summary>Scratch floats of <see cref="Gradient"/>.</summary>
    public static nint GradientFloats(nint places, nint count) => checked(count * (count + places + 3));

    /// <summary>Scratch bytes of <see cref="Best"/>.</summary>
    public static long BestBytes(nint places, nint count) => checked((long)count * (places + 2) * sizeof(float));

    /// <summary>The score of the tags less the logarithm of the sum of e^score over all tags; of no place 0.</summary>
    [MethodImpl(Loop)]
    public static float LogLikelihood<T>(CrfChain chain, float* emissions, nint length, long* tags, float* scratch)
        where T : unmanaged, IVec<T>
    {
        if (length == 0) return 0f;
        double score = (double)chain.Start[tags[0]] + chain.End[tags[length - 1]];
        for (nint t = 0; t < length; t++)
        {
            score += emissions[t * chain.Count + (nint)tags[t]];
            if (t > 0) score += chain.Transitions[(nint)tags[t - 1] * chain.Count + (nint)tags[t]];
        }
        double account = Forward<T>(chain, emissions, length, scratch, rows: 2, out float* last);
        ElementwiseLoops.Binary<T, AddBody>(last, chain.End, chain.Count, default, last);
        return (float)(score - (account + LogSum<T>(last, chain.Count)));
    }

    /// <summary>
    /// gradEmissions[t, k] = gradY·([tag t is k] − p), and the same added to what transitions, start and end have.
    /// </summary>
    /// <param name="chain">The field.</param>
    /// <param name="emissions">[length, tags].</param>
    /// <param name="length">At least 1.</param>
    /// <param name="tags">One a place.</param>
    /// <param name="gradY">The gradient of the log-likelihood.</param>
    /// <param name="scratch"><see cref="GradientFloats"/> floats.</param>
    /// <param name="gradEmissions">[length, tags].</param>
    /// <param name="sums">Gradients of transitions, then start, then end: added to.</param>
    [MethodImpl(Loop)]
    public static void Gradient<T>(CrfChain chain, float* emissions, nint length, long* tags, float gradY, float* scratch,
        float* gradEmissions, float* sums) where T : unmanaged, IVec<T>
    {
        nint count = chain.Count;
        float* turned = scratch, beta = turned + count * count, on = beta + count, share = on + count, alpha = share + count;
        float* start = sums + count * count, end = start + count;
        TransposeLoops.Transpose((uint*)chain.Transitions, (int)count, (int)count, (int)count, (int)count, (uint*)turned);
        Forward<T>(chain, emissions, length, alpha, rows: length, out _);
        new ReadOnlySpan<float>(chain.End, (int)count).CopyTo(new(beta, (int)count));
        for (nint t = length - 1; t >= 0; t--)
        {
            float* row = alpha + t * count, target = gradEmissions + t * count;
            // All ways pass each place at some tag: the shares of a place add up to 1, whatever was subtracted on the way.
            ElementwiseLoops.Binary<T, AddBody>(row, beta, count, default, share);
            float all = LogSum<T>(share, count);
            SoftmaxLoops.Softmax<T>(share, 1, count, target);
            target[tags[t]] -= 1f;
            ElementwiseLoops.BinaryScalar<T, MultiplyBody>(target, -gradY, count, default, target);
            if (t == 0) ElementwiseLoops.Binary<T, AddBody>(start, target, count, default, start);
            if (t == length - 1) ElementwiseLoops.Binary<T, AddBody>(end, target, count, default, end);
            else Pairs<T>(chain, row, on, all, gradY, sums);
            if (t < length - 1) sums[(nint)tags[t] * count + (nint)tags[t + 1]] += gradY;
            if (t == 0) break;

            // On from a tag of the place before, over this place.
            ElementwiseLoops.Binary<T, AddBody>(beta, emissions + t * count, count, default, on);
            float largest = RowReductions.ReducePiece<T, LargestBody>(on, count, default);
            if (largest != None) ElementwiseLoops.BinaryScalar<T, SubtractBody>(on, largest, count, default, on);
            Step<T>(on, turned, count, beta);
        }
    }

    /// <summary>sums[i, j] −= gradY · e^(alpha[i] + transitions[i, j] + on[j] − all): what is expected of each pair of tags.</summary>
    [MethodImpl(Loop)]
    static void Pairs<T>(in CrfChain chain, float* alpha, float* on, float all, float gradY, float* sums) where T : unmanaged, IVec<T>
    {
        var factor = T.Create(-gradY);
        for (nint i = 0; i < chain.Count; i++)
        {
            var own = T.Create(alpha[i] - all);
            float* transitions = chain.Transitions + i * chain.Count, target = sums + i * chain.Count;
            for (nint j = 0; j < chain.Count; j += T.Count)
            {
                nint n = Math.Min(chain.Count - j, T.Count);
                var expected = VMath.Exp(own + T.Load(transitions + j, n, 0f) + T.Load(on + j, n, 0f));
                T.Store(T.Fma(factor, expected, T.Load(target + j, n, 0f)), target + j, n);
            }
        }
    }

    /// <summary>The best tags of a sequence; of equals the first that is met.</summary>
    /// <param name="chain">The field.</param>
    /// <param name="emissions">[length, tags].</param>
    /// <param name="length">At least 1.</param>
    /// <param name="scratch"><see cref="BestBytes"/> bytes.</param>
    /// <param name="tags">One a place.</param>
    [MethodImpl(Loop)]
    public static void Best<T>(CrfChain chain, float* emissions, nint length, float* scratch, long* tags) where T : unmanaged, IVec<T>
    {
        nint count = chain.Count;
        float* before = scratch, own = scratch + count;
        int* from = (int*)(scratch + 2 * count);
        ElementwiseLoops.Binary<T, AddBody>(chain.Start, emissions, count, default, before);
        for (nint t = 1; t < length; t++)
        {
            for (nint k = 0; k < count; k += T.Count)
            {
                nint n = Math.Min(count - k, T.Count);
                T best = T.Create(before[0]) + T.Load(chain.Transitions + k, n, 0f), place = T.CreateBits(0);
                for (nint i = 1; i < count; i++)
                {
                    var other = T.Create(before[i]) + T.Load(chain.Transitions + i * count + k, n, 0f);
                    var takes = T.LessThan(best, other);
                    best = T.Select(takes, other, best);
                    place = T.Select(takes, T.CreateBits((int)i), place);
                }
                T.Store(place, (float*)(from + t * count + k), n);
                T.Store(best + T.Load(emissions + t * count + k, n, 0f), own + k, n);
            }
            float* swap = own;
            own = before;
            before = swap;
        }
        nint last = 0;
        for (nint k = 1; k < count; k++)
            if (before[k] + chain.End[k] > before[last] + chain.End[last]) last = k;
        for (nint t = length - 1; t >= 0; t--)
        {
            tags[t] = last;
            if (t > 0) last = from[t * count + last];
        }
    }

    /// <summary>
    /// Row t of α, or of two that take turns: the logarithm of all ways to a tag at a place, less what was subtracted; gives the sum of
    /// that up to the last row.
    /// </summary>
    [MethodImpl(Loop)]
    static double Forward<T>(in CrfChain chain, float* emissions, nint length, float* alpha, nint rows, out float* last)
        where T : unmanaged, IVec<T>
    {
        nint count = chain.Count;
        double account = 0;
        ElementwiseLoops.Binary<T, AddBody>(chain.Start, emissions, count, default, alpha);
        last = alpha;
        for (nint t = 1; t < length; t++)
        {
            float* row = alpha + (rows == 2 ? t & 1 : t) * count;
            float largest = RowReductions.ReducePiece<T, LargestBody>(last, count, default);
            if (largest == None) largest = 0f;
            account += largest;
            Step<T>(last, chain.Transitions, count, row);
            var shift = T.Create(largest);
            for (nint k = 0; k < count; k += T.Count)
            {
                nint n = Math.Min(count - k, T.Count);
                T.Store(T.Load(row + k, n, 0f) - shift + T.Load(emissions + t * count + k, n, 0f), row + k, n);
            }
            last = row;
        }
        return account;
    }

    /// <summary>y[j] = ln Σ over i of e^(x[i] + matrix[i, j]).</summary>
    [MethodImpl(Loop)]
    static void Step<T>(float* x, float* matrix, nint count, float* y) where T : unmanaged, IVec<T>
    {
        T none = T.Create(None), zero = T.Create(0f);
        for (nint j = 0; j < count; j += T.Count)
        {
            nint n = Math.Min(count - j, T.Count);
            var largest = none;
            for (nint i = 0; i < count; i++) largest = VMath.Max(largest, T.Create(x[i]) + T.Load(matrix + i * count + j, n, 0f));
            // −∞ − −∞ would be NaN.
            largest = T.Select(T.Equal(largest, none), zero, largest);
            var sum = zero;
            for (nint i = 0; i < count; i++) sum += VMath.Exp(T.Create(x[i]) + T.Load(matrix + i * count + j, n, 0f) - largest);
            T.Store(largest + VMath.Log(sum), y + j, n);
        }
    }

    /// <summary>ln Σ eˣ.</summary>
    [MethodImpl(Loop)]
    static float LogSum<T>(float* x, nint count) where T : unmanaged, IVec<T>
    {
        float largest = RowReductions.ReducePiece<T, LargestBody>(x, count, default), log;
        if (largest == None) return None;
        float sum = RowReductions.ReducePiece<T, SumOfExponentialsBody>(x, count, new(largest));
        V1.Store(VMath.Log(V1.Create(sum)), &log);
        return largest + log;
    }
}
