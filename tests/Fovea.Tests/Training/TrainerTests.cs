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

        // A network whose convolutions get no gradient stays below.
        Assert.True(test.Accuracy > 0.78, $"accuracy {test.Accuracy}, history {string.Join(", ", run.History)}");
        Assert.Equal(run.History.Max(e => e.ValidationAccuracy), test.Accuracy);
        Assert.Equal(test.Accuracy, test.Confusion.Accuracy);
        Assert.Equal(500, test.Count);
        Assert.True(File.Exists(run.ModelPath));
        Assert.Equal(400, run.Steps);
        Assert.Equal(WeightDigest.Of(model), run.Digest);
    }
}
