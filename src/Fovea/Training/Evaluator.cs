using System.Diagnostics;
using Fovea.Data;
using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea.Training;

/// <summary>Runs a model over data sets: one compiled function, kept from epoch to epoch.</summary>
sealed class Evaluator(Module model, Loss loss, Dims inputShape, int classes)
{
    readonly Function<(Tensor, Tensor), (Tensor Scores, Tensor Losses)> _function = Function.Compile((Tensor images, Tensor labels) =>
    {
        var prediction = TrainingStep.Predict(model, images, classes);
        return (prediction, TrainingStep.PerSample(loss(prediction, labels), prediction, labels));
    });

    readonly Dictionary<int, BoundCall<(Tensor Images, Tensor Labels), (Tensor Scores, Tensor Losses)>> _calls = [];

    public EvaluationResult Run(Dataset data, LoaderOptions loading, IReadOnlyList<Metric> metrics, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        using var loader = new BatchLoader(data, loading with { Shuffle = false, DropLast = false, EndEpoch = 1 }, cancellation);
        Predictions? predictions = null;
        double sum = 0;
        int sample = 0;
        while (loader.Next() is { } batch)
        {
            var call = CallFor(batch.Count);
            batch.Images.CopyTo(call.Input.Images.Buffer<float>());
            var labels = call.Input.Labels.Buffer<long>();
            for (int i = 0; i < labels.Length; i++) labels[i] = batch.Labels[i];
            call.Run();
            ReadOnlySpan<float> scores = call.Output.Scores.AsSpan(), losses = call.Output.Losses.AsSpan();
            int width = scores.Length / batch.Count;
            predictions ??= new(data.Count, width);
            for (int i = 0; i < batch.Count; i++)
            {
                sum += losses[i];                               // in double, in the order of the set: the batch size does not show
                predictions.Set(sample++, scores.Slice(i * width, width), batch.Labels[i]);
            }
        }
        var confusion = Metrics.Confusion(predictions!);
        return new()
        {
            Loss = sum / sample,
            Accuracy = confusion.Accuracy,
            Confusion = confusion,
            Predictions = predictions!,
            Metrics = metrics.ToDictionary(m => m.Name, m => m.Compute(predictions!), StringComparer.Ordinal),
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
    }

    BoundCall<(Tensor Images, Tensor Labels), (Tensor Scores, Tensor Losses)> CallFor(int count)
    {
        if (_calls.TryGetValue(count, out var call)) return call;
        var images = TrainingStep.Zeros(TensorType.Float(Shape.Concat([count], inputShape)));
        var labels = TrainingStep.Zeros(new(ElementType.Int64, [count]));
        return _calls[count] = _function.Bind(images, labels);
    }
}
