using Fovea.Modules;
using Xunit;
using static Fovea.Tests.Analyses.ArithmeticTests;

namespace Fovea.Tests.Analyses;

/// <summary>Extractor and classifier, told apart by a linear probe a layer.</summary>
public sealed class LinearProbeTests
{
    [Fact]
    public async Task Layers_of_a_trained_network_tell_more_than_those_of_a_random_one()
    {
        var data = FashionMnist.Load(System.IO.Path.Combine(Cli.Tool.Repository, "data", "fashion-mnist"));
        Dataset train = data.Train.Take(1500), test = data.Test.Take(500);
        static Sequential Network() => new(("conv1", new Conv2d(8, 3, 2)), ("relu1", new Relu()), ("conv2", new Conv2d(16, 3, 2)),
            ("relu2", new Relu()), ("flatten", new Flatten()), ("fc", new Linear(10)));
        var random = Built(Network(), [1, 28, 28]);
        var trained = Network();
        using var folder = new Data.TemporaryFolder();
        await Trainer.FitAsync(trained, train, test, new() { Epochs = 6, BatchSize = 50, RunFolder = folder["run"] }, null,
            TestContext.Current.CancellationToken);
        var options = new LinearProbeOptions { MostFeatures = 64, Normalization = train.ComputeNormalization() };
        IReadOnlyList<LayerProbe> before = Analysis.LinearProbes(random, train, test, options),
            after = Analysis.LinearProbes(trained, train, test, options);
        Assert.Equal(["", "conv1", "relu1", "conv2", "relu2", "fc"], after.Select(p => p.Layer));
        Assert.Equal(before[0], after[0]);                              // the image is the same
        Assert.Equal(64, after[0].Features);
        Assert.True(after[^1].TestAccuracy > 0.7, $"{after[^1].TestAccuracy}");
        Assert.True(after[^1].TestAccuracy > before[^1].TestAccuracy + 0.05, $"{before[^1]} {after[^1]}");
        Assert.All(after, probe => Assert.InRange(probe.TrainAccuracy, 0.3, 1));
    }
}
