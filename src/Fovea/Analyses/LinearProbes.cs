using Fovea.Analyses;
using Fovea.Data;
using Fovea.Modules;

namespace Fovea;

/// <summary>How well a linear classifier tells the classes apart by what a layer gives.</summary>
/// <param name="Layer">The path of the layer; "" for the image itself.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Features">How many numbers an image the classifier sees: the layer's maps, averaged to a coarse grid.</param>
/// <param name="TrainAccuracy">On the images it was fitted to.</param>
/// <param name="TestAccuracy">On others.</param>
public sealed record LayerProbe(string Layer, string Operator, int Features, double TrainAccuracy, double TestAccuracy);

/// <summary>How layers are probed.</summary>
public sealed record LinearProbeOptions
{
    /// <summary>The most features a layer is averaged to.</summary>
    public int MostFeatures { get; init; } = 256;

    /// <summary>The penalty on the squares of the classifier's weights, an image.</summary>
    public double Penalty { get; init; } = 1e-2;

    /// <summary>Images at a time.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>How images are prepared; null for as they are.</summary>
    public Normalization? Normalization { get; init; }
}

public static partial class Analysis
{
    /// <summary>
    /// Fits a linear classifier to the output of every layer (Alain and Bengio, 2016): in a trained network classes come apart layer by
    /// layer, in a random one they do not. The first entry is the image itself.
    /// </summary>
    /// <param name="model">A built model, trained or not.</param>
    /// <param name="train">What classifiers are fitted to.</param>
    /// <param name="test">What they are measured on.</param>
    /// <param name="options">How layers are probed.</param>
    public static IReadOnlyList<LayerProbe> LinearProbes(Module model, Dataset train, Dataset test, LinearProbeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        options ??= new();
        var replay = new Replay(model);
        int[] steps = [.. LastSteps(replay.Program)];
        var (fitted, trainLabels) = FeaturesOf(replay, steps, train, options);
        var (measured, testLabels) = FeaturesOf(replay, steps, test, options);
        return [.. Enumerable.Range(0, steps.Length + 1).Select(i =>
        {
            var classifier = new RidgeClassifier(fitted[i], trainLabels, train.Classes.Count, options.Penalty);
            var (layer, name) = i == 0 ? ("", "input") : (replay.Program.Steps[steps[i - 1]].Scope,
                replay.Program.Steps[steps[i - 1]].Op.Name);
            return new LayerProbe(layer, name, fitted[i].Length / trainLabels.Length, classifier.Accuracy(fitted[i], trainLabels),
                classifier.Accuracy(measured[i], testLabels));
        })];
    }

    // What a layer gives in the end; reshapes give nothing new.
    static IEnumerable<int> LastSteps(GraphProgram program)
    {
        for (int i = 0; i < program.Steps.Count; i++)
            if (!program.Steps[i].Op.Reinterprets
                && (i + 1 == program.Steps.Count || program.Steps[i + 1].Scope != program.Steps[i].Scope)) yield return i;
    }

    static (float[][] Features, int[] Labels) FeaturesOf(Replay replay, int[] steps, Dataset data, LinearProbeOptions options)
    {
        var outputs = Function.Compile((Tensor x) =>
        {
            var run = replay.Run(x);
            return steps.Select(run.Output).ToArray();
        }, Mode.Inference);
        var features = new float[steps.Length + 1][];
        int[] labels = new int[data.Count];
        int pixels = (int)data.InputShape.Product();
        for (int start = 0; start < data.Count; start += options.BatchSize)
        {
            int count = Math.Min(options.BatchSize, data.Count - start);
            float[] images = new float[count * pixels];
            for (int i = 0; i < count; i++)
            {
                var image = images.AsSpan(i * pixels, pixels);
                data.Read(start + i, image);
                options.Normalization?.Apply(image);
                labels[start + i] = data.Label(start + i);
            }
            var x = Tensor.From(images, Shape.Concat([count], data.InputShape));
            Tensor[] values = [x, .. outputs.Run(x)];
            for (int layer = 0; layer < values.Length; layer++)
            {
                int size = FeatureCount(values[layer].Shape, options.MostFeatures);
                features[layer] ??= new float[data.Count * size];
                Average(values[layer], features[layer].AsSpan(start * size, count * size), options.MostFeatures);
            }
        }
        return (features, labels);
    }

    static int Side(Shape shape, int most) =>
        Math.Max(1, Math.Min((int)Math.Min(shape[2].Value, shape[3].Value), (int)Math.Sqrt((double)most / shape[1].Value)));

    static int FeatureCount(Shape shape, int most) => shape.Rank == 4 ? (int)shape[1].Value * Side(shape, most) * Side(shape, most)
        : (int)(shape.Count.Value / shape[0].Value);

    // Maps to a grid of means; everything else as it is.
    static void Average(Tensor value, Span<float> features, int most)
    {
        ReadOnlySpan<float> source = value.AsSpan();
        if (value.Rank != 4)
        {
            source.CopyTo(features);
            return;
        }
        int height = (int)value.Shape[2], width = (int)value.Shape[3], side = Side(value.Shape, most);
        int planes = source.Length / (height * width);
        for (int plane = 0; plane < planes; plane++)
            for (int cell = 0; cell < side * side; cell++)
            {
                int top = cell / side * height / side, bottom = (cell / side + 1) * height / side;
                int left = cell % side * width / side, right = (cell % side + 1) * width / side;
                double sum = 0;
                for (int row = top; row < bottom; row++)
                    for (int column = left; column < right; column++) sum += source[(plane * height + row) * width + column];
                features[plane * side * side + cell] = (float)(sum / ((bottom - top) * (right - left)));
            }
    }
}
