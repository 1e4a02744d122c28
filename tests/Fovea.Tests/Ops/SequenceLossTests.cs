using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

/// <summary>CTC and CRF held to what they stand for: every way is written out and counted.</summary>
public sealed class SequenceLossTests
{
    static double[] Numbers(int count, int salt) =>
        [.. Enumerable.Range(0, count).Select(i => Math.Sin(1.7 * i + salt) * 2 + Math.Cos(0.3 * i * i))];

    static Tensor Of(double[] values, Shape shape, ElementType element) => Tensor.From(values, shape).Cast(element);

    /// <summary>All sequences of so many numbers below a number.</summary>
    static IEnumerable<int[]> Sequences(int length, int numbers)
    {
        int count = (int)Math.Pow(numbers, length);
        for (int i = 0; i < count; i++)
        {
            int[] sequence = new int[length];
            for (int t = 0, rest = i; t < length; t++, rest /= numbers) sequence[t] = rest % numbers;
            yield return sequence;
        }
    }

    /// <summary>−ln of the sum over all ways, of logits [classes, frames] (stride: frames in all).</summary>
    static double CtcOf(double[] logits, int classes, int stride, int frames, int[] target, int blank)
    {
        double sum = 0;
        foreach (int[] way in Sequences(frames, classes))
        {
            int[] spelt = [.. way.Where((c, t) => c != blank && (t == 0 || way[t - 1] != c))];
            if (!spelt.SequenceEqual(target)) continue;
            double p = 1;
            for (int t = 0; t < frames; t++)
                p *= Math.Exp(logits[way[t] * stride + t]) / Enumerable.Range(0, classes).Sum(c => Math.Exp(logits[c * stride + t]));
            sum += p;
        }
        return -Math.Log(sum);
    }

    [Theory]
    [InlineData(0, 5, new[] { 1, 2 })]
    [InlineData(2, 5, new[] { 1, 1 })]
    [InlineData(0, 4, new[] { 2, 1, 2 })]
    [InlineData(0, 3, new int[0])]
    [InlineData(0, 2, new[] { 1, 1 })]
    [InlineData(0, 0, new int[0])]
    [InlineData(0, 0, new[] { 1 })]
    public void Ctc_is_the_sum_over_all_ways(int blank, int frames, int[] target)
    {
        const int classes = 3, all = 6, width = 3;
        double[] logits = Numbers(classes * all, frames);
        double expected = frames == 0 ? target.Length == 0 ? 0 : double.PositiveInfinity
            : CtcOf(logits, classes, all, frames, target, blank);
        long[] padded = [.. target.Select(c => (long)c), .. Enumerable.Repeat(-7L, width - target.Length)];
        foreach (var element in new[] { ElementType.Float32, ElementType.Float64 })
        {
            var x = Of(logits, [1, classes, all], element).Watch();
            var loss = x.CtcLosses(Tensor.From(padded, [1, width]), Tensor.From((long)frames), Tensor.From((long)target.Length), blank);
            Assert.Equal(expected, loss.Cast(ElementType.Float64).ToArray<double>()[0], element == ElementType.Float32 ? 1e-5 : 1e-12);

            // Frames past the length are not looked at, and each frame's gradient adds up to 0.
            double[] gradient = Gradients.Of(loss, x).Cast(ElementType.Float64).ToArray<double>();
            for (int t = 0; t < all; t++)
            {
                double sum = Enumerable.Range(0, classes).Sum(c => gradient[c * all + t]);
                if (t >= frames) Assert.All(Enumerable.Range(0, classes), c => Assert.Equal(0, gradient[c * all + t]));
                else if (double.IsInfinity(expected)) Assert.Equal(double.NaN, sum);
                else Assert.Equal(0, sum, 1e-5);
            }
        }
    }

    [Fact]
    public void Ctc_keeps_its_digits_over_many_frames()
    {
        // 2,000 frames, each sure of nothing: the number of ways in closed form is C(T + S, 2S) for S labels that differ.
        const int frames = 2000, labels = 10, classes = 4;
        double ways = Enumerable.Range(0, 2 * labels).Sum(i => Math.Log(frames + labels - i) - Math.Log(2 * labels - i));
        double expected = frames * Math.Log(classes) - ways;
        long[] target = [.. Enumerable.Range(0, labels).Select(i => (long)(1 + i % 3))];
        float loss = Tensor.Constant(0).BroadcastTo([1, classes, frames])
            .CtcLosses(Tensor.From(target, [1, labels]), Tensor.From((long)frames), Tensor.From((long)labels)).ToArray()[0];
        Assert.Equal(expected, loss, expected * 1e-6);
    }

    [Fact]
    public void Ctc_names_what_is_out_of_range()
    {
        var x = Tensor.Constant(0).BroadcastTo([1, 3, 4]);
        Assert.Contains("is the blank", Fault([0], 4, 1).Message, StringComparison.Ordinal);
        Assert.Contains("no class: there are 3", Fault([3], 4, 1).Message, StringComparison.Ordinal);
        Assert.Contains("input length of sample 0 is 5: from 0 to 4", Fault([1], 5, 1).Message, StringComparison.Ordinal);
        Assert.Contains("target length of sample 0 is -1", Fault([1], 4, -1).Message, StringComparison.Ordinal);
        Assert.Contains("has blank 3; there are 3 classes", Assert.Throws<ShapeMismatchException>(() =>
            x.CtcLosses(Tensor.From([1L], [1, 1]), Tensor.From(4L), Tensor.From(1L), blank: 3)).Message, StringComparison.Ordinal);
        var watched = x.Watch();
        var gradient = Gradients.Of(watched.CtcLosses(Tensor.From([1L], [1, 1]), Tensor.From(4L), Tensor.From(1L)), watched);
        Assert.Contains("CtcLossGradient", Assert.Throws<UnsupportedOperatorException>(() => Gradients.Of(gradient, watched)).Message,
            StringComparison.Ordinal);

        ArgumentException Fault(long[] target, long frames, long labels) => Assert.Throws<ArgumentException>(() =>
            x.CtcLosses(Tensor.From(target, [1, target.Length]), Tensor.From(frames), Tensor.From(labels)).ToArray());
    }

    [Theory]
    [InlineData(3, 5)]
    [InlineData(2, 1)]
    [InlineData(1, 4)]
    [InlineData(4, 4)]
    public void Crf_and_its_best_tags_are_those_of_all_sequences(int tags, int length)
    {
        const int places = 6;
        double[] emissions = Numbers(tags * places, length), transitions = Numbers(tags * tags, 40), start = Numbers(tags, 50),
            end = Numbers(tags, 60);
        double Score(int[] y)
        {
            double score = start[y[0]] + end[y[^1]];
            for (int t = 0; t < y.Length; t++)
                score += emissions[y[t] * places + t] + (t > 0 ? transitions[y[t - 1] * tags + y[t]] : 0);
            return score;
        }
        int[][] all = [.. Sequences(length, tags)];
        double normalizer = Math.Log(all.Sum(y => Math.Exp(Score(y))));
        int[] best = all.MaxBy(Score)!, given = all[all.Length * 2 / 3];
        foreach (var element in new[] { ElementType.Float32, ElementType.Float64 })
        {
            Tensor x = Of(emissions, [1, tags, places], element), m = Of(transitions, [tags, tags], element).Watch();
            Tensor s = Of(start, [tags], element), e = Of(end, [tags], element), lengths = Tensor.From((long)length);
            long[] padded = [.. given.Select(t => (long)t), .. Enumerable.Repeat(-1L, places - length)];
            var y = x.CrfLogLikelihoods(Tensor.From(padded, [1, places]), lengths, m, s, e);
            double tolerance = element == ElementType.Float32 ? 1e-5 : 1e-12;
            Assert.Equal(Score(given) - normalizer, y.Cast(ElementType.Float64).ToArray<double>()[0], tolerance);
            Assert.Equal([.. best.Select(t => (long)t), .. Enumerable.Repeat(-1L, places - length)],
                x.Viterbi(lengths, m, s, e).ToArray<long>());

            double[] gradient = Gradients.Of(y, m).Cast(ElementType.Float64).ToArray<double>();
            for (int i = 0; i < tags * tags; i++)
                Assert.Equal(Pairs(given, i) - all.Sum(a => Math.Exp(Score(a) - normalizer) * Pairs(a, i)), gradient[i], tolerance);
        }

        double Pairs(int[] y, int pair) => Enumerable.Range(1, y.Length - 1).Count(t => y[t - 1] * tags + y[t] == pair);
    }

    [Fact]
    public void A_tagger_learns_transitions_decodes_and_is_saved()
    {
        // Emissions say nothing: tags alternate, which transitions alone can know.
        var emissions = Tensor.Constant(0).BroadcastTo([2, 2, 6]);
        var tags = Tensor.From([0L, 1, 0, 1, 0, 1, 0, 1, 0, 1, -1, -1], [2, 6]);
        var crf = new Crf();
        crf.Build([2, 6], seed: 3);
        var adam = new Adam(0.1);
        var step = Function.Compile((Tensor x, Tensor y) =>
        {
            var loss = -crf.LogLikelihoods(crf.Forward(x), y).Mean();
            adam.Update(crf.Parameters, Gradients.Of(loss, crf.Parameters));
            return loss;
        }, Mode.Training);
        float first = step.Run(emissions, tags).Item(), last = 0;
        for (int i = 0; i < 100; i++) last = step.Run(emissions, tags).Item();
        Assert.True(last < 0.1 * first, $"{first} -> {last}");
        Assert.Equal(tags.ToArray<long>(), crf.Decode(emissions, Tensor.From(6L, 4L)).ToArray<long>());
        var sequence = crf.Forward(new Sequence(emissions, Tensor.From(6L, 4L)));
        Assert.Equal(crf.LogLikelihoods(emissions, tags).ToArray(), crf.LogLikelihoods(sequence, tags).ToArray());
        Assert.Equal([0, 1, 0, 1], crf.Decode(sequence).Unpad()[1].ToArray<long>());
        Assert.Equal([0, 1, 0, 1, 0, 1], crf.Decode(emissions).ToArray<long>()[6..]);
        Assert.Equal(["transitions", "start", "end"], crf.Parameters.Select(p => p.Name));
    }

    [Fact]
    public void Crf_names_what_does_not_fit()
    {
        var x = Tensor.Constant(0).BroadcastTo([1, 3, 4]);
        var crf = new Crf();
        Assert.Throws<InvalidOperationException>(() => crf.Decode(x));
        crf.Build([3, 4]);
        Assert.Contains("tag 3 of sequence 0", Assert.Throws<ArgumentException>(
            () => crf.LogLikelihoods(x, Tensor.From([0L, 1, 2, 3], [1, 4])).ToArray()).Message, StringComparison.Ordinal);
        Assert.Contains("length of sequence 0 is 5", Assert.Throws<ArgumentException>(
            () => crf.Decode(x, Tensor.From(5L)).ToArray<long>()).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeMismatchException>(() => crf.Decode(Tensor.Constant(0).BroadcastTo([1, 4, 4]), Tensor.From(4L)));
        Assert.Throws<ShapeMismatchException>(() => new Crf().Build([4]));
    }
}
