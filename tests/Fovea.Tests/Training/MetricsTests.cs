using Xunit;

namespace Fovea.Tests.Training;

public sealed class MetricsTests
{
    static Predictions Of(params (int Label, float[] Scores)[] samples)
    {
        var predictions = new Predictions(samples.Length, samples[0].Scores.Length);
        for (int i = 0; i < samples.Length; i++) predictions.Set(i, samples[i].Scores, samples[i].Label);
        return predictions;
    }

    static readonly Predictions Six = Of(
        (0, [3, 1, 2]), (0, [2, 3, 1]), (0, [3, 1, 2]), (1, [0, 1, 0]), (1, [2, 1, 0]), (2, [1, 1, 0]));

    [Fact]
    public void The_confusion_matrix_counts_and_gives_precision_recall_and_f1()
    {
        var matrix = Metrics.Confusion(Six);
        Assert.Equal([[2, 1, 0], [1, 1, 0], [1, 0, 0]], matrix.ToRows());      // of equal scores the first counts
        Assert.Equal(0.5, matrix.Accuracy);
        Assert.Equal(0.5, matrix.Precision(0));
        Assert.Equal(2 / 3.0, matrix.Recall(0), 1e-12);
        Assert.Equal(4 / 7.0, matrix.F1(0), 1e-12);
        Assert.Equal(0, matrix.F1(2));
        Assert.Equal((0.5 + 0.5 + 0) / 3, matrix.MacroPrecision, 1e-12);
        Assert.Equal((2 / 3.0 + 0.5 + 0) / 3, matrix.MacroRecall, 1e-12);
        Assert.Equal((4 / 7.0 + 0.5 + 0) / 3, matrix.MacroF1, 1e-12);
        Assert.Equal(6, matrix.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Add(3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Add(0, -1));
    }

    [Fact]
    public void Top_k_counts_ties_against_the_class()
    {
        Assert.Equal(3 / 6.0, Metrics.TopK(1).Compute(Six));
        Assert.Equal(5 / 6.0, Metrics.TopK(2).Compute(Six), 1e-12);
        Assert.Equal(1, Metrics.TopK(3).Compute(Six));
        Assert.Equal(0, Metrics.TopK(1).Compute(Of((0, [float.NaN, 1]))));
        Assert.Equal("top5", Metrics.TopK(5).Name);
    }

    [Fact]
    public async Task An_evaluation_does_not_depend_on_its_batches_and_takes_own_metrics()
    {
        var data = Small.Quarters(101);
        var model = Small.Normalised(4);
        model.Build([1, 8, 8], seed: 3);
        var token = TestContext.Current.CancellationToken;
        var options = new EvaluationOptions { Metrics = [Metrics.TopK(2), Metrics.MacroF1, new("confident", p => p.Count / 2.0)] };

        var all = await Trainer.EvaluateAsync(model, data, options, token);
        var seven = await Trainer.EvaluateAsync(model, data, options with { BatchSize = 7, LoaderThreads = 2 }, token);
        var mean = await Trainer.EvaluateAsync(model, data, new() { Loss = (p, t) => p.CrossEntropy(t), BatchSize = 101 }, token);

        Assert.Equal(all.Loss, seven.Loss);
        Assert.Equal(all.Metrics, seven.Metrics);
        Assert.Equal(all.Confusion.ToRows(), seven.Confusion.ToRows());
        Assert.Equal(all.Loss, mean.Loss, 1e-5);
        Assert.Equal(50.5, all.Metrics["confident"]);
        Assert.Equal(all.Confusion.MacroF1, all.Metrics["macroF1"]);
    }

    [Fact]
    public void Losses_are_those_of_their_formulas()
    {
        var prediction = Tensor.From([1f, 2, 3, 0.5f, -1, 4], [2, 3]);
        var labels = Tensor.From(2L, 0L);
        Assert.Equal([1f, 4, 4, 0.25f, 1, 16], Losses.MeanSquared(prediction, labels).ToArray());
        Assert.Equal([1f, 2, 2, 0.5f, 1, 4], Losses.MeanAbsolute(prediction, labels).ToArray());
        Assert.Equal([0f, 0, 0, 0, 0, 0], Losses.MeanSquared(prediction, prediction).ToArray());
        double z = Math.Exp(-2) + Math.Exp(-1) + 1;
        Assert.Equal(Math.Log(z), Losses.CrossEntropy(prediction, labels).ToArray()[0], 1e-6);
        Assert.Equal(0.7 * Math.Log(z) + 0.1 * (3 * Math.Log(z) + 3), Losses.CrossEntropyWith(0.3f)(prediction, labels).ToArray()[0], 1e-5);
        Assert.Throws<ArgumentOutOfRangeException>(() => Losses.CrossEntropyWith(1.5f));
        Assert.Equal("CrossEntropy(labelSmoothing=0.1)", Losses.NameOf(Losses.CrossEntropyWith(0.1f)));
        Assert.Same(Losses.CrossEntropy, Losses.CrossEntropyWith(0));
    }
}
