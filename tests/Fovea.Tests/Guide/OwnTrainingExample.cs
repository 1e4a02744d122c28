using Fovea.Modules;

namespace Fovea.Tests.Guide;

internal static class OwnTrainingExample
{
    internal static async Task<(TrainingResult Run, EvaluationResult Test)> Run(
        Module model, Dataset train, Dataset validation, Dataset test, string folder, CancellationToken stop)
    {
        #region snippet options
        var options = new TrainingOptions
        {
            Epochs = 3, BatchSize = 32, Seed = 7,
            Loss = Losses.CrossEntropyWith(labelSmoothing: 0.1f),
            Optimizer = new Sgd(0.05, momentum: 0.9, nesterov: true, weightDecay: 5e-4),
            Schedule = Schedule.Cosine().WithWarmUp(epochs: 1),
            ClipNorm = 5,
            Augmentation = new() { Shift = 1 },
            EarlyStoppingPatience = 5,
            RunFolder = folder, Resume = true,                       // goes on if the folder holds an interrupted run
        };
        var run = await Trainer.FitAsync(model, train, validation, options, cancellationToken: stop);
        #endregion

        #region snippet own-metric
        var unsure = new Metric("unsure", predictions =>
        {
            int count = 0;
            for (int i = 0; i < predictions.Count; i++)
            {
                float[] scores = [.. predictions.Scores(i).ToArray().OrderDescending()];
                if (scores[0] - scores[1] < 0.5f) count++;
            }
            return (double)count / predictions.Count;
        });
        var result = await Trainer.EvaluateAsync(model, test, new() { Metrics = [Metrics.TopK(2), Metrics.MacroF1, unsure] }, stop);
        double worst = Enumerable.Range(0, result.Confusion.Classes).Min(result.Confusion.Recall);
        #endregion
        return worst <= result.Accuracy ? (run, result) : throw new InvalidOperationException("the worst class is better than the mean");
    }

    #region snippet own-loss
    internal static Loss Focal(float gamma) => Losses.Named($"Focal({gamma})", (logits, labels) =>
    {
        var loss = logits.CrossEntropies(labels);                    // -ln p of the true class, one a sample
        return (1 - (-loss).Exp()).Power(gamma) * loss;
    });
    #endregion

    #region snippet own-optimizer
    internal sealed class Lion(double learningRate, double beta = 0.95) : Optimizer(learningRate, "momentum")
    {
        protected override IReadOnlyList<Tensor> Move(
            Tensor parameter, Tensor gradient, IReadOnlyList<Tensor> moments, Tensor learningRate, Tensor step, Tensor? gradientScale)
        {
            var g = gradientScale is null ? gradient : gradient * gradientScale;
            var direction = (0.9 * moments[0] + 0.1 * g).Sign();
            return [parameter - learningRate * direction, beta * moments[0] + (1 - beta) * g];
        }
    }
    #endregion

    internal static float OwnLoop(Module model, Tensor images, Tensor labels)
    {
        #region snippet own-loop
        var adam = new Adam(1e-2);
        var step = Function.Compile((Tensor x, Tensor y) =>
        {
            var loss = model.Forward(x).CrossEntropy(y);
            adam.Update(model.Parameters, Gradients.Of(loss, model.Parameters));
            return loss;
        }, Mode.Training);

        var call = step.Bind(images, labels);                        // buffers of its own: a run allocates nothing
        for (int i = 0; i < 100; i++)
        {
            images.AsSpan().CopyTo(call.Input.Item1.Buffer<float>());
            call.Run();
        }
        float last = call.Output.Item();
        #endregion
        return last;
    }
}
