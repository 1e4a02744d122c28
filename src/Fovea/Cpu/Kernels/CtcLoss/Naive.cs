using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.CtcLoss;

/// <summary>−ln p by Graves' α: what all beginnings of the target that end at a place have, frame by frame, in logarithms.</summary>
sealed class Naive : NaiveKernel<Ops.CtcLoss>
{
    protected override LayoutRule Layouts(Ops.CtcLoss op, KernelCase @case) =>
        new([Placement.Any, Placement.RowMajor, Placement.RowMajor, Placement.RowMajor], [Placement.RowMajor]);

    protected override KernelWork Prepare(Ops.CtcLoss op, KernelCase @case) =>
        new([1], WalkerScratch: CtcReference.Elements(@case) * sizeof(double));

    protected override void Run<T>(Ops.CtcLoss op, in KernelCall call)
    {
        var losses = call.Target<T>(0);
        for (int sample = 0; sample < losses.Length; sample++)
        {
            var reference = new CtcReference<T>(call, sample, op.Blank);
            double loss = -reference.Forward();
            losses[sample] = op.ZeroInfinity && double.IsPositiveInfinity(loss) ? T.Zero : T.CreateChecked(loss);
        }
    }
}

/// <summary>What the reference kernels need room for.</summary>
static class CtcReference
{
    public static long Elements(KernelCase @case)
    {
        long frames = @case.Inputs[0].Sizes[2], states = 2L * @case.Inputs[1].Sizes[1] + 1;
        return frames * states + frames + 2 * states;
    }
}

/// <summary>
/// The recursions over one sample, as the paper has them; in double whatever comes in, so that long sums have no error of their own.
/// </summary>
readonly ref struct CtcReference<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    readonly ReadOnlySpan<T> _x;
    readonly Strides _strides;
    readonly int _sample, _blank;
    readonly Span<double> _alpha, _normalizers, _rows;

    public CtcReference(in KernelCall call, int sample, int blank)
    {
        int classes = call.Case.Inputs[0].Sizes[1], frames = call.Case.Inputs[0].Sizes[2];
        int width = call.Case.Inputs[1].Sizes[1], states = 2 * width + 1;
        _x = call.Source<T>(0);
        _strides = call.Case.Inputs[0].Strides;
        (_sample, _blank, Classes) = (sample, blank, classes);
        var targets = call.Source<long>(1);
        int labels;
        (Frames, labels) = CtcTarget.Check(targets, call.Source<long>(2), call.Source<long>(3), sample, frames, classes, blank);
        Labels = targets.Slice(sample * width, labels);
        var work = call.Workspace<double>((int)CtcReference.Elements(call.Case));
        _alpha = work[..(frames * states)];
        _normalizers = work.Slice(frames * states, frames);
        _rows = work[^(2 * states)..];
        for (int t = 0; t < Frames; t++)
        {
            double largest = double.NegativeInfinity, sum = 0;
            for (int c = 0; c < classes; c++) largest = Math.Max(largest, Logit(c, t));
            for (int c = 0; c < classes; c++) sum += Math.Exp(Logit(c, t) - largest);
            _normalizers[t] = largest + Math.Log(sum);
        }
    }

    public int Frames { get; }

    public int Classes { get; }

    public ReadOnlySpan<long> Labels { get; }

    /// <summary>Labels with blanks before, between and behind.</summary>
    public int States => 2 * Labels.Length + 1;

    public int Class(int state) => CtcTarget.Class(Labels, state, _blank);

    double Logit(int c, int t) => double.CreateChecked(_x[(int)(_sample * _strides[0] + c * _strides[1] + t * _strides[2])]);

    /// <summary>The logarithm of a class's probability in a frame.</summary>
    public double LogProbability(int c, int t) => Logit(c, t) - _normalizers[t];

    /// <summary>ln p: fills α, the logarithm of what all ways to a place by a frame have, this frame included.</summary>
    public double Forward()
    {
        const double none = double.NegativeInfinity;
        if (Frames == 0) return Labels.IsEmpty ? 0 : none;
        for (int t = 0; t < Frames; t++)
        {
            for (int s = 0; s < States; s++)
            {
                double before = t == 0 ? s < 2 ? 0 : none
                    : LogSum.Of(Alpha(s, t - 1), s > 0 ? Alpha(s - 1, t - 1) : none,
                        CtcTarget.Skips(Labels, s) ? Alpha(s - 2, t - 1) : none);
                _alpha[t * States + s] = before + LogProbability(Class(s), t);
            }
        }
        return LogSum.Of(Alpha(States - 1, Frames - 1), States > 1 ? Alpha(States - 2, Frames - 1) : none, none);
    }

    public double Alpha(int s, int t) => _alpha[t * States + s];

    /// <summary>β of a frame: the logarithm of what all ways on from a place have, later frames alone; from that of the next.</summary>
    public ReadOnlySpan<double> Backward(int t)
    {
        Span<double> own = _rows.Slice(t % 2 * States, States), next = _rows.Slice((t + 1) % 2 * States, States);
        for (int s = 0; s < States; s++)
        {
            if (t == Frames - 1)
            {
                own[s] = s >= States - 2 ? 0 : double.NegativeInfinity;
                continue;
            }
            own[s] = LogSum.Of(On(next, s, t), s + 1 < States ? On(next, s + 1, t) : double.NegativeInfinity,
                s + 2 < States && CtcTarget.Skips(Labels, s + 2) ? On(next, s + 2, t) : double.NegativeInfinity);
        }
        return own;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    double On(ReadOnlySpan<double> next, int s, int t) => next[s] + LogProbability(Class(s), t + 1);
}
