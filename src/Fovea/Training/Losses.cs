using System.Globalization;
using System.Runtime.CompilerServices;
using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// How wrong predictions are. It gives one loss a sample (further axes are averaged) or one for the whole batch; training takes the mean.
/// It is traced, so it is written with tensors: <c>(prediction, target) => (prediction - target).Abs()</c>.
/// </summary>
/// <param name="prediction">What the model gives: for a classifier N × classes, before any softmax.</param>
/// <param name="target">What is true: for a data set of classes, int64 N.</param>
public delegate Tensor Loss(Tensor prediction, Tensor target);

/// <summary>The usual losses.</summary>
public static class Losses
{
    // A delegate has no name of its own; run.json wants one, so that another loss is refused when a run is resumed.
    static readonly ConditionalWeakTable<Loss, string> Names = [];

    /// <summary>Cross-entropy of logits N × classes and labels N: −ln softmax(logits)[label].</summary>
    public static Loss CrossEntropy { get; } = Named("CrossEntropy", (prediction, target) => prediction.CrossEntropies(target));

    /// <summary>The square of the difference. Labels stand for 1 at their class and 0 elsewhere (Brier, 1950).</summary>
    public static Loss MeanSquared { get; } = Named("MeanSquared", (prediction, target) => Difference(prediction, target).Square());

    /// <summary>The size of the difference. Labels stand for 1 at their class and 0 elsewhere.</summary>
    public static Loss MeanAbsolute { get; } = Named("MeanAbsolute", (prediction, target) => Difference(prediction, target).Abs());

    /// <summary>
    /// Cross-entropy whose target keeps 1 − smoothing at the label and shares the rest out over all classes (Szegedy and others, 2016).
    /// </summary>
    /// <param name="labelSmoothing">From 0 to 1; 0.1 is usual.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 1.</exception>
    public static Loss CrossEntropyWith(float labelSmoothing)
    {
        if (!(labelSmoothing is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "Label smoothing is a share from 0 to 1.");
        string name = string.Create(CultureInfo.InvariantCulture, $"CrossEntropy(labelSmoothing={labelSmoothing:R})");
        return labelSmoothing == 0 ? CrossEntropy : Named(name, (prediction, target) => prediction.CrossEntropies(target, labelSmoothing));
    }

    /// <summary>A loss of one's own with a name: the name is recorded in run.json and compared when a run is resumed.</summary>
    public static Loss Named(string name, Loss loss)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(loss);
        Loss own = new(loss.Invoke);
        Names.Add(own, name);
        return own;
    }

    /// <summary>The recorded name; "own" for a delegate without one.</summary>
    internal static string NameOf(Loss loss) => Names.TryGetValue(loss, out var name) ? name : "own";

    static Tensor Difference(Tensor prediction, Tensor target) => prediction - Like(prediction, target);

    /// <summary>The target in the form of the prediction: labels become rows of zeros with a one.</summary>
    static Tensor Like(Tensor prediction, Tensor target)
    {
        if (target.ElementType.IsFloating() || target.Rank == prediction.Rank) return target.Cast(prediction.ElementType);
        int classes = (int)prediction.Shape[1].Value;
        long[] numbers = new long[classes];
        for (int c = 0; c < classes; c++) numbers[c] = c;
        Span<Dim> row = new Dim[prediction.Rank - 1];
        row.Fill(1);
        row[0] = classes;
        var labels = target.Cast(ElementType.Int64).Reshape(Shape.Concat([target.Shape[0], 1], target.Shape.Slice(1, target.Rank - 1)));
        return labels.EqualTo(Tensor.From(numbers, new Shape(row))).Cast(prediction.ElementType);
    }
}
