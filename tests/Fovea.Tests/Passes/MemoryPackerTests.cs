using CsCheck;
using Fovea.Passes;
using Xunit;
using Value = Fovea.Passes.MemoryPacker.Value;

namespace Fovea.Tests.Passes;

public sealed class MemoryPackerTests(ITestOutputHelper output)
{
    private static readonly Gen<Value> AnyValue =
        from bytes in Gen.OneOf(
            Gen.Long[0, 300], Gen.Long[0, 100_000], Gen.Const(0L), Gen.Const(1L), Gen.Const(64L), Gen.Const(65L), Gen.Const(1L << 40))
        from first in Gen.Int[0, 60]
        from steps in Gen.OneOf(Gen.Int[0, 3], Gen.Int[0, 60])
        select new Value(bytes, first, first + steps);

    [Fact]
    public void Live_values_never_overlap_and_the_size_is_between_its_bounds() =>
        AnyValue.Array[0, 120].Sample(values =>
        {
            long[] offsets = new long[values.Length];
            long size = MemoryPacker.Pack(values, offsets);
            Check(values, offsets, size);
        }, iter: 3000);

    [Fact]
    public void The_bound_is_the_most_that_lives_at_a_step() =>
        AnyValue.Array[0, 40].Sample(values =>
        {
            long most = 0;
            for (int step = 0; step <= 120; step++)
                most = Math.Max(most, values.Where(v => v.First <= step && step <= v.Last).Sum(v => (v.Bytes + 63) / 64 * 64));
            return MemoryPacker.LowerBound(values) == most;
        }, iter: 1000);

    [Fact]
    public void Packing_is_a_function_of_its_input() =>
        AnyValue.Array[0, 60].Sample(values =>
        {
            long[] once = new long[values.Length], twice = new long[values.Length];
            return MemoryPacker.Pack(values, once) == MemoryPacker.Pack(values, twice) && once.AsSpan().SequenceEqual(twice);
        }, iter: 300);

    [Fact]
    public void A_chain_needs_its_two_largest_neighbours()
    {
        Value[] values = [new(1000, 0, 1), new(500, 1, 2), new(2000, 2, 3), new(3000, 3, 4), new(100, 4, 5)];
        Assert.Equal(2048 + 3008, Packed(values));
    }

    [Fact]
    public void Values_that_meet_at_one_step_do_not_share()
    {
        Assert.Equal(128, Packed([new(64, 0, 5), new(64, 5, 9)]));
        Assert.Equal(64, Packed([new(64, 0, 4), new(64, 5, 9)]));
        Assert.Equal(0, Packed([]));
        Assert.Equal(0, Packed([new(0, 0, 9)]));
        Assert.Equal(64, Packed([new(1, int.MinValue, int.MaxValue)]));
    }

    [Fact]
    public void Further_passes_mend_what_the_order_by_size_misses()
    {
        var random = new Random(5);
        int better = 0;
        for (int trial = 0; trial < 200; trial++)
        {
            var values = new Value[30];
            for (int i = 0; i < values.Length; i++)
            {
                int first = random.Next(20);
                values[i] = new(64 * random.Next(1, 12), first, first + random.Next(8));
            }
            if (Packed(values) < BySizeAlone(values))
                better++;
        }
        output.WriteLine($"{better} of 200 better than by size alone");
        Assert.InRange(better, 40, 200);
    }

    [Fact]
    public void Bad_values_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Packed([new(-1, 0, 1)]));
        Assert.Throws<ArgumentException>(() => Packed([new(1, 2, 1)]));
        Assert.Throws<ArgumentException>(() => MemoryPacker.Pack([new(1, 0, 1)], new long[2]));
        Assert.Throws<OverflowException>(() => Packed([new(long.MaxValue, 0, 1)]));
        Assert.Throws<OverflowException>(() => Packed([new(long.MaxValue - 63, 0, 1), new(long.MaxValue - 63, 2, 3)]));
    }

    [Theory]
    [InlineData(18, 32)]
    [InlineData(50, 8)]
    public void ResNet_training_lifetimes_are_packed_within_one_percent(int depth, int batch)
    {
        Value[] values = TrainingLifetimes(depth == 50, batch);
        long[] offsets = new long[values.Length];
        long size = MemoryPacker.Pack(values, offsets), bound = MemoryPacker.LowerBound(values), sum = values.Sum(v => v.Bytes);
        Check(values, offsets, size);
        output.WriteLine($"ResNet-{depth}, batch {batch}: {values.Length} values, {sum >> 20} MiB in all, {size >> 20} MiB packed, "
            + $"{size / (double)bound:F4} of the bound; by size alone {BySizeAlone(values) / (double)bound:F4}");
        Assert.InRange(size / (double)bound, 1, 1.01);
    }

    [Fact]
    public void Ten_thousand_values_are_packed()
    {
        var random = new Random(1);
        var values = new Value[10_000];
        for (int i = 0; i < values.Length; i++)
        {
            int first = random.Next(10_000);
            values[i] = new(random.Next(1, 1 << 20), first, first + random.Next(random.Next(10) == 0 ? 5000 : 20));
        }
        long[] offsets = new long[values.Length];
        Check(values, offsets, MemoryPacker.Pack(values, offsets));
    }

    /// <summary>
    /// Forward, backward and update of a residual network on 224×224 images: activations live until their gradient's step.
    /// </summary>
    private static Value[] TrainingLifetimes(bool bottleneck, int batch)
    {
        // Each step makes one value of so many bytes; what the forward pass makes, its mirror image in the backward pass reads.
        var forward = new List<long>();
        int map = 112;
        void Convolution(int channels, int size)
        {
            forward.Add(4L * batch * channels * size * size);       // the convolution
            forward.Add(4L * batch * channels * size * size);       // normalised and rectified
            forward.Add(8L * channels);                             // its statistics
        }

        Convolution(64, map);
        map = 56;
        forward.Add(4L * batch * 64 * map * map);
        int[] blocks = bottleneck ? [3, 4, 6, 3] : [2, 2, 2, 2];
        for (int stage = 0; stage < 4; stage++)
        {
            int channels = 64 << stage;
            for (int block = 0; block < blocks[stage]; block++)
            {
                if (stage > 0 && block == 0)
                    map /= 2;
                if (bottleneck)
                    Convolution(channels, block == 0 && stage > 0 ? 2 * map : map);
                Convolution(channels, map);
                Convolution(bottleneck ? 4 * channels : channels, map);
                if (block == 0)
                    Convolution(bottleneck ? 4 * channels : channels, map);
            }
        }

        int last = 2 * forward.Count + 1;
        var values = new List<Value>();
        for (int step = 0; step < forward.Count; step++)
        {
            int mirror = last - step;
            values.Add(new(forward[step], step, mirror));
            values.Add(new(forward[step], mirror - 1, mirror + 1));                         // the gradient, read by the next steps
            values.Add(new(Math.Min(forward[step], 1 << 20), step, step));                  // scratch
            values.Add(new(Math.Min(forward[step] / 3, 4 << 20), mirror, last + 1));        // the weight gradient, until the update
        }
        return [.. values];
    }

    private static long Packed(Value[] values)
    {
        long[] offsets = new long[values.Length];
        long size = MemoryPacker.Pack(values, offsets);
        Check(values, offsets, size);
        return size;
    }

    private static void Check(Value[] values, long[] offsets, long size)
    {
        long sum = 0, end = 0;
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(0, offsets[i] % MemoryPacker.Alignment);
            Assert.True(offsets[i] >= 0);
            if (values[i].Bytes > 0)
                end = Math.Max(end, offsets[i] + (values[i].Bytes + 63) / 64 * 64);
            sum += (values[i].Bytes + 63) / 64 * 64;
        }
        Assert.Equal(end, size);
        Assert.InRange(size, MemoryPacker.LowerBound(values), sum);

        // By offset, each value is compared with those that start before it ends.
        int[] order = [.. Enumerable.Range(0, values.Length).Where(i => values[i].Bytes > 0).OrderBy(i => offsets[i])];
        for (int a = 0; a < order.Length; a++)
        {
            Value one = values[order[a]];
            for (int b = a + 1; b < order.Length && offsets[order[b]] < offsets[order[a]] + one.Bytes; b++)
            {
                Value other = values[order[b]];
                Assert.True(one.Last < other.First || other.Last < one.First, $"values {order[a]} and {order[b]} overlap");
            }
        }
    }

    /// <summary>The plain greedy algorithm, written as it is told.</summary>
    private static long BySizeAlone(Value[] values)
    {
        var placed = new List<(long Offset, long End, Value Value)>();
        long size = 0;
        var order = values.Where(v => v.Bytes > 0).OrderByDescending(v => (v.Bytes + 63) / 64).ThenByDescending(v => v.Last - v.First);
        foreach (Value value in order)
        {
            long bytes = (value.Bytes + 63) / 64 * 64, offset = 0;
            var neighbours = placed.Where(p => p.Value.First <= value.Last && value.First <= p.Value.Last);
            foreach (var (start, end, _) in neighbours.OrderBy(p => p.Offset))
            {
                if (start - offset >= bytes)
                    break;
                offset = Math.Max(offset, end);
            }
            placed.Add((offset, offset + bytes, value));
            size = Math.Max(size, offset + bytes);
        }
        return size;
    }
}
