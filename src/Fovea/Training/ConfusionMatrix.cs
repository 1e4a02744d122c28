namespace Fovea;

/// <summary>How often each class was taken for each: rows are true classes, columns predicted ones.</summary>
public sealed class ConfusionMatrix
{
    readonly long[] _counts;

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">How many classes, at least 1.</param>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        Classes = classes;
        _counts = new long[checked(classes * classes)];
    }

    /// <summary>How many classes.</summary>
    public int Classes { get; }

    /// <summary>How many samples of class <paramref name="label"/> were predicted to be of class <paramref name="predicted"/>.</summary>
    public long this[int label, int predicted] => _counts[Place(label, predicted)];

    /// <summary>Counts one sample.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public void Add(int label, int predicted) => _counts[Place(label, predicted)]++;

    /// <summary>How many samples were counted.</summary>
    public long Count => _counts.Sum();

    /// <summary>The share of samples whose class was found, from 0 to 1; 0 when there are none.</summary>
    public double Accuracy => Ratio(Enumerable.Range(0, Classes).Sum(c => this[c, c]), Count);

    /// <summary>Of the samples predicted to be of a class, the share that are; 0 when there are none.</summary>
    public double Precision(int c) => Ratio(this[c, c], Enumerable.Range(0, Classes).Sum(label => this[label, c]));

    /// <summary>Of the samples of a class, the share that were predicted to be of it; 0 when there are none.</summary>
    public double Recall(int c) => Ratio(this[c, c], Enumerable.Range(0, Classes).Sum(predicted => this[c, predicted]));

    /// <summary>The harmonic mean of precision and recall of a class: 2pr / (p + r); 0 when both are.</summary>
    public double F1(int c)
    {
        double precision = Precision(c), recall = Recall(c);
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    /// <summary>The mean precision of the classes, each counted once however many samples it has.</summary>
    public double MacroPrecision => Enumerable.Range(0, Classes).Average(Precision);

    /// <summary>The mean recall of the classes (balanced accuracy).</summary>
    public double MacroRecall => Enumerable.Range(0, Classes).Average(Recall);

    /// <summary>The mean F1 of the classes.</summary>
    public double MacroF1 => Enumerable.Range(0, Classes).Average(F1);

    /// <summary>The counts, row after row.</summary>
    public long[][] ToRows() => [.. Enumerable.Range(0, Classes).Select(label => _counts.AsSpan(label * Classes, Classes).ToArray())];

    static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    int Place(int label, int predicted)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)label, (uint)Classes, nameof(label));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)predicted, (uint)Classes, nameof(predicted));
        return label * Classes + predicted;
    }
}
