using Fovea.Cpu;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Xunit;

namespace Fovea.Tests.Cpu;

/// <summary>Matrix products, linear layers and weight gradients as a plan runs them: near the naive kernel, equal bits by recipe.</summary>
public class ProductKernelTests
{
    static readonly Type[] Operators = [typeof(MatMul), typeof(Linear), typeof(ConvolutionWeightGradient)];

    public static TheoryData<string> Kernels => [.. CpuKernels.All
        .Where(k => Operators.Contains(k.OpType) && !k.Name.EndsWith(".naive", StringComparison.Ordinal)).Select(k => k.Name)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Agrees_with_the_naive_kernel_on_the_samples(string name)
    {
        var kernel = CpuKernels.All.Single(k => k.Name == name);
        int checkedCases = 0;
        foreach (var (op, inputs, naive) in Samples(kernel.OpType))
        {
            if (!kernel.Supports(op, KernelHarness.Case(naive, op, new(), inputs))) continue;
            checkedCases++;
            float[] expected = KernelHarness.Run(naive, op, inputs)[0].To<float>();
            var actual = KernelHarness.Run(kernel, op, inputs)[0];
            float[] values = actual.To<float>();
            // Both round each of at most some hundred products of normal numbers.
            for (int i = 0; i < expected.Length; i++)
            {
                if (!(Math.Abs(expected[i] - values[i]) <= 2e-5f * (1 + Math.Abs(expected[i]))))
                    Assert.Fail($"{op} of {string.Join(", ", inputs.Select(x => x.Sizes))}: {i}: {values[i]:R}, expected {expected[i]:R}");
            }
            Assert.Equal(actual.Bytes, KernelHarness.Run(kernel, op, new KernelRun { LastFirst = true }, inputs)[0].Bytes);
        }
        Assert.SkipWhen(checkedCases == 0, $"this machine does not run {name}");
    }

    [Fact]
    public void Equal_recipes_give_equal_bits()
    {
        foreach (var type in Operators)
            foreach (var (op, inputs, naive) in Samples(type))
            {
                var bits = new Dictionary<string, (string Kernel, byte[] Bytes)>();
                foreach (var kernel in CpuKernels.For(op))
                {
                    var @case = KernelHarness.Case(naive, op, new(), inputs);
                    if (!kernel.Supports(op, @case)) continue;
                    byte[] bytes = KernelHarness.Run(kernel, op, inputs)[0].Bytes;
                    string recipe = kernel.Recipe(op, @case);
                    if (bits.TryAdd(recipe, (kernel.Name, bytes))) continue;
                    var other = bits[recipe];
                    Assert.True(other.Bytes.AsSpan().SequenceEqual(bytes), $"{op}: {kernel.Name} and {other.Kernel} differ");
                }
            }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void A_row_has_the_same_bits_alone_and_among_others(int rows)
    {
        var op = new Linear();
        TestValue weights = TestValue.Normal([45, 300], 1), bias = TestValue.Normal([45], 2), x = TestValue.Normal([rows, 300], 3);
        var first = x with { Sizes = [1, 300], Bytes = x.Bytes[..(300 * sizeof(float))] };
        foreach (var kernel in CpuKernels.For(op))
        {
            if (!kernel.Supports(op, KernelHarness.Case(CpuKernels.For(op)[^1], op, new(), x, weights, bias))) continue;
            byte[] many = KernelHarness.Run(kernel, op, x, weights, bias)[0].Bytes;
            Assert.Equal(KernelHarness.Run(kernel, op, first, weights, bias)[0].Bytes, many[..(45 * sizeof(float))]);
        }
    }

    static IEnumerable<(Op Op, TestValue[] Inputs, Kernel Naive)> Samples(Type type)
    {
        Op prototype = type == typeof(MatMul) ? new MatMul()
            : type == typeof(Linear) ? new Linear()
            : new ConvolutionWeightGradient(ConvolutionGeometry.Unit(2), [1, 1]);
        foreach (var sample in prototype.Samples())
        {
            yield return (sample.Op, [.. sample.Inputs.Select((t, i) => TestValue.Normal(t.Type.Shape.ToDims(), i + 1))],
                CpuKernels.For(sample.Op).Single(k => k.Name.EndsWith(".naive", StringComparison.Ordinal)));
        }
    }
}
