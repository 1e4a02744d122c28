using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

/// <summary>
/// Gradients of pools held to finite differences in double (moved by 1e-6, to 1e-5 + 1e-3 of their size), on windows that nobody chose.
/// </summary>
public sealed class PoolingGradientTests(ITestOutputHelper output)
{
    const int Seed = 20263, EachPool = 50, Least = 500;

    static readonly (string Name, Func<Random, int, string?> Check)[] Pools =
    [
        ("max", Windowed((x, g) => Tensor.Apply(new MaxPool(g), x))),
        ("average", Windowed((x, g) => Tensor.Apply(new AveragePool(g), x))),
        ("average, counted padding", Windowed((x, g) => Tensor.Apply(new AveragePool(g, CountPadding: true), x))),
        ("Lp 2", Windowed((x, g) => Tensor.Apply(new LpPool(g, 2), x))),
        ("Lp 1.5", Windowed((x, g) => Tensor.Apply(new LpPool(g, 1.5), x))),
        ("Lp 3", Windowed((x, g) => Tensor.Apply(new LpPool(g, 3), x))),
        ("stochastic", Windowed((x, g) => Tensor.Apply(new StochasticPool(g), x,
            PoolingCases.Normal(Tensor.Apply(new AveragePool(g), x).Shape, 7)))),
        ("stochastic, inference", Windowed(StochasticInference)),
        ("adaptive max", Binned((x, outputs) => x.AdaptiveMaxPool(outputs))),
        ("adaptive average", Binned((x, outputs) => x.AdaptiveAveragePool(outputs))),
        ("global Lp", Binned((x, outputs) => x.GlobalLpPool(1 + outputs[0] / 2.0))),
        ("k-max", (random, seed) =>
        {
            var (shape, k) = PoolingCases.Sequence(random);
            return Fault(x => x.KMaxPool(k), shape, seed);
        }),
        ("max over time", (random, seed) =>
        {
            var (shape, _) = PoolingCases.Sequence(random);
            long[] lengths = [.. Enumerable.Range(0, (int)shape[0]).Select(_ => (long)random.Next((int)shape[2] + 1))];
            return Fault(x => x.MaxOverTime(Tensor.From(lengths)), shape, seed);
        }),
        ("max unpool", Windowed(Unpool)),
        ("blur", Blur),
    ];

    [Fact]
    public void Gradients_are_those_of_finite_differences()
    {
        int cases = 0;
        foreach (var (name, check) in Pools)
        {
            var random = new Random(Seed);
            for (int i = 0; i < EachPool; i++, cases++)
            {
                var fault = check(random, i + 1);
                Assert.True(fault is null, $"{name}, case {i}: {fault}");
            }
        }

        output.WriteLine($"{cases} cases of {Pools.Length} pools");
        Assert.True(cases >= Least, $"{cases} cases; {Least} are promised.");
    }

    static Func<Random, int, string?> Windowed(Func<Tensor, PoolingGeometry, Tensor> pool) => (random, seed) =>
    {
        // A max pool gives −∞ where a window sees no pixel; differences of that are no numbers.
        PoolingSample drawn;
        do drawn = PoolingCases.Windows(random);
        while (TestValue.Of(drawn.Input.ToDims(), new float[drawn.Input.Count.Value]) is var zeros
            && Naive.Run(new MaxPool(drawn.Geometry), zeros)[0].Numbers().Any(double.IsInfinity));
        return Fault(x => pool(x, drawn.Geometry), drawn.Input, seed, drawn.Geometry.ToString());
    };

    static Func<Random, int, string?> Binned(Func<Tensor, Dims, Tensor> pool) => (random, seed) =>
    {
        var (shape, outputs) = PoolingCases.Bins(random);
        return Fault(x => pool(x, outputs), shape, seed, outputs.ToString());
    };

    static string? Blur(Random random, int seed)
    {
        int kernel = random.Next(2, 6), rank = random.Next(1, 3);
        Shape shape = new([random.Next(1, 3), random.Next(1, 4), .. Enumerable.Range(0, rank).Select(_ => (Dim)random.Next(4, 9))]);
        var padding = random.Next(2) == 0 ? BlurPadding.Reflect : BlurPadding.Zero;
        int stride = random.Next(1, 4);
        return Fault(x => x.BlurPool(kernel, stride, padding), shape, seed);
    }

    static Tensor StochasticInference(Tensor x, PoolingGeometry g) => x.StochasticPool(g.Kernel, g.Stride,
        new([.. g.PadBegin, .. g.PadEnd]), g.Dilation, g.Rounding != PoolingRounding.Floor);

    // Back from what a max pool of other numbers found: the indices stay while the values move.
    static Tensor Unpool(Tensor x, PoolingGeometry g)
    {
        var size = x.Shape.Slice(2, g.Rank);
        var indices = Tensor.ApplyAll(new MaxPool(g, WithIndices: true), PoolingCases.Distinct(x.Shape, 3))[1];
        return Tensor.Apply(new AveragePool(g), x).MaxUnpool(indices, outputSize: size);
    }

    static string? Fault(Func<Tensor, Tensor> pool, Shape shape, int seed, string what = "") =>
        new FiniteDifferences(6, seed).FirstFault(x => [pool(x[0])],
            [TestValue.Draw(new(new(ElementType.Float64, shape), SampleValues.Distinct), seed)])
            is { } fault ? $"{fault} (input {shape} {what})" : null;

    /// <summary>One window alone: the kernels' arithmetic holds at the largest stride, too.</summary>
    [Fact]
    public void A_stride_as_large_as_an_integer_leaves_one_window()
    {
        const int stride = int.MaxValue;
        var x = Tensor.From([1f, 2, 3, 4, 5, 6, 7, 8], [1, 1, 8]);

        Assert.Equal([2f], x.AveragePool(3, stride).ToArray());
        Assert.All([x.AveragePool(3, stride), x.LpPool(1, 3, stride) / 3], y =>
            Assert.Equal([1f / 3, 1f / 3, 1f / 3, 0, 0, 0, 0, 0], Gradients.Of(y.Sum(), x).ToArray(), (a, b) => Math.Abs(a - b) < 1e-6));
        Assert.Equal([0f, 0, 1, 2, 3], x.Unfold(5, stride, 2).ToArray());
        Assert.Equal([1f, 1, 1, 0, 0, 0, 0, 0], Gradients.Of(x.Unfold(5, stride, 2).Sum(), x).ToArray());
    }
}
