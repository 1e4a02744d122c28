using Fovea.Cpu;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Cpu;

/// <summary>Every convolution kernel as a plan runs it: near the naive kernel, and equal bits wherever recipes are equal.</summary>
public class ConvolutionKernelTests
{
    public static TheoryData<string> Kernels => [.. CpuKernels.All
        .Where(k => k.OpType == typeof(Convolution) || k.OpType == typeof(TransposedConvolution))
        .Where(k => !k.Name.EndsWith(".naive", StringComparison.Ordinal)).Select(k => k.Name)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Agrees_with_the_naive_kernel_on_the_samples(string name)
    {
        var kernel = CpuKernels.All.Single(k => k.Name == name);
        int checkedCases = 0;
        foreach (var (op, inputs) in Samples(kernel.OpType))
        {
            var naive = CpuKernels.For(op).Single(k => k.Name.EndsWith(".naive", StringComparison.Ordinal));
            if (!kernel.Supports(op, KernelHarness.Case(naive, op, new(), inputs))) continue;
            checkedCases++;
            double[] expected = KernelHarness.Run(naive, op, [.. inputs.Select(Doubled)])[0].To<double>();
            // Every product and every sum is rounded once; the numbers are normal, their sums wander.
            double bound = 6e-8 * (16 + inputs[1].Sizes.Product() / Math.Min(inputs[1].Sizes[0], inputs[1].Sizes[1]));
            foreach (var run in Runs())
            {
                float[] actual = KernelHarness.Run(kernel, op, run, inputs)[0].To<float>();
                for (int i = 0; i < expected.Length; i++)
                    Assert.True(Math.Abs(expected[i] - actual[i]) <= bound * (1 + Math.Abs(expected[i])),
                        $"{op}: {i}: {actual[i]:R}, expected {expected[i]:R}");
            }
        }
        Assert.SkipWhen(checkedCases == 0, $"this machine does not run {name}");
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Bits_depend_on_neither_batch_nor_order_nor_layout(string name)
    {
        var kernel = CpuKernels.All.Single(k => k.Name == name);
        bool ran = false;
        foreach (var (op, inputs) in Samples(kernel.OpType))
        {
            var naive = CpuKernels.For(op).Single(k => k.Name.EndsWith(".naive", StringComparison.Ordinal));
            if (!kernel.Supports(op, KernelHarness.Case(naive, op, new(), inputs))) continue;
            ran = true;
            var one = KernelHarness.Run(kernel, op, inputs)[0];
            foreach (var run in Runs()) Assert.Equal(one.Bytes, KernelHarness.Run(kernel, op, run, inputs)[0].Bytes);

            // The images three times over, between others.
            TestValue many = inputs[0] with
            {
                Sizes = inputs[0].Sizes.With(0, 3 * inputs[0].Sizes[0]),
                Bytes =
                [
                    .. TestValue.Normal(inputs[0].Sizes, 77).Bytes, .. inputs[0].Bytes, .. TestValue.Normal(inputs[0].Sizes, 78).Bytes,
                ],
            };
            byte[] batch = KernelHarness.Run(kernel, op, [many, .. inputs[1..]])[0].Bytes;
            Assert.Equal(one.Bytes, batch[one.Bytes.Length..(2 * one.Bytes.Length)]);
        }
        Assert.SkipUnless(ran, $"this machine does not run {name}");
    }

    [Fact]
    public void Equal_recipes_give_equal_bits()
    {
        foreach (var type in (Type[])[typeof(Convolution), typeof(TransposedConvolution)])
            foreach (var (op, inputs) in Samples(type))
            {
                var bits = new Dictionary<string, (string Kernel, byte[] Bytes)>();
                foreach (var kernel in CpuKernels.For(op))
                {
                    var naive = CpuKernels.For(op).Single(k => k.Name.EndsWith(".naive", StringComparison.Ordinal));
                    var @case = KernelHarness.Case(naive, op, new(), inputs);
                    if (!kernel.Supports(op, @case)) continue;
                    byte[] bytes = KernelHarness.Run(kernel, op, inputs)[0].Bytes;
                    string recipe = kernel.Recipe(op, @case);
                    if (bits.TryGetValue(recipe, out var other))
                        Assert.True(other.Bytes.AsSpan().SequenceEqual(bytes), $"{op}: {kernel.Name} and {other.Kernel} differ");
                    else bits.Add(recipe, (kernel.Name, bytes));
                }
            }
    }

    static TestValue Doubled(TestValue value) => TestValue.Of<double>(value.Sizes, [.. value.To<float>().Select(v => (double)v)]);

    static IEnumerable<KernelRun> Runs() =>
    [
        new() { LastFirst = true },
        new() { Free = Layout.ChannelsLast },
        new()
        {
            Free = rank => Layout.Of(rank == 4 ? [1, 0, 3, 2] : rank == 3 ? [2, 1, 0] : Layout.RowMajor.Order(rank)),
            Numerics = Numerics.Exact,
        },
    ];

    static IEnumerable<(Op Op, TestValue[] Inputs)> Samples(Type type)
    {
        Op prototype = type == typeof(Convolution)
            ? new Convolution(ConvolutionGeometry.Unit(2))
            : new TransposedConvolution(ConvolutionGeometry.Unit(2), new Shape(1, 1));
        foreach (var sample in prototype.Samples())
            yield return (sample.Op, [.. sample.Inputs.Select((t, i) => TestValue.Normal(t.Type.Shape.ToDims(), i + 1))]);

        // What each fast kernel has besides: whole vectors and tiles, tails of both, groups of every kind.
        foreach (var (input, weight, stride, padding, groups) in Larger())
        {
            var geometry = ConvolutionGeometry.Of(2, [stride], [padding], [1], groups);
            Dims output = [input[0], weight[0],
                (int)geometry.OutputSize(0, input[2], weight[2]).Value, (int)geometry.OutputSize(1, input[3], weight[3]).Value];
            if (type == typeof(Convolution))
                yield return (new Convolution(geometry),
                    [TestValue.Normal(input, 1), TestValue.Normal(weight, 2), TestValue.Normal([weight[0]], 3)]);
            else
                yield return (new TransposedConvolution(geometry, new(input[2], input[3])),
                    [TestValue.Normal(output, 1), TestValue.Normal(weight, 2), TestValue.Normal([input[1]], 3)]);
        }
    }

    static IEnumerable<(Dims Input, Dims Weight, int Stride, int Padding, int Groups)> Larger() =>
    [
        ([1, 40, 7, 6], [40, 1, 3, 3], 1, 1, 40),
        ([2, 70, 9, 5], [70, 1, 3, 3], 2, 1, 70),
        ([1, 32, 5, 7], [32, 4, 3, 3], 1, 1, 8),
        ([2, 36, 6, 5], [36, 2, 3, 3], 2, 1, 18),
        ([1, 24, 5, 5], [24, 8, 3, 3], 1, 1, 3),
        ([1, 10, 6, 6], [40, 1, 3, 3], 1, 1, 10),
        ([1, 9, 6, 6], [27, 1, 3, 3], 1, 1, 9),
        ([1, 40, 5, 5], [20, 4, 1, 1], 1, 0, 10),
        ([2, 3, 21, 40], [35, 3, 5, 5], 1, 2, 1),
        ([1, 1, 50, 60], [70, 1, 7, 7], 2, 3, 1),
        ([1, 4, 40, 50], [3, 4, 3, 3], 1, 1, 1),
        ([3, 20, 9, 9], [40, 20, 3, 3], 1, 1, 1),
    ];
}
