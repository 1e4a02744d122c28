using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Layers;

/// <summary>Pools as layers: shapes, what training changes, and the two that take two inputs.</summary>
public sealed class PoolLayerTests
{
    sealed record Layer(Func<Module> Create, Dims Input, Dims Output);

    static readonly Dictionary<string, Layer> Layers = new()
    {
        ["MaxPool1d, dilated"] = new(() => new MaxPool1d(3, 1, dilation: 2), [2, 9], [2, 5]),
        ["MaxPool2d, ceil mode"] = new(() => new MaxPool2d(2, 3, ceilMode: true), [2, 6, 7], [2, 2, 3]),
        ["MaxPool2d, a side each"] = new(() => new MaxPool2d([3, 2], [2, 1], [1, 0, 0, 1]), [2, 6, 7], [2, 3, 7]),
        ["MaxPool3d, windows side by side"] = new(() => new MaxPool3d([1, 2, 3]), [2, 4, 6, 9], [2, 4, 3, 3]),
        ["MaxPool2d, same"] = new(() => new MaxPool2d(3, 2, Padding.Same), [2, 6, 7], [2, 3, 4]),
        ["AvgPool2d, same"] = new(() => new AvgPool2d([2, 4], 1, Padding.SameLower), [2, 6, 7], [2, 6, 7]),
        ["LpPool1d, causal"] = new(() => new LpPool1d(2, 3, 1, Padding.Causal), [2, 9], [2, 9]),
        ["AvgPool1d"] = new(() => new AvgPool1d(4), [2, 9], [2, 2]),
        ["AvgPool2d, ceil mode"] = new(() => new AvgPool2d(3, 2, 1, countPadding: true, ceilMode: true, divisor: 9), [2, 6, 6], [2, 4, 4]),
        ["LpPool1d"] = new(() => new LpPool1d(2, 3), [2, 9], [2, 3]),
        ["LpPool2d"] = new(() => new LpPool2d(1.5, 2, 1, 1), [2, 4, 5], [2, 5, 6]),
        ["LpPool3d"] = new(() => new LpPool3d(3, 2, ceilMode: true), [2, 3, 4, 5], [2, 2, 2, 3]),
        ["StochasticPool1d"] = new(() => new StochasticPool1d(2), [2, 9], [2, 4]),
        ["StochasticPool2d"] = new(() => new StochasticPool2d(3, 2, 1), [2, 6, 6], [2, 3, 3]),
        ["StochasticPool3d"] = new(() => new StochasticPool3d(2, ceilMode: true), [1, 3, 3, 3], [1, 2, 2, 2]),
        ["GlobalLpPool1d"] = new(() => new GlobalLpPool1d(), [3, 7], [3, 1]),
        ["GlobalLpPool2d"] = new(() => new GlobalLpPool2d(3), [3, 7, 6], [3, 1, 1]),
        ["GlobalLpPool3d"] = new(() => new GlobalLpPool3d(1), [3, 2, 4, 5], [3, 1, 1, 1]),
        ["GlobalAvgPool2d"] = new(() => new GlobalAvgPool2d(), [3, 7, 6], [3, 1, 1]),
        ["GlobalMaxPool2d"] = new(() => new GlobalMaxPool2d(), [3, 7, 6], [3, 1, 1]),
        ["AdaptiveMaxPool1d"] = new(() => new AdaptiveMaxPool1d(4), [3, 7], [3, 4]),
        ["AdaptiveMaxPool2d"] = new(() => new AdaptiveMaxPool2d([5, 2]), [3, 7, 6], [3, 5, 2]),
        ["AdaptiveMaxPool3d"] = new(() => new AdaptiveMaxPool3d(2), [3, 7, 6, 5], [3, 2, 2, 2]),
        ["AdaptiveAvgPool1d"] = new(() => new AdaptiveAvgPool1d(9), [3, 7], [3, 9]),
        ["AdaptiveAvgPool2d, one side kept"] = new(() => new AdaptiveAvgPool2d([0, 2]), [3, 7, 6], [3, 7, 2]),
        ["AdaptiveAvgPool3d"] = new(() => new AdaptiveAvgPool3d([1, 2, 3]), [3, 7, 6, 5], [3, 1, 2, 3]),
        ["KMaxPool1d"] = new(() => new KMaxPool1d(3), [4, 8], [4, 3]),
        // Layer 1 of 3 for sentences of 18 keeps 12, as in the paper.
        ["DynamicKMaxPool1d, first layer"] = new(() => new DynamicKMaxPool1d(1, 3, 3, sentence: 18), [4, 18], [4, 12]),
        ["DynamicKMaxPool1d, last layer"] = new(() => new DynamicKMaxPool1d(3, 3, 3, sentence: 18), [4, 12], [4, 3]),
        ["DynamicKMaxPool1d of its own length"] = new(() => new DynamicKMaxPool1d(1, 2, 4), [4, 7], [4, 4]),
        ["MaxOverTime"] = new(() => new MaxOverTime(), [4, 8], [4]),
        ["SpatialPyramidPool"] = new(() => new SpatialPyramidPool([1, 2, 4]), [3, 13, 9], [63]),
        ["BlurPool1d"] = new(() => new BlurPool1d(), [3, 9], [3, 5]),
        ["BlurPool2d"] = new(() => new BlurPool2d(4, 2, BlurPadding.Zero), [3, 8, 9], [3, 4, 5]),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Layers_give_their_shapes(string name)
    {
        var layer = Layers[name];
        var module = layer.Create();
        module.Build(layer.Input, seed: 1);
        var x = TestValue.Normal(new([3, .. layer.Input]), 1).ToTensor();

        Assert.Equal(new Shape([3, .. layer.Output.Select(size => (Dim)size)]), module.Forward(x).Shape);
        Assert.Empty(module.Parameters);
    }

    [Fact]
    public void An_unpool_puts_back_what_its_pool_found()
    {
        var x = Tensor.From([1f, 7, 3, 2, 5, 4, 9, 8, 6], [1, 1, 3, 3]);
        var pool = new MaxPool2d(2, 1);
        var (values, indices) = pool.ForwardWithIndices(x);

        Assert.Equal([7, 7, 9, 8], values.ToArray());
        Assert.Equal([1, 1, 6, 7], indices.ToArray<long>());
        // The 7 was found twice; it is put back once.
        Assert.Equal([0, 7, 0, 0, 0, 0, 9, 8, 0], new MaxUnpool2d(2, 1).Forward(values, indices).ToArray());
        Assert.Equal([1, 1, 4, 3], new MaxUnpool2d(2, 1).Forward(values, indices, [4, 3]).Shape);
        var error = Assert.Throws<InvalidOperationException>(() => new MaxUnpool2d(2).Build([1, 2, 2], 1));
        Assert.Contains("Forward(x, indices)", error.Message, StringComparison.Ordinal);
        Assert.Throws<IndexOutOfRangeException>(() => values.MaxUnpool(indices, outputSize: [2, 3]).ToArray());
    }

    [Fact]
    public void Stochastic_pooling_draws_in_training_and_weighs_in_inference()
    {
        // Shares 1/10, 2/10, 3/10, 4/10 of one window.
        var x = Tensor.From([1f, 2, 3, 4], [1, 1, 2, 2]).Tile(1000, 1, 1, 1);
        var pool = new StochasticPool2d(2);
        pool.Build([1, 2, 2], 1);
        float[] weighed = pool.Forward(x).ToArray();
        Assert.All(weighed, value => Assert.Equal(3f, value, 1e-6f));

        var draw = Function.Compile((Tensor input) => pool.Forward(input), Mode.Training);
        float[] first = draw.Run(x).ToArray(), second = draw.Run(x).ToArray();
        Assert.NotEqual(first, second);
        // Five standard deviations of 1000 draws.
        for (int value = 1; value <= 4; value++)
            Assert.InRange(first.Count(v => v == value), 100 * value - 78, 100 * value + 78);
        Assert.All(first, value => Assert.True(value is 1 or 2 or 3 or 4));
    }

    [Fact]
    public void Padding_never_changes_what_is_pooled_over_time()
    {
        var lengths = Tensor.From(3L, 5L, 0L);
        float[] numbers = [.. TestValue.Normal([3, 2, 5], 4).To<float>().Select(v => v - 10)];
        var x = Tensor.From(numbers, [3, 2, 5]);
        float[] padded = [.. numbers];
        for (int c = 0; c < 2; c++)
        {
            for (int t = 3; t < 5; t++) padded[c * 5 + t] = t == 3 ? float.NaN : 1e9f;
            for (int t = 0; t < 5; t++) padded[20 + c * 5 + t] = float.PositiveInfinity;
        }
        var longer = Tensor.From(padded, [3, 2, 5]).Pad([0, 0, 0], [0, 0, 4], 77);

        var module = new MaxOverTime();
        Assert.Equal(module.Forward(x, lengths).ToArray(), module.Forward(longer, lengths).ToArray());
        Assert.Equal([0f, 0f], module.Forward(x, lengths).ToArray()[4..]);
        var largest = new KMaxPool1d(4);
        Assert.Equal(largest.Forward(x, lengths).ToArray(), largest.Forward(longer, lengths).ToArray());
        Assert.Throws<IndexOutOfRangeException>(() => module.Forward(x, Tensor.From(6L, 1L, 1L)).ToArray());
    }

    [Fact]
    public void Layers_for_other_ranks_are_refused_with_the_shape()
    {
        foreach (Module module in new Module[]
        {
            new MaxPool2d(2), new AvgPool2d(2), new LpPool2d(2, 2), new StochasticPool2d(2), new AdaptiveAvgPool2d(2),
            new AdaptiveMaxPool2d(2),
        })
        {
            var error = Assert.Throws<ShapeMismatchException>(() => module.Build([3, 8], 1));
            Assert.Contains("takes N, C and 2 spatial axes", error.Message, StringComparison.Ordinal);
            Assert.Contains("x3x8", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Blurring_keeps_a_constant_and_takes_the_highest_frequency_away()
    {
        float[] alternating = [.. Enumerable.Range(0, 16).Select(i => i % 2 == 0 ? 1f : -1f)];

        Assert.All(Tensor.Filled([1, 2, 6, 7], 3).BlurPool().ToArray(), value => Assert.Equal(3f, value));
        Assert.All(Tensor.From(alternating, [1, 1, 16]).BlurPool().ToArray(), value => Assert.Equal(0f, value));
    }
}
