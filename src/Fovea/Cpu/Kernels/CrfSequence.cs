using System.Numerics;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>The lengths and tags of sequences.</summary>
static class CrfSequence
{
    /// <summary>How many places a sequence has.</summary>
    /// <exception cref="ArgumentException">The length is out of range.</exception>
    public static int Length(ReadOnlySpan<long> lengths, int sequence, int most) => lengths[sequence] is var length && length >= 0
        && length <= most ? (int)length
        : throw new ArgumentException($"The length of sequence {sequence} is {length}: from 0 to {most}.");

    /// <summary>The tags of a sequence of that length.</summary>
    /// <exception cref="ArgumentException">One is out of range.</exception>
    public static ReadOnlySpan<long> Tags(ReadOnlySpan<long> tags, int sequence, int places, int length, int count)
    {
        var own = tags.Slice(sequence * places, length);
        foreach (long tag in own)
            if (tag < 0 || tag >= count)
                throw new ArgumentException($"The tag {tag} of sequence {sequence} is none: there are {count}, counted from 0.");
        return own;
    }
}

/// <summary>The recursions of a linear-chain conditional random field over one sequence, as the textbooks have them.</summary>
readonly ref struct CrfReference<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    readonly ReadOnlySpan<T> _emissions, _transitions, _start, _end;
    readonly Strides _strides, _transitionStrides;
    readonly int _sequence;
    readonly Span<T> _alpha, _terms;

    /// <summary>Elements of scratch memory.</summary>
    public static int Elements(KernelCase @case) => checked(@case.Inputs[0].Sizes[1] * (@case.Inputs[0].Sizes[2] + 3));

    /// <param name="call">Emissions are input 0.</param>
    /// <param name="sequence">Which one.</param>
    /// <param name="lengths">Lengths, transitions, start and end are inputs from this one on.</param>
    public CrfReference(in KernelCall call, int sequence, int lengths)
    {
        var sizes = call.Case.Inputs[0].Sizes;
        (Count, _sequence) = (sizes[1], sequence);
        Length = CrfSequence.Length(call.Source<long>(lengths), sequence, sizes[2]);
        _emissions = call.Source<T>(0);
        _transitions = call.Source<T>(lengths + 1);
        _start = call.Source<T>(lengths + 2);
        _end = call.Source<T>(lengths + 3);
        (_strides, _transitionStrides) = (call.Case.Inputs[0].Strides, call.Case.Inputs[lengths + 1].Strides);
        var work = call.Workspace<T>(Elements(call.Case));
        _alpha = work[..(Count * sizes[2])];
        _terms = work.Slice(Count * sizes[2], Count);
        Rows = work[(Count * (sizes[2] + 1))..];
    }

    /// <summary>How many tags there are.</summary>
    public int Count { get; }

    public int Length { get; }

    /// <summary>Two more rows, for β.</summary>
    public Span<T> Rows { get; }

    public T Start(int k) => _start[k];

    public T End(int k) => _end[k];

    public T Emission(int k, int t) => _emissions[(int)(_sequence * _strides[0] + k * _strides[1] + t * _strides[2])];

    public T Transition(int from, int to) => _transitions[(int)(from * _transitionStrides[0] + to * _transitionStrides[1])];

    public T Alpha(int k, int t) => _alpha[t * Count + k];

    /// <summary>What the tags have.</summary>
    public T Score(ReadOnlySpan<long> tags)
    {
        var score = Start((int)tags[0]) + End((int)tags[^1]);
        for (int t = 0; t < tags.Length; t++)
        {
            score += Emission((int)tags[t], t);
            if (t > 0) score += Transition((int)tags[t - 1], (int)tags[t]);
        }
        return score;
    }

    /// <summary>The logarithm of the sum of e^score over all tags: fills α, that of all ways to a tag at a place.</summary>
    public T Forward()
    {
        for (int t = 0; t < Length; t++)
        {
            for (int k = 0; k < Count; k++)
            {
                for (int i = 0; i < Count && t > 0; i++) _terms[i] = Alpha(i, t - 1) + Transition(i, k);
                _alpha[t * Count + k] = (t == 0 ? Start(k) : LogSum.Of<T>(_terms)) + Emission(k, t);
            }
        }
        for (int k = 0; k < Count; k++) _terms[k] = Alpha(k, Length - 1) + End(k);
        return LogSum.Of<T>(_terms);
    }

    /// <summary>β of a place, of all ways on from a tag, from that of the next place.</summary>
    public void Backward(int t, ReadOnlySpan<T> next, Span<T> own)
    {
        for (int k = 0; k < Count; k++)
        {
            for (int j = 0; j < Count && t < Length - 1; j++) _terms[j] = Transition(k, j) + Emission(j, t + 1) + next[j];
            own[k] = t == Length - 1 ? End(k) : LogSum.Of<T>(_terms);
        }
    }
}
