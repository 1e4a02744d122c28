using Fovea.Modules;
using Fovea.Tests.Data;
using Fovea.Tests.Training;
using Xunit;

namespace Fovea.Tests.Guide;

/// <summary>The examples of docs/training.md do what it says.</summary>
public sealed class OwnTrainingTests
{
    [Fact]
    public async Task Options_and_own_metrics()
    {
        using var folder = new TemporaryFolder();
        var (run, test) = await OwnTrainingExample.Run(Small.Normalised(4), Small.Quarters(800), Small.Quarters(80, salt: 1),
            Small.Quarters(80, salt: 2), folder["run"], TestContext.Current.CancellationToken);
        Assert.Equal(3, run.Epochs);
        Assert.InRange(test.Accuracy, 0.9, 1);
        Assert.Equal(["macroF1", "top2", "unsure"], test.Metrics.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_own_loss_and_an_own_optimizer_train()
    {
        using var folder = new TemporaryFolder();
        var model = Small.Normalised(4);
        var options = new TrainingOptions
        {
            Epochs = 6, BatchSize = 32, Loss = OwnTrainingExample.Focal(2), Optimizer = new OwnTrainingExample.Lion(5e-3),
            RunFolder = folder["run"],
        };
        var run = await Trainer.FitAsync(model, Small.Quarters(800), null, options, null, TestContext.Current.CancellationToken);
        Assert.InRange(run.History[^1].TrainAccuracy, 0.9, 1);
        Assert.Equal("Focal(2)", RunConfiguration.Read(folder["run/run.json"]).Settings["loss"]);
    }

    [Fact]
    public void A_focal_loss_of_gamma_0_is_the_cross_entropy()
    {
        var logits = Tensor.From([1f, 2, 3, 0.5f, -1, 4], [2, 3]);
        var labels = Tensor.From(2L, 0L);
        float[] focal = OwnTrainingExample.Focal(0)(logits, labels).ToArray(), plain = logits.CrossEntropies(labels).ToArray();
        Assert.Equal(plain, focal);
    }

    [Fact]
    public void A_loop_of_ones_own()
    {
        var model = new Sequential(new Flatten(), new Linear(4));
        model.Build([1, 8, 8], seed: 1);
        var data = Small.Quarters(64);
        float[] images = new float[64 * 64];
        for (int i = 0; i < 64; i++) data.Read(i, images.AsSpan(i * 64, 64));
        var labels = Tensor.From([.. Enumerable.Range(0, 64).Select(i => (long)data.Label(i))], [64]);
        Assert.InRange(OwnTrainingExample.OwnLoop(model, Tensor.From(images, [64, 1, 8, 8]), labels), 0, 0.2f);
    }
}
