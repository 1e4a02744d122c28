using Fovea.Cpu;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

public sealed class RandomTests
{
    static TestValue Counter(long step, long firstSample) => TestValue.Of<long>([2], step, firstSample);

    static float[] Run(Op op, long step = 3, long firstSample = 0) => Naive.Run(op, Counter(step, firstSample))[0].To<float>();

    [Fact]
    public void Every_kernel_gives_the_same_bits_in_any_order()
    {
        foreach (var name in new[] { "RandomUniform", "RandomNormal", "RandomBernoulli" })
            foreach (var sample in OpCatalog.Create(name, []).Samples())
                foreach (var kernel in CpuKernels.For(sample.Op))
                    Assert.Equal(Naive.Run(sample.Op, Counter(7, 1L << 40))[0].Bytes,
                        KernelHarness.Run(kernel, sample.Op, new KernelRun { LastFirst = true }, Counter(7, 1L << 40))[0].Bytes);
    }

    [Fact]
    public void A_sample_is_drawn_alike_in_every_batch()
    {
        float[] all = Run(new RandomNormal(1, 2, [6, 5]), firstSample: 10), part = Run(new RandomNormal(1, 2, [2, 5]), firstSample: 13);

        Assert.Equal(all[15..25], part);
    }

    [Fact]
    public void Step_seed_and_stream_change_everything()
    {
        float[] one = Run(new RandomUniform(1, 2, [100]));

        Assert.NotEqual(one, Run(new RandomUniform(1, 2, [100]), step: 4));
        Assert.NotEqual(one, Run(new RandomUniform(2, 2, [100])));
        Assert.NotEqual(one, Run(new RandomUniform(1, 3, [100])));
        Assert.Equal(one, Run(new RandomUniform(1, 2, [100])));
    }

    [Fact]
    public void Distributions_have_their_moments()
    {
        // 100 000 draws: five standard errors of each mean and variance.
        float[] uniform = Run(new RandomUniform(1, 2, [100_000])), normal = Run(new RandomNormal(1, 2, [100_000]));
        Assert.All(uniform, value => Assert.InRange(value, 0, 0.99999994f));
        Assert.InRange(uniform.Average(), 0.4954, 0.5046);
        Assert.InRange(normal.Average(), -0.0158, 0.0158);
        Assert.InRange(normal.Average(value => value * value), 0.9776, 1.0224);

        float[] mask = Run(new RandomBernoulli(1, 2, [100_000], 0.8f, 1.25f));
        Assert.All(mask, value => Assert.True(value is 0 or 1.25f));
        Assert.InRange(mask.Count(value => value > 0) / 1e5, 0.7937, 0.8063);
        Assert.All(Run(new RandomBernoulli(1, 2, [1000], 0)), value => Assert.Equal(0, value));
        Assert.All(Run(new RandomBernoulli(1, 2, [1000], 1, 3)), value => Assert.Equal(3, value));
    }

    [Fact]
    public void Errors_name_the_counter_and_the_probability()
    {
        Assert.Contains("the step and the index of the first sample", Naive.Fault(new RandomUniform(0, 0, [1]), TensorType.Float([2])),
            StringComparison.Ordinal);
        Assert.Contains("outside [0, 1]", Naive.Fault(new RandomBernoulli(0, 0, [1], 1.5f), new TensorType(ElementType.Int64, [2])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Draws_are_never_merged() => Assert.False(new RandomUniform(0, 0, [1]).IsPure);
}
