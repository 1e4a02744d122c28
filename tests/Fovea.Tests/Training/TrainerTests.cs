using Fovea.Errors;
using Fovea.Tests.Data;
using Xunit;

namespace Fovea.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lenet_learns_two_thousand_pictures()
    {
        var data = FashionMnist.Load(RealData.FashionMnist);
        var (train, validation) = data.Train.Take(2500).Split(0.8, seed: 1);
        var model = Small.LeNet();
        model.Build(train.InputShape, seed: 1);

        var run = await Trainer.FitAsync(model, train, validation,
            new()
            {
                Epochs = 10, BatchSize = 50, Optimizer = new Adam(2e-3), Schedule = Schedule.Cosine(), Seed = 1, RunFolder = _folder["run"],
            }, null, Token);
        var test = await Trainer.EvaluateAsync(model, validation, null, Token);

        // Measured 0.794; with convolutions that get no gradient 0.758.
        Assert.True(test.Accuracy > 0.775, $"accuracy {test.Accuracy}, history {string.Join(", ", run.History)}");
        Assert.Equal(run.History.Max(e => e.ValidationAccuracy), test.Accuracy);
        Assert.Equal(test.Accuracy, test.Confusion.Accuracy);
        Assert.Equal(500, test.Count);
        Assert.True(File.Exists(run.ModelPath));
        Assert.Equal(400, run.Steps);
        Assert.Equal(WeightDigest.Of(model), run.Digest);
    }

    [Fact]
    public async Task Threads_do_not_change_a_bit()
    {
        var data = FashionMnist.Load(RealData.FashionMnist).Train.Take(700);
        int before = Engine.Threads;
        try
        {
            var digests = new List<string>();
            foreach (var (compute, loaders) in new[] { (1, 0), (2, 1), (3, 2) })
            {
                Engine.Threads = compute;
                var options = new TrainingOptions
                {
                    Epochs = 1, Seed = 3, Shards = 2, LoaderThreads = loaders, RunFolder = _folder[$"run{compute}"],
                    Augmentation = new() { HorizontalFlip = true, Shift = 2, Erasing = 0.3f },
                };
                digests.Add((await Trainer.FitAsync(Small.LeNet(), data, null, options, null, Token)).Digest);
            }
            Assert.Single(digests.Distinct());
        }
        finally
        {
            Engine.Threads = before;
        }
    }

    [Fact]
    public async Task A_run_allocates_nothing_between_its_steps()
    {
        var allocations = new Allocations(300);
        var options = new TrainingOptions
        {
            Epochs = 1, BatchSize = 32, ClipNorm = 1, Augmentation = new() { Shift = 1 }, Schedule = allocations,
            RecordEvery = int.MaxValue, CheckpointInterval = TimeSpan.FromHours(1), RunFolder = _folder["run"],
        };
        await Trainer.FitAsync(Small.Normalised(4), Small.Quarters(32 * 300), null, options, null, Token);

        // A schedule is asked by the training thread before every step. What lies before the tenth makes plans and delegates.
        Assert.Equal(0, allocations.Before[299] - allocations.Before[10]);
    }

    sealed record Allocations(int Steps) : Schedule
    {
        public long[] Before { get; } = new long[Steps];

        public override double Factor(in TrainingPosition position)
        {
            Before[position.Step] = GC.GetAllocatedBytesForCurrentThread();
            return 1;
        }
    }

    [Fact]
    public async Task The_best_epoch_is_kept_and_a_run_without_a_better_one_stops()
    {
        // A rate that explodes after two epochs: what comes later is worse.
        var data = Small.Quarters(256);
        var options = new TrainingOptions
        {
            Epochs = 30, BatchSize = 32, Optimizer = new Sgd(0.05), Schedule = new Exploding(), EarlyStoppingPatience = 3,
            BestBy = BestBy.Loss, RunFolder = _folder["run"],
        };
        var model = Small.Normalised(4);
        var run = await Trainer.FitAsync(model, data, Small.Quarters(64, salt: 1), options, null, Token);
        Assert.True(run.StoppedEarly);
        Assert.Equal(run.BestEpoch + 3, run.Epochs);
        Assert.Equal(run.History.MinBy(e => e.ValidationLoss)!.Epoch, run.BestEpoch);
        var test = await Trainer.EvaluateAsync(model, Small.Quarters(64, salt: 1), null, Token);
        Assert.Equal(run.History[run.BestEpoch - 1].ValidationLoss, test.Loss);

        var last = await Trainer.FitAsync(Small.Normalised(4), data, Small.Quarters(64, salt: 1),
            options with { Optimizer = new Sgd(0.05), KeepBest = false, RunFolder = _folder["last"] }, null, Token);
        Assert.Equal(run.Epochs, last.BestEpoch);
        Assert.NotEqual(run.Digest, last.Digest);
    }

    sealed record Exploding : Schedule
    {
        public override double Factor(in TrainingPosition position) => position.Step < 16 ? 1 : 40;
    }

    [Fact]
    public async Task Steps_can_be_limited_and_progress_tells_all()
    {
        var seen = new List<TrainingProgress>();
        var progress = new Each(seen.Add);
        var options = new TrainingOptions { Epochs = 9, BatchSize = 16, MaxSteps = 10, RunFolder = _folder["run"] };
        var run = await Trainer.FitAsync(Small.Normalised(4), Small.Quarters(64), null, options, progress, Token);
        Assert.Equal(10, run.Steps);
        Assert.Equal([4, 8, 10], run.History.Select(e => e.Steps));
        Assert.Equal([1, 2, 3], seen.Where(p => p.Completed is not null).Select(p => p.Epoch));
        Assert.All(seen, p => Assert.True(p.Loss > 0 && p.Accuracy is >= 0 and <= 1 && p.ImagesPerSecond > 0 && p.StepsPerEpoch == 4));
        Assert.Null(run.History[0].ValidationLoss);
    }

    sealed class Each(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }

    [Fact]
    public async Task Evaluation_uses_the_normalisation_of_training()
    {
        var data = Small.Quarters(128);
        var model = Small.Normalised(4);
        await Trainer.FitAsync(model, data, null, new() { Epochs = 2, RunFolder = _folder["run"] }, null, Token);
        var card = ModelCard.Of(model)!;
        Assert.Equal(data.ComputeNormalization().Mean.ToArray(), card.Normalization!.Mean.ToArray());
        Assert.Equal(data.Digest, card.DataDigest);
        var given = await Trainer.EvaluateAsync(model, data, new() { Normalization = data.ComputeNormalization() }, Token);
        Assert.Equal(given.Loss, (await Trainer.EvaluateAsync(model, data, null, Token)).Loss);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Trainer.EvaluateAsync(Small.LeNet(), data, null, Token));
    }

    [Fact]
    public async Task What_does_not_fit_is_said_before_anything_is_written()
    {
        await Assert.ThrowsAsync<ShapeMismatchException>(() => Trainer.FitAsync(
            Small.Normalised(3), Small.Quarters(16), null, new() { RunFolder = _folder["run"] }, null, Token));
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var data = Small.Quarters(16);
        foreach (var options in new TrainingOptions[]
        {
            new() { Epochs = 0 }, new() { BatchSize = 0 }, new() { Shards = 0 }, new() { Shards = 65 }, new() { ClipNorm = 0 },
            new() { ClipNorm = double.NaN }, new() { EarlyStoppingPatience = 0 }, new() { EarlyStoppingPatience = 2 },
            new() { MaxSteps = 0 }, new() { CheckpointEvery = 0 }, new() { CheckpointInterval = TimeSpan.Zero },
            new() { LoaderThreads = -1 }, new() { RecordEvery = 0 },
            new() { Resume = true }, new() { Normalize = false, Normalization = new([0f], [1f]) }, new() { Loss = null! },
        })
            Assert.ThrowsAny<ArgumentException>(() => { _ = Trainer.FitAsync(Small.Normalised(4), data, null, options, null, Token); });
        var other = Dataset.FromBytes(new byte[64], [0], [1, 8, 8], ["one"]);
        Assert.Throws<ArgumentException>(() => { _ = Trainer.FitAsync(Small.Normalised(4), data, other, null, null, Token); });
    }
}
