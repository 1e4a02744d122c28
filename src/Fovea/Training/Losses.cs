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

/// <summary>
/// The usual losses. Each gives one number for each sample, or for each place of it; <c>loss(x, t).Reduced(…)</c> makes one of them.
/// Where a target may be labels, a label stands for 1 at its class and 0 elsewhere; to a single class, labels 0 and 1 are its target.
/// </summary>
public static partial class Losses
{
    // A delegate has no name of its own; run.json wants one, so that another loss is refused when a run is resumed. A class of its own:
    // it must be there before the properties of any of these files are.
    static class Recorded
    {
        public static readonly ConditionalWeakTable<Loss, string> Names = [];
    }

    /// <summary>A loss of one's own with a name: the name is recorded in run.json and compared when a run is resumed.</summary>
    public static Loss Named(string name, Loss loss)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(loss);
        Loss own = new(loss.Invoke);
        Recorded.Names.Add(own, name);
        return own;
    }

    /// <summary>The recorded name; "own" for a delegate without one.</summary>
    internal static string NameOf(Loss loss) => Recorded.Names.TryGetValue(loss, out var name) ? name : "own";

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    static string Text(float[]? numbers) => numbers is null ? "none"
        : "[" + string.Join(' ', numbers.Select(n => n.ToString("R", CultureInfo.InvariantCulture))) + "]";

    static double Positive(double value, string name) => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is a positive number.");

    static double Natural(double value, string name) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is a number from 0.");

    /// <summary>Numbers, one a class, as a constant like the prediction.</summary>
    static Tensor? Constant(float[]? numbers, Tensor prediction) =>
        numbers is null ? null : Tensor.From(numbers, [numbers.Length]).Cast(prediction.ElementType);

    /// <summary>The target in the form of the prediction: labels become rows of zeros with a one.</summary>
    static Tensor Like(Tensor prediction, Tensor target)
    {
        if (target.ElementType.IsFloating() || target.Rank == prediction.Rank) return target.Cast(prediction.ElementType);
        return prediction.Shape[1] == 1
            ? target.Unsqueeze(1).Cast(prediction.ElementType)
            : Ops.CrossEntropy.Targets(prediction, target.Cast(ElementType.Int64), 0, -1);
    }

    /// <summary>Σ over every axis but the samples.</summary>
    static Tensor PerSample(Tensor losses) => losses.Rank < 2 ? losses : losses.Sum([.. Enumerable.Range(1, losses.Rank - 1)]);
}
