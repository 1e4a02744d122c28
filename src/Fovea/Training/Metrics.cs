using System.Globalization;

namespace Fovea;

/// <summary>What a classifier gave for every sample of a data set, in the order of the set.</summary>
public sealed class Predictions
{
    readonly float[] _scores;
    readonly int[] _labels;

    internal Predictions(int count, int classes)
    {
        Classes = classes;
        _scores = new float[checked(count * classes)];
        _labels = new int[count];
    }

    /// <summary>How many samples.</summary>
    public int Count => _labels.Length;

    /// <summary>How many scores a sample has.</summary>
    public int Classes { get; }

    /// <summary>The scores of a sample, one a class: what the model gives, before any softmax.</summary>
    public ReadOnlySpan<float> Scores(int sample) => _scores.AsSpan(sample * Classes, Classes);

    /// <summary>The true class of a sample.</summary>
    public int Label(int sample) => _labels[sample];

    /// <summary>The class with the largest score, the first of equals. NaN counts as the largest.</summary>
    public int Predicted(int sample)
    {
        var scores = Scores(sample);
        int best = 0;
        for (int c = 1; c < scores.Length && !float.IsNaN(scores[best]); c++)
            if (!(scores[c] <= scores[best])) best = c;
        return best;
    }

    internal void Set(int sample, ReadOnlySpan<float> scores, int label)
    {
        scores.CopyTo(_scores.AsSpan(sample * Classes, Classes));
        _labels[sample] = label;
    }
}

/// <summary>One number that says how good predictions are; a delegate with a name.</summary>
/// <param name="Name">Its name in results and files.</param>
/// <param name="Compute">The number.</param>
public sealed record Metric(string Name, Func<Predictions, double> Compute);

/// <summary>The usual metrics; all lie from 0 to 1.</summary>
public static class Metrics
{
    /// <summary>The share of samples whose class has the largest score.</summary>
    public static Metric Accuracy { get; } = new("accuracy", p => Confusion(p).Accuracy);

    /// <summary>The mean precision of the classes.</summary>
    public static Metric MacroPrecision { get; } = new("macroPrecision", p => Confusion(p).MacroPrecision);

    /// <summary>The mean recall of the classes.</summary>
    public static Metric MacroRecall { get; } = new("macroRecall", p => Confusion(p).MacroRecall);

    /// <summary>The mean F1 of the classes.</summary>
    public static Metric MacroF1 { get; } = new("macroF1", p => Confusion(p).MacroF1);

    /// <summary>The share of samples whose class has one of the k largest scores; equal scores count against it.</summary>
    public static Metric TopK(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return new(string.Create(CultureInfo.InvariantCulture, $"top{k}"), predictions =>
        {
            long found = 0;
            for (int i = 0; i < predictions.Count; i++)
            {
                var scores = predictions.Scores(i);
                float own = scores[predictions.Label(i)];
                int ahead = -1;                                     // the class itself is not ahead of itself
                foreach (float score in scores)
                    if (!(score < own)) ahead++;
                if (ahead < k) found++;
            }
            return predictions.Count == 0 ? 0 : (double)found / predictions.Count;
        });
    }

    /// <summary>Counts which class was taken for which.</summary>
    public static ConfusionMatrix Confusion(Predictions predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var matrix = new ConfusionMatrix(predictions.Classes);
        for (int i = 0; i < predictions.Count; i++) matrix.Add(predictions.Label(i), predictions.Predicted(i));
        return matrix;
    }
}
