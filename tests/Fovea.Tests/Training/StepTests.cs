using Fovea.Data;
using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tensors;
using Fovea.Training;
using Xunit;

namespace Fovea.Tests.Training;

public sealed class StepTests
{
    static Sequential WithDropout()
    {
        var model = new Sequential(
            new Conv2d(4, 3), new BatchNorm2d(), new Relu(), new Dropout(0.3f), new MaxPool2d(2), new Flatten(), new Linear(4));
        model.Build([1, 8, 8], seed: 5);
        return model;
    }

    readonly record struct Part(Tensor Images, Tensor Labels, Tensor Step, Tensor First) : ITensors<Part>
    {
        public Part Map(TensorMap map) => new(map.Next(Images), map.Next(Labels), map.Next(Step), map.Next(First));
    }

    static List<(float[] Images, long[] Labels)> Batches(Dataset data, int size, int count)
    {
        var batches = new List<(float[], long[])>();
        using var loader = new BatchLoader(data, new() { BatchSize = size, Seed = 3, Threads = 0 });
        for (int i = 0; i < count; i++)
        {
            var batch = loader.Next()!;
            batches.Add((batch.Images.ToArray(), [.. batch.Labels.ToArray().Select(l => (long)l)]));
        }
        return batches;
    }

    [Theory]
    [InlineData(4, 32)]
    [InlineData(4, 30)]
    [InlineData(3, 31)]
    public void Shards_are_the_gradients_of_the_parts_joined_by_hand(int shards, int size)
    {
        var data = Small.Quarters(200);
        var options = new TrainingOptions { Shards = shards, Seed = 9, BatchSize = size };
        Sequential model = WithDropout(), other = WithDropout();
        var step = new TrainingStep(model, data, options, new Sgd(0.1, momentum: 0.9));
        using var loader = new BatchLoader(data, new() { BatchSize = size, Seed = 3, Threads = 0 });

        // By hand: each part through a function of its own, joined outside, one step.
        var sgd = new Sgd(0.1, momentum: 0.9);
        var part = Function.Compile((Part part) =>
        {
            Randomness.Use(Tensor.Stack(0, part.Step, part.First), 9);
            var loss = other.Forward(part.Images).CrossEntropy(part.Labels) * (Tensor.Constant(1) * part.Images.Shape[0] / size);
            return (Tensor[])[loss, .. Gradients.Of(loss, other.Parameters)];
        }, Mode.Training);

        var byHand = Batches(data, size, 3);
        for (int s = 0; s < 3; s++)
        {
            var result = step.Run(loader.Next()!, 0.1, s);
            var (images, labels) = byHand[s];
            var parts = new List<Tensor[]>();
            for (int g = 0; g < shards; g++)
            {
                int from = size * g / shards, to = size * (g + 1) / shards;
                parts.Add(part.Run(new(Tensor.From(images[(from * 64)..(to * 64)], [to - from, 1, 8, 8]), Tensor.From(labels[from..to]),
                    Tensor.Constant(s, ElementType.Int64), Tensor.Constant(from, ElementType.Int64))));
            }
            var joined = Enumerable.Range(0, parts[0].Length).Select(i => shards == 3
                ? parts[0][i] + parts[1][i] + parts[2][i]
                : parts[0][i] + parts[1][i] + (parts[2][i] + parts[3][i])).ToArray();
            sgd.Update(other.Parameters, joined[1..]);
            Assert.Equal(joined[0].Item(), result.Loss);
            Assert.Equal(WeightDigest.Of(other), WeightDigest.Of(model));
        }
    }

    [Fact]
    public void Dropout_of_shards_is_that_of_the_whole_batch()
    {
        // Without batch statistics a network cut into shards differs from the whole one by rounding alone, masks included.
        static Sequential Model()
        {
            var model = new Sequential(new Flatten(), new Linear(16), new Dropout(0.5f), new Relu(), new Dropout(0.5f), new Linear(4));
            model.Build([1, 8, 8], seed: 1);
            return model;
        }
        var data = Small.Quarters(64);
        Sequential whole = Model(), cut = Model();
        var one = new TrainingStep(whole, data, new() { Seed = 2 }, new Sgd(0.1));
        var four = new TrainingStep(cut, data, new() { Seed = 2, Shards = 4 }, new Sgd(0.1));
        using var loader = new BatchLoader(data, new() { BatchSize = 64, Seed = 3, Threads = 0 });
        var batch = loader.Next()!;
        for (int s = 0; s < 3; s++) Assert.Equal(one.Run(batch, 0.1, s).Loss, four.Run(batch, 0.1, s).Loss, 1e-5);
    }

    [Fact]
    public void Clipping_scales_all_gradients_to_the_largest_norm()
    {
        var data = Small.Quarters(32);
        using var loader = new BatchLoader(data, new() { BatchSize = 32, Threads = 0, Shuffle = false });
        var batch = loader.Next()!;
        static Sequential Model()
        {
            var model = new Sequential(new Flatten(), new Linear(4));
            model.Build([1, 8, 8], seed: 1);
            return model;
        }
        Sequential free = Model(), clipped = Model();
        float[] start = free.Parameters[0].ToArray();
        var loose = new TrainingStep(free, data, new(), new Sgd(1)).Run(batch, 1, 0);
        var tight = new TrainingStep(clipped, data, new() { ClipNorm = 0.01 }, new Sgd(1)).Run(batch, 1, 0);

        Assert.Equal(loose.GradientNorm, tight.GradientNorm);
        double scale = 0.01 / (loose.GradientNorm + 1e-6);
        float[] far = free.Parameters[0].ToArray(), near = clipped.Parameters[0].ToArray();
        for (int i = 0; i < start.Length; i++) Assert.Equal((far[i] - start[i]) * scale, near[i] - start[i], 1e-6);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        var data = Small.Quarters(64 * 8);
        var model = WithDropout();
        var step = new TrainingStep(model, data, new() { Shards = 2, ClipNorm = 1 }, new Adam());
        var augmentation = new Augmentation { HorizontalFlip = true, Shift = 1 };
        using var loader = new BatchLoader(data, new() { BatchSize = 64, Seed = 3, Augmentation = augmentation });
        int next = 0;
        void Run(int steps)
        {
            for (int i = 0; i < steps; i++) step.Run(loader.Next()!, 0.01, next++);
        }
        Run(20);
        Assert.Equal(0, Allocations.Least(() => Run(50)));
    }

    [Fact]
    public void What_does_not_fit_is_said_with_its_mend()
    {
        var data = Small.Quarters(8);
        using var loader = new BatchLoader(data, new() { BatchSize = 8, Threads = 0 });
        var batch = loader.Next()!;
        Assert.Contains("new Linear(4)", Message(new Sequential(new Flatten(), new Linear(3))), StringComparison.Ordinal);
        Assert.Contains("new Flatten()", Message(new Sequential(new Conv2d(2, 3))), StringComparison.Ordinal);

        var fits = new Sequential(new Flatten(), new Linear(4));
        fits.Build([1, 8, 8]);
        var loss = new TrainingOptions { Loss = (p, _) => p.Sum(0) };
        Assert.Contains("loss", Assert.Throws<ShapeMismatchException>(
            () => new TrainingStep(fits, data, loss, new Sgd(1)).Run(batch, 1, 0)).Message, StringComparison.Ordinal);
        fits.Freeze("*");
        Assert.Throws<InvalidOperationException>(() => new TrainingStep(fits, data, new(), new Sgd(1)));

        string Message(Sequential model)
        {
            model.Build([1, 8, 8]);
            return Assert.Throws<ShapeMismatchException>(() => new TrainingStep(model, data, new(), new Sgd(1)).Run(batch, 1, 0)).Message;
        }
    }
}
