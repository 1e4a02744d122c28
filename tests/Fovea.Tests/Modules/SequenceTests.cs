using Fovea.Errors;
using Fovea.Modules;
using Xunit;

namespace Fovea.Tests.Modules;

/// <summary>
/// The promise of ragged sequences: padding around a sample never changes its result, not in one bit, and a sample alone gives what it
/// gives in a batch.
/// </summary>
public sealed class SequenceTests
{
    const int Channels = 6;

    static readonly int[] Lengths = [9, 4, 7, 1, 6];

    // A residual block: its computation is no chain, and its branches have one length.
    sealed class Block : Module
    {
        readonly Conv1d _conv;
        readonly BatchNorm1d _norm;

        public Block(int channels)
        {
            _conv = Add("conv", new Conv1d(channels, 3, padding: 1));
            _norm = Add("norm", new BatchNorm1d());
        }

        protected override Tensor Compute(Tensor x) => (x + _norm.Forward(_conv.Forward(x))).Relu();
    }

    sealed class Halves : Module
    {
        readonly Conv1d _wide, _narrow;

        public Halves()
        {
            _wide = Add("wide", new Conv1d(5, 3, stride: 2, padding: 1));
            _narrow = Add("narrow", new Conv1d(5, 1, stride: 2));
        }

        protected override Tensor Compute(Tensor x) => _wide.Forward(x) + _narrow.Forward(x);
    }

    sealed class Apart : Module
    {
        readonly Conv1d _first, _second;

        public Apart()
        {
            _first = Add("first", new Conv1d(5, 3, padding: 1, stride: 2));
            _second = Add("second", new Conv1d(5, 4, padding: 1, stride: 2));
        }

        protected override Tensor Compute(Tensor x) => _first.Forward(x) + _second.Forward(x);
    }

    static readonly Dictionary<string, Func<Module>> Layers = new()
    {
        ["convolution"] = () => new Conv1d(5, 3),
        ["convolution, padded"] = () => new Conv1d(17, 5, padding: 2),
        ["convolution, strided"] = () => new Conv1d(5, 3, stride: 2, padding: new Tensors.Dims([0, 2])),
        ["convolution, dilated, grouped"] = () => new Conv1d(6, 3, padding: Padding.Same, dilation: 2, groups: 3),
        ["convolution, depthwise"] = () => new Conv1d(Channels, 3, padding: Padding.Same, groups: Channels),
        ["convolution, causal"] = () => new Conv1d(5, 3, padding: Padding.Causal, dilation: 3),
        ["convolution, full"] = () => new Conv1d(5, 3, padding: Padding.Full),
        ["separable convolution"] = () => new SeparableConv1d(5, 3, padding: Padding.Same),
        ["transposed convolution"] = () => new ConvTranspose1d(5, 4, stride: 2, padding: 1),
        ["transposed convolution, longer"] = () => new ConvTranspose1d(5, 3, stride: 3, outputPadding: 1),
        ["max pool"] = () => new MaxPool1d(2),
        ["max pool, padded"] = () => new MaxPool1d(3, 2, 1),
        ["average pool"] = () => new AvgPool1d(3, 1),
        ["average pool, padded"] = () => new AvgPool1d(3, 2, 1),
        ["average pool, counted padding"] = () => new AvgPool1d(3, 2, 1, countPadding: true),
        ["max pool, rounded up"] = () => new MaxPool1d(3, 2, 1, ceilMode: true),
        ["average pool, rounded up"] = () => new AvgPool1d(3, 2, ceilMode: true),
        ["average pool, divisor"] = () => new AvgPool1d(3, 2, 1, divisor: 2),
        ["Lp pool"] = () => new LpPool1d(3, 2),
        ["k-max pool"] = () => new KMaxPool1d(3),
        ["maximum over time"] = () => new MaxOverTime(),
        ["global Lp"] = () => new GlobalLpPool1d(),
        ["global average"] = () => new GlobalAvgPool1d(),
        ["global maximum"] = () => new GlobalMaxPool1d(),
        ["batch norm"] = () => new BatchNorm1d(),
        ["group norm"] = () => new GroupNorm(3),
        ["instance norm"] = () => new InstanceNorm1d(affine: true),
        ["local response norm"] = () => new LocalResponseNorm(3),
        ["activations"] = () => new Sequential(new Gelu(), new PRelu(), new Softmax(1)),
        ["softmax over time"] = () => new Softmax(2),
        ["dropout"] = () => new Sequential(new Dropout(), new Dropout1d()),
        ["residual block"] = () => new Block(Channels),
        ["branches of one length"] = () => new Halves(),
        ["squeeze and excite"] = () => new SqueezeExcite(2),
        ["linear at each place"] = () => new Sequential(new Lambda("turn", x => x.Transpose(0, 2, 1)), new Linear(4), new LayerNorm()),
        ["long short-term memory"] = () => new Sequential(new Lambda("turn", x => x.Transpose(0, 2, 1)), new Lstm(4, bidirectional: true),
            new Lambda("turn", x => x.Transpose(0, 2, 1)), new Conv1d(3, 3, padding: 1)),
        ["last state"] = () => new Sequential(new Lambda("turn", x => x.Transpose(0, 2, 1)), new Gru(4, sequences: false), new Linear(2)),
        ["running sums"] = () => new Lambda("sums", x => x.CumulativeSum(2)),
        ["variance over time"] = () => new Lambda("variance", x => x.Variance(2)),
        ["network"] = () => new Sequential(new Conv1d(8, 3, padding: 1), new BatchNorm1d(), new Relu(), new MaxPool1d(2),
            new Conv1d(12, 2, dilation: 2, padding: 2), new Relu(), new GlobalMaxPool1d(), new Flatten(), new Linear(3)),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    static Tensor[] Samples(int seed = 1)
    {
        var random = new Random(seed);
        return [.. Lengths.Select(length => Numbers(random, [Channels, length], -1))];
    }

    static Tensor Numbers(Random random, Tensors.Dims sizes, double from) =>
        Tensor.From([.. Enumerable.Range(0, (int)sizes.Product()).Select(_ => (float)(from + 2 * random.NextDouble()))], sizes);

    static Module Built(string name)
    {
        var module = Layers[name]();
        module.Build([Channels, 12], seed: 3);
        var random = new Random(5);
        foreach (var state in module.Variables.Where(v => v.Name.Contains("running")))
        {
            state.Assign(Numbers(random, state.Shape.ToDims(), 0.5));
        }

        return module;
    }

    // The same samples, padded farther, with whatever in the padding.
    static Sequence Dirty(Sequence x, int more, float dirt)
    {
        var longer = x.Values.Pad([0, 0, 0], [0, 0, more]);
        var values = new Sequence(longer, x.Lengths).Masked(dirt);
        return x with { Values = values };
    }

    static void Same(Tensor[] expected, Tensor[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Shape, actual[i].Shape);
            Assert.Equal(Bits(expected[i]), Bits(actual[i]));
        }
    }

    static int[] Bits(Tensor x) => Array.ConvertAll(x.ToArray(), BitConverter.SingleToInt32Bits);

    [Theory]
    [MemberData(nameof(Names))]
    public void Padding_never_changes_a_result(string name)
    {
        var module = Built(name);
        var batch = Sequence.Pad(Samples());
        var results = module.Forward(batch).Unpad();

        Same(results, module.Forward(Dirty(batch, 0, 1e30f)).Unpad());
        Same(results, module.Forward(Dirty(batch, 5, float.NaN)).Unpad());
        Same(results, module.Forward(Dirty(batch, 23, float.PositiveInfinity)).Unpad());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_alone_gives_what_it_gives_in_a_batch(string name)
    {
        var module = Built(name);
        var results = module.Forward(Sequence.Pad(Samples())).Unpad();
        var samples = Samples();
        for (var i = 0; i < samples.Length; i++)
        {
            // Padded a little: a window may be longer than the sample.
            var alone = module.Forward(Dirty(Sequence.Pad(samples[i]), 4, -7f)).Unpad();
            Same([results[i]], alone);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_what_the_module_gives_without_padding(string name)
    {
        var module = Built(name);
        var samples = Samples();
        var results = module.Forward(Sequence.Pad(samples)).Unpad();
        for (var i = 0; i < samples.Length; i++)
        {
            Tensor expected;
            try
            {
                expected = module.Forward(samples[i].Unsqueeze(0)).Squeeze(0);
            }
            catch (ShapeMismatchException)
            {
                // Shorter than a window: nothing is left of it, or what stands for nothing.
                Assert.True(Lengths[i] <= 4, $"{name} refuses a sample of {Lengths[i]}.");
                continue;
            }

            Assert.Equal(expected.Shape, results[i].Shape);
            Assert.All(expected.ToArray().Zip(results[i].ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "Flatten", "pool over time" }, { "Linear", "depends on the length" }, { "LayerNorm", "one length alone" },
        { "Same padding, strided", "depends on the length" }, { "reflected border", "Pad" }, { "branches apart", "lengths may differ" },
        { "locally connected", "length" }, { "flip", "Slice" }, { "number of places", "padded (L)" },
        { "mean of the samples", "Reduce" }, { "softmax over the samples", "Softmax" }, { "samples in order", "Cumulative" },
        { "places first", "Transpose" }, { "channels as samples", "Reshape" }, { "samples twice", "Concat" },
    };

    static Module Refusing(string name) => name switch
    {
        "Flatten" => new Flatten(),
        "Linear" => new Linear(3),
        "LayerNorm" => new LayerNorm(),
        "Same padding, strided" => new Conv1d(5, 3, stride: 2, padding: Padding.Same),
        "reflected border" => new Conv1d(5, 3, padding: 1, padMode: PadMode.Reflect),
        "branches apart" => new Apart(),
        "locally connected" => new LocallyConnected1d(5, 3),
        "flip" => new Lambda("flip", x => x.Flip(2)),
        "mean of the samples" => new Lambda("mean", x => x - x.Mean([0], keepAxes: true)),
        "softmax over the samples" => new Lambda("softmax", x => x.Softmax(0)),
        "samples in order" => new Lambda("sums", x => x.CumulativeSum(0)),
        "places first" => new Lambda("turn", x => x.Transpose(2, 0, 1)),
        "channels as samples" => new Lambda("flat", x => x.Reshape(x.Shape[0] * Channels, x.Shape[2])),
        "samples twice" => new Lambda("twice", x => Tensor.Concat(0, x, x)),
        _ => new Lambda("per place", x => x / x.Shape[2]),
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_module_without_a_rule_names_itself_and_the_mend(string name, string why)
    {
        var module = Refusing(name);
        module.Build([Channels, 12]);
        var samples = Sequence.Pad([.. Samples().Select(s => s.Pad([0, 0], [0, 12 - (int)s.Shape[1]]))]) with
        {
            Lengths = Tensor.From([.. Lengths.Select(length => (long)length)]),
        };

        var refused = Assert.Throws<UnsupportedOperatorException>(() => module.Forward(samples));
        Assert.Contains(module.GetType().Name, refused.Message);
        Assert.Contains(why, refused.Message);
    }

    [Fact]
    public void Lengths_pass_by_the_geometry()
    {
        var x = Sequence.Pad(Samples());

        Assert.Equal([7L, 2, 5, 0, 4], Run(new Conv1d(5, 3)));
        Assert.Equal([5L, 2, 4, 1, 3], Run(new Conv1d(5, 3, stride: 2, padding: 1)));
        Assert.Equal([18L, 8, 14, 2, 12], Run(new ConvTranspose1d(5, 4, stride: 2, padding: 1)));
        Assert.Equal([4L, 2, 3, 0, 3], Run(new MaxPool1d(2)));
        // The lengths themselves where nothing changes.
        Assert.Same(x.Lengths, Forward(new Conv1d(5, 3, padding: 1)).Lengths);
        Assert.False(Forward(new GlobalAvgPool1d()).IsPadded);

        Sequence Forward(Module module)
        {
            module.Build([Channels, 12]);
            return module.Forward(x);
        }

        long[] Run(Module module) => Forward(module).Lengths.ToArray<long>();
    }

    [Fact]
    public void Numbers_of_things_are_looked_up_and_turned()
    {
        var model = new Sequential(new Embedding(10, 4), new Lambda("turn", x => x.Transpose(0, 2, 1)), new Conv1d(5, 3, padding: 1),
            new Relu(), new GlobalMaxPool1d(), new Flatten(), new Linear(2));
        model.Build([8], seed: 1);
        Tensor a = Tensor.From(1L, 5, 2, 9), b = Tensor.From(3L, 3);

        var both = model.Forward(Sequence.Pad(a, b)).Values;
        Assert.Equal(model.Forward(a.Unsqueeze(0)).ToArray(), both.Slice(0, 0, 1).ToArray());
        Assert.Equal(model.Forward(b.Unsqueeze(0)).ToArray(), both.Slice(0, 1, 1).ToArray());
    }

    [Fact]
    public void A_compiled_function_takes_sequences_and_gives_their_gradients()
    {
        var model = (Sequential)Built("network");
        var step = Function.Compile((Sequence x) =>
        {
            var loss = model.Forward(x).Values.Square().Sum();
            return (loss, Gradients.Of(loss, model.Parameters[0].Read()));
        });
        var batch = Sequence.Pad(Samples());

        var (loss, slope) = step.Run(batch);
        var (again, slopeAgain) = step.Run(Dirty(batch, 7, float.NaN));
        Assert.Equal(loss.Item(), again.Item());
        Assert.DoesNotContain(slope.ToArray(), float.IsNaN);
        Assert.All(slope.ToArray().Zip(slopeAgain.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void Batch_norm_in_training_sees_the_places_that_count()
    {
        var norm = new BatchNorm1d();
        norm.Build([Channels, 12]);
        var samples = Samples();
        var train = Function.Compile((Sequence x) => norm.Forward(x), Mode.Training);
        var results = train.Run(Dirty(Sequence.Pad(samples), 3, float.NaN)).Unpad();

        // All places of all samples side by side are one long sample.
        var all = new BatchNorm1d();
        all.Build([Channels, 12]);
        var whole = Function.Compile((Tensor x) => all.Forward(x), Mode.Training).Run(Tensor.Concat(1, samples).Unsqueeze(0));
        Assert.All(whole.ToArray().Zip(Tensor.Concat(1, results).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        foreach (var (expected, actual) in all.Variables.Zip(norm.Variables))
        {
            Assert.All(expected.Read().ToArray().Zip(actual.Read().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        }
    }

    [Fact]
    public void Lengths_of_another_kind_are_refused()
    {
        var module = new Relu();
        module.Build([Channels, 12]);
        var values = Sequence.Pad(Samples()).Values;

        var refused = Assert.Throws<ShapeMismatchException>(() => module.Forward(new Sequence(values, Tensor.From(1L, 2))));
        Assert.Contains("take Int64 5", refused.Message);
        Assert.Contains("at least one sample", Assert.Throws<ShapeMismatchException>(() => Sequence.Pad()).Message);
        Assert.Equal([3L, 1], Sequence.Pad(Tensor.From(1f, 2, 3), Tensor.From(4f)).Lengths.ToArray<long>());
    }
}
