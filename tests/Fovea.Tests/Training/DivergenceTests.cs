using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tests.Data;
using Xunit;

namespace Fovea.Tests.Training;

public sealed class DivergenceTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    sealed class LogOfSum : Module
    {
        protected override Tensor Compute(Tensor x) => x * (0 * x.Sum()).Log();        // 0 · −∞
    }

    [Fact]
    public async Task A_layer_that_gives_no_number_is_named()
    {
        var model = new Sequential(
            ("flatten", new Flatten()), ("hidden", new Linear(8)), ("log", new LogOfSum()), ("classifier", new Linear(4)));
        var error = await Assert.ThrowsAsync<DivergedException>(() => Trainer.FitAsync(
            model, Small.Quarters(32), null, new() { RunFolder = _folder["run"] }, null, Token));
        Assert.Contains("diverged at step 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"log\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_learning_rate_that_is_too_large_stops_within_a_step_and_the_last_checkpoint_is_whole()
    {
        var data = Small.Quarters(64);
        static Sequential Model() =>
            new(("flatten", new Flatten()), ("first", new Linear(16)), ("relu", new Relu()), ("second", new Linear(4)));
        var options = new TrainingOptions
        {
            Epochs = 40, BatchSize = 16, Optimizer = new Sgd(1e12), RunFolder = _folder["run"], RecordEvery = 1, CheckpointEvery = 1,
            Normalize = false, LoaderThreads = 0,
        };
        var model = Model();
        var error = await Assert.ThrowsAsync<DivergedException>(() => Trainer.FitAsync(model, data, null, options, null, Token));
        Assert.Contains("checkpoint is kept", error.Message, StringComparison.Ordinal);
        Assert.Matches("first bad value comes out of (layer \"(first|second)\"|CrossEntropy)", error.Message);

        // The step that diverged is the last line, and left the weights alone.
        string last = File.ReadAllLines(_folder["run/metrics.jsonl"])[^1];
        Assert.Matches("\"(loss|gradientNorm)\":null", last);
        Assert.All(model.Parameters.SelectMany(p => p.ToArray()), value => Assert.True(float.IsFinite(value)));

        // Resumed, it comes to the same place again, from a checkpoint that is whole.
        var again = await Assert.ThrowsAsync<DivergedException>(() => Trainer.FitAsync(
            Model(), data, null, options with { Optimizer = new Sgd(1e12), Resume = true }, null, Token));
        Assert.Equal(error.Message, again.Message);
    }

    [Fact]
    public async Task A_bad_picture_is_named()
    {
        var data = new WithHole();
        var options = new TrainingOptions { RunFolder = _folder["run"], Normalize = false, BatchSize = 4 };
        var error = await Assert.ThrowsAsync<DivergedException>(() => Trainer.FitAsync(
            new Sequential(new Flatten(), new Linear(2)), data, null, options, null, Token));
        Assert.Contains("images of the batch", error.Message, StringComparison.Ordinal);
    }

    sealed class WithHole() : Dataset([1, 2, 2], 8, ["a", "b"])
    {
        public override int Label(int index) => index % 2;

        public override void Read(int index, Span<float> image) => image.Fill(index == 5 ? float.NaN : index);
    }
}
