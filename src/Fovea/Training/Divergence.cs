using System.Globalization;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea.Training;

/// <summary>
/// Finds where a step went wrong. The update left the parameters alone, so the step is computed again, node by node in the order of the
/// computation, until a value is not finite.
/// </summary>
static class Divergence
{
    /// <summary>The error to throw for a batch.</summary>
    public static DivergedException Explain(Module model, TrainingOptions options, IReadOnlyList<Variable> parameters, Batch batch,
        Dims inputShape, StepResult result, long step)
    {
        string what = string.Create(CultureInfo.InvariantCulture,
            $"Training diverged at step {step}: the loss is {result.Loss}, the norm of the gradients {result.GradientNorm}. ");
        const string mend = " Lower the learning rate, warm it up, or clip the gradients (ClipNorm); the last checkpoint is kept.";
        if (FirstBad(model, options.Loss, parameters, batch, inputShape, options.Shards) is not { } place)
            place = "Computed again, every value by itself is finite.";
        return new(what + place + mend);
    }

    static string? FirstBad(Module model, Loss loss, IReadOnlyList<Variable> parameters, Batch batch, Dims inputShape, int shards)
    {
        foreach (var parameter in parameters)
            if (!IsFinite(parameter.Read())) return $"The first bad value is in the parameter \"{parameter.Name}\".";
        shards = Math.Min(shards, batch.Count);
        int imageSize = (int)inputShape.Product();
        for (int g = 0; g < shards; g++)
        {
            int start = TrainingStep.ShardStart(g, shards, batch.Count), size = TrainingStep.ShardStart(g + 1, shards, batch.Count) - start;
            var images = Tensor.From(batch.Images.Slice(start * imageSize, size * imageSize), Shape.Concat([size], inputShape));
            if (!IsFinite(images)) return $"The first bad value is in the images of the batch (of {Places(batch, start, size)}).";
            long[] labels = new long[size];
            for (int i = 0; i < size; i++) labels[i] = batch.Labels[start + i];

            // Running statistics are written while this is computed; they are broken already, and the run is over.
            var losses = Trace.WithMode(Mode.Training, () => loss(model.Forward(images), Tensor.From(labels, [size])));
            var gradients = Gradients.Of(losses.Mean(), parameters);
            if (FirstBad(losses) is { } forward) return $"The first bad value comes out of {forward}.";
            foreach (var gradient in gradients)
                if (FirstBad(gradient) is { } backward)
                    return $"The loss is finite; going backward, the first bad value comes out of {backward}.";
        }
        return null;
    }

    static string? FirstBad(Tensor root)
    {
        foreach (var node in Walk.Order([root], throughValues: false))
        {
            foreach (var output in node.Outputs)
                if (output.ElementType.IsFloating() && !IsFinite(output))
                    return node.Scope.Length == 0 ? $"{node.Op.Name} (outside every layer)" : $"layer \"{node.Scope}\" ({node.Op.Name})";
        }
        return null;
    }

    static bool IsFinite(Tensor tensor) => tensor.ElementType switch
    {
        ElementType.Float32 => All(tensor.AsSpan<float>()),
        ElementType.Float64 => All(tensor.AsSpan<double>()),
        _ => true,
    };

    static bool All<T>(ReadOnlySpan<T> values) where T : System.Numerics.INumberBase<T>
    {
        foreach (var value in values)
            if (!T.IsFinite(value)) return false;
        return true;
    }

    static string Places(Batch batch, int start, int count) => count == 1
        ? string.Create(CultureInfo.InvariantCulture, $"image {batch.Indices[start]}")
        : string.Create(CultureInfo.InvariantCulture, $"images {batch.Indices[start]}, ...");
}
