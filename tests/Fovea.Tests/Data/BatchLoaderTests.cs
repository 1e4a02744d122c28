using System.Diagnostics;
using Fovea.Data;
using Fovea.Errors;
using Xunit;

namespace Fovea.Tests.Data;

public sealed class BatchLoaderTests
{
    private static readonly string[] Names = ["a", "b", "c"];

    [Fact]
    public void An_epoch_holds_every_image_once_with_its_label_and_pixels()
    {
        Dataset data = Pictures(23);
        using var loader = new BatchLoader(data, new LoaderOptions { BatchSize = 5, Seed = 4, EndEpoch = 1 });
        var seen = new List<int>();
        float[] image = new float[data.ImageSize];
        int step = 0;
        while (loader.Next() is { } batch)
        {
            Assert.Equal((0, step, step == 4, step == 4 ? 3 : 5), (batch.Epoch, batch.Step, batch.EndsEpoch, batch.Count));
            Assert.Equal(batch.Count * data.ImageSize, batch.Images.Length);
            for (int i = 0; i < batch.Count; i++)
            {
                data.Read(batch.Indices[i], image);
                Assert.Equal(image, batch.Images.Slice(i * image.Length, image.Length));
                Assert.Equal(data.Label(batch.Indices[i]), batch.Labels[i]);
            }

            seen.AddRange(batch.Indices);
            step++;
        }

        Assert.Equal((5, 5), (step, loader.StepsPerEpoch));
        Assert.Equal(Enumerable.Range(0, 23), seen.Order());
        Assert.NotEqual(seen.Order(), seen);
        Assert.Null(loader.Next());
    }

    [Fact]
    public void The_batches_are_the_same_whatever_the_threads_and_wherever_the_start()
    {
        Dataset data = Pictures(50);
        var options = new LoaderOptions
        {
            BatchSize = 8,
            Seed = 9,
            EndEpoch = 4,
            Normalization = data.ComputeNormalization(),
            Augmentation = new Augmentation { HorizontalFlip = true, Shift = 2, Erasing = 0.5f },
        };
        List<string> expected = Transcript(data, options with { Threads = 0 });
        Assert.Equal(4 * 7, expected.Count);
        Assert.Equal(expected.Count, expected.Distinct().Count());
        foreach (int threads in new[] { 1, 2, 3, 5 })
        {
            Assert.Equal(expected, Transcript(data, options with { Threads = threads, Prefetch = 1 }));
            Assert.Equal(expected, Transcript(data, options with { Threads = threads, Prefetch = 40 }));
        }

        foreach ((int epoch, int step) in new[] { (0, 3), (1, 0), (2, 6), (2, 7), (3, 6) })
        {
            List<string> rest = Transcript(data, options with { FirstEpoch = epoch, FirstStep = step, Threads = 2 });
            Assert.Equal(expected.Skip(epoch * 7 + step), rest);
        }

        Assert.Empty(Transcript(data, options with { FirstEpoch = 3, FirstStep = 7 }));
        Assert.Empty(Transcript(data, options with { FirstEpoch = 4 }));
        Assert.NotEqual(expected, Transcript(data, options with { Seed = 10 }));
    }

    [Fact]
    public void Without_shuffling_the_order_is_the_sets_and_the_last_batch_can_be_dropped()
    {
        Dataset data = Pictures(10);
        var options = new LoaderOptions { BatchSize = 4, Shuffle = false, EndEpoch = 2 };
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], Order(data, options));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7], Order(data, options with { DropLast = true }));
        Assert.Equal(Enumerable.Range(0, 10), Order(data, options with { BatchSize = 1000, EndEpoch = 1 }));
    }

    [Fact]
    public void Augmentation_moves_mirrors_and_erases_as_it_says()
    {
        Dataset data = Dataset.FromBytes([.. Enumerable.Range(1, 30).Select(i => (byte)i)], [0], [1, 5, 6], Names);
        var normalization = new Normalization([0.5f], [0.25f]);
        var seen = new HashSet<(bool Flip, int Down, int Right)>();
        int erased = 0;
        using var loader = new BatchLoader(data, new LoaderOptions
        {
            Normalization = normalization,
            Augmentation = new Augmentation { HorizontalFlip = true, Shift = 1, Erasing = 0.25f },
        });
        const int epochs = 2000;
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            float[] image = loader.Next()!.Images.ToArray();
            var matches = new List<(bool, int, int)>();
            foreach (bool flip in new[] { false, true })
            {
                for (int down = -1; down <= 1; down++)
                {
                    for (int right = -1; right <= 1; right++)
                    {
                        bool same = true;
                        for (int y = 0; y < 5; y++)
                        {
                            for (int x = 0; x < 6; x++)
                            {
                                int fromY = y - down, fromX = (flip ? 5 - x : x) - right;
                                bool inside = fromY is >= 0 and < 5 && fromX is >= 0 and < 6;
                                float expected = normalization.Scale(inside ? (fromY * 6 + fromX + 1) / 255f : 0, 0);
                                same &= image[y * 6 + x] == expected || image[y * 6 + x] == 0;
                            }
                        }

                        if (same) matches.Add((flip, down, right));
                    }
                }
            }

            Assert.NotEmpty(matches);
            if (image.Contains(0f)) erased++;
            else seen.Add(Assert.Single(matches));
        }

        Assert.Equal(18, seen.Count);
        Assert.InRange(erased / (double)epochs, 0.2, 0.3);
    }

    [Fact]
    public void Erased_rectangles_have_the_stated_areas()
    {
        Dataset data = Dataset.FromBytes([.. Enumerable.Repeat((byte)255, 3 * 400)], [0], [3, 20, 20], Names);
        using var loader = new BatchLoader(data, new LoaderOptions { Augmentation = new Augmentation { Erasing = 1 } });
        double least = 1, most = 0;
        for (int i = 0; i < 1000; i++)
        {
            float[] image = loader.Next()!.Images.ToArray();
            Assert.Equal(image[..400], image[400..800]);
            Assert.Equal(image[..400], image[800..]);
            double share = image[..400].Count(v => v == 0) / 400.0;
            (least, most) = (Math.Min(least, share), Math.Max(most, share));
        }

        Assert.InRange(least, 0.01, 0.04);
        Assert.InRange(most, 0.28, 0.36);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void A_steady_loader_allocates_nothing_on_any_thread(int threads)
    {
        var data = new AllocationProbe(100);
        using var loader = new BatchLoader(data, new LoaderOptions
        {
            BatchSize = 8,
            Threads = threads,
            Normalization = new Normalization([0.5f], [0.5f]),
            Augmentation = new Augmentation { HorizontalFlip = true, Shift = 1, Erasing = 0.5f },
        });
        for (int i = 0; i < 100; i++) loader.Next();
        // Least of several rounds on the reading threads too.
        long readers = long.MaxValue;
        long consumer = Allocations.Least(() =>
        {
            long before = data.Allocated;
            data.Armed = true;
            for (int i = 0; i < 150; i++) loader.Next();
            data.Armed = false;
            readers = Math.Min(readers, data.Allocated - before);
        });
        Assert.Equal(0, consumer);
        Assert.True(data.Pairs > 1000, $"{data.Pairs} pairs of reads were compared");
        Assert.Equal(0, readers);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void An_error_of_the_data_set_reaches_the_consumer_when_its_batch_is_due(int threads)
    {
        var data = new Scripted(20, read: index => { if (index == 9) throw new InvalidOperationException("image 9"); });
        using var loader = new BatchLoader(data, new LoaderOptions { BatchSize = 4, Shuffle = false, Threads = threads });
        Assert.Equal(0, loader.Next()!.Step);
        Assert.Equal(1, loader.Next()!.Step);
        Assert.Equal("image 9", Assert.Throws<InvalidOperationException>(() => loader.Next()).Message);
        Assert.Throws<InvalidOperationException>(() => loader.Next());
    }

    [Fact]
    public void A_label_that_is_no_class_is_refused()
    {
        var data = new Scripted(20, label: index => index == 2 ? 3 : 0);
        using var loader = new BatchLoader(data, new LoaderOptions { BatchSize = 4, Shuffle = false });
        Assert.Contains("Image 2 has label 3", Assert.Throws<DataFormatException>(() => loader.Next()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancellation_wakes_a_waiting_consumer_and_stops_the_threads()
    {
        using var cancellation = new CancellationTokenSource();
        using var held = new ManualResetEventSlim();
        var data = new Scripted(20, read: _ => held.Wait(TimeSpan.FromSeconds(20)));
        using var loader = new BatchLoader(data, new LoaderOptions { BatchSize = 4 }, cancellation.Token);
        cancellation.CancelAfter(50);
        Assert.Throws<OperationCanceledException>(() => loader.Next());
        Assert.Throws<OperationCanceledException>(() => loader.Next());
        held.Set();
    }

    [Fact]
    public void Dispose_stops_threads_that_wait_and_threads_that_read()
    {
        int reads = 0;
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < 50; i++)
        {
            var data = new Scripted(1000, read: _ => Interlocked.Increment(ref reads));
            var loader = new BatchLoader(data, new LoaderOptions { BatchSize = 10, Threads = 1 + i % 3, Prefetch = 1 + i % 5 });
            if (i % 2 == 0) loader.Next();
            loader.Dispose();
            loader.Dispose();
            int after = Volatile.Read(ref reads);
            Thread.Yield();
            Assert.Equal(after, Volatile.Read(ref reads));
            Assert.Throws<ObjectDisposedException>(() => loader.Next());
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Dataset data = Pictures(10);
        Refused(new LoaderOptions { BatchSize = 0 }, "BatchSize");
        Refused(new LoaderOptions { BatchSize = int.MaxValue }, "too large");
        Refused(new LoaderOptions { Threads = -1 }, "Threads");
        Refused(new LoaderOptions { Prefetch = 0 }, "Prefetch");
        Refused(new LoaderOptions { FirstEpoch = -1 }, "FirstEpoch");
        Refused(new LoaderOptions { BatchSize = 5, FirstStep = 3 }, "FirstStep is 3; an epoch has 2 steps");
        Refused(new LoaderOptions { FirstEpoch = 2, EndEpoch = 1 }, "EndEpoch");
        Refused(new LoaderOptions { BatchSize = 11, DropLast = true }, "less than one batch");
        Refused(new LoaderOptions { Normalization = new Normalization([0f, 0f], [1f, 1f]) }, "2 channels");
        Refused(new LoaderOptions { Augmentation = new Augmentation { Shift = 8 } }, "Shift is 8");
        Refused(new LoaderOptions { Augmentation = new Augmentation { Erasing = float.NaN } }, "Erasing");

        void Refused(LoaderOptions options, string reason)
        {
            ArgumentException error = Assert.ThrowsAny<ArgumentException>(() => new BatchLoader(data, options));
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }
    }

    private static Dataset Pictures(int count) =>
        Dataset.FromBytes(Formats.Pattern(count * 64), [.. Enumerable.Range(0, count).Select(i => i % 3)], [1, 8, 8], Names);

    private static int[] Order(Dataset data, LoaderOptions options)
    {
        using var loader = new BatchLoader(data, options);
        var order = new List<int>();
        while (loader.Next() is { } batch) order.AddRange(batch.Indices);
        return [.. order];
    }

    private static List<string> Transcript(Dataset data, LoaderOptions options)
    {
        using var loader = new BatchLoader(data, options);
        var lines = new List<string>();
        while (loader.Next() is { } batch)
        {
            var hash = new HashCode();
            foreach (float value in batch.Images) hash.Add(BitConverter.SingleToInt32Bits(value));
            foreach (int label in batch.Labels) hash.Add(label);
            lines.Add($"{batch.Epoch} {batch.Step} {string.Join(',', batch.Indices.ToArray())} {hash.ToHashCode()}");
        }

        return lines;
    }

    private sealed class Scripted(int count, Action<int>? read = null, Func<int, int>? label = null) : Dataset([1, 2, 2], count, Names)
    {
        public override int Label(int index) => label?.Invoke(index) ?? 0;

        public override void Read(int index, Span<float> image)
        {
            read?.Invoke(index);
            image.Fill(index);
        }
    }

    /// <summary>
    /// Adds up, on each reading thread, what was allocated between one read and the next: the loader's own work lies between.
    /// </summary>
    private sealed class AllocationProbe(int count) : Dataset([1, 8, 8], count, Names)
    {
        [ThreadStatic]
        private static long _last;

        private long _allocated;
        private int _pairs;

        public volatile bool Armed;

        public long Allocated => Interlocked.Read(ref _allocated);

        public int Pairs => _pairs;

        public override int Label(int index) => 0;

        public override void Read(int index, Span<float> image)
        {
            image.Fill(index);
            long now = GC.GetAllocatedBytesForCurrentThread();
            if (Armed && _last > 0)
            {
                Interlocked.Add(ref _allocated, now - _last);
                Interlocked.Increment(ref _pairs);
            }

            _last = now;
        }
    }
}
