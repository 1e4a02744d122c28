using System.Globalization;
using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// A function's gradient by its graph, held to central differences: at chosen elements of each input, and along one direction through all
/// of them. What is differentiated is Σ over outputs of output · random numbers.
/// </summary>
/// <param name="Elements">How many elements of each input are moved.</param>
/// <param name="Seed">Of the random numbers.</param>
sealed record FiniteDifferences(int Elements, int Seed = 1)
{
    // Half of the step, the absolute and the relative tolerance. Float32 loses half of its digits in a difference.
    static (double Step, double Absolute, double Relative, double Unit) Precision(ElementType element) => element == ElementType.Float64
        ? (1e-6, 1e-5, 1e-3, 1.0 / (1L << 53)) : (1e-2, 2e-3, 2e-2, 1.0 / (1 << 24));

    /// <summary>The first disagreement, or null. Only float32 and float64 inputs are moved.</summary>
    public string? FirstFault(Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> function, IReadOnlyList<SampleValue> point)
    {
        int[] moved = [.. Enumerable.Range(0, point.Count).Where(i => point[i].Element is ElementType.Float32 or ElementType.Float64)];
        TensorType[] types = [.. point.Select(p => p.Type)];
        var value = ValueFunction.Of(types, x => [Project(function(x))]);
        var gradient = ValueFunction.Of(types, x => Gradients.Of(Project(function(x)), [.. moved.Select(i => x[i])]));
        value.Set(point);
        var gradients = gradient.Run(point);
        for (int k = 0; k < moved.Length; k++)
        {
            int input = moved[k];
            if (gradients[k].Type != point[input].Type)
                return $"the gradient of input {input} is {gradients[k].Type}, the input {point[input].Type}";
            string? fault = point[input].Element == ElementType.Float64
                ? Compare<double>(value, input, point[input], gradients[k].To<double>())
                : Compare<float>(value, input, point[input], [.. gradients[k].To<float>()]);
            if (fault is not null) return fault;
        }
        return null;
    }

    /// <summary>Σ over outputs of output · numbers that are always the same.</summary>
    Tensor Project(IReadOnlyList<Tensor> outputs)
    {
        Tensor? sum = null;
        for (int i = 0; i < outputs.Count; i++)
        {
            if (!outputs[i].ElementType.IsFloating()) continue;
            var numbers = SampleValue.Normal<double>(outputs[i].Shape.ToDims(), Seed + 7919 * (i + 1));
            var weights = SampleValue.From(outputs[i].ElementType, numbers.Sizes, numbers.Numbers()).ToTensor();
            var term = (outputs[i] * weights).Sum();
            if (sum is not null && term.ElementType != sum.ElementType) term = term.Cast(sum.ElementType);
            sum = sum is null ? term : sum + term;
        }
        return sum ?? throw new ArgumentException("The function gives no floating tensor: nothing can be differentiated.");
    }

    string? Compare<T>(ValueFunction value, int input, SampleValue at, double[] gradient) where T : unmanaged, System.Numerics.INumber<T>
    {
        double[] start = at.Numbers();
        if (start.Length == 0) return null;
        var precision = Precision(at.Element);
        var x = value.Input<T>(input);
        foreach (int element in Chosen(start.Length))
        {
            double above = Move(x, [element], [precision.Step], start, value, out double high);
            double below = Move(x, [element], [-precision.Step], start, value, out double low);
            double difference = (above - below) / (high - low);
            if (Disagree(difference, gradient[element], above, precision) is { } fault)
                return $"element {ConformanceCase.Place(at.Sizes, element)} of input {input}: {fault}";
        }

        int[] all = [.. Enumerable.Range(0, start.Length)];
        double[] direction = SampleValue.Normal<double>(at.Sizes, Seed + input).Numbers();
        double ahead = Move(x, all, [.. direction.Select(d => d * precision.Step)], start, value, out _);
        double behind = Move(x, all, [.. direction.Select(d => -d * precision.Step)], start, value, out _);
        double slope = 0, size = 0;
        for (int i = 0; i < start.Length; i++)
        {
            slope += direction[i] * gradient[i];
            size += Math.Abs(direction[i] * gradient[i]);
        }
        // Rounding of every term counts where they cancel.
        return Disagree((ahead - behind) / (2 * precision.Step), slope, Math.Max(Math.Abs(ahead), size), precision) is { } wrong
            ? $"a direction through all of input {input}: {wrong}" : null;
    }

    // The function's value with some elements moved; they are put back. The first one's real place, for what a rounded step really was.
    static double Move<T>(Span<T> x, int[] elements, double[] steps, double[] start, ValueFunction value, out double place)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        for (int i = 0; i < elements.Length; i++) x[elements[i]] = T.CreateChecked(start[elements[i]] + steps[i]);
        place = double.CreateChecked(x[elements[0]]);
        value.Run();
        foreach (int element in elements) x[element] = T.CreateChecked(start[element]);
        return value.Scalar(0);
    }

    static string? Disagree(double difference, double gradient, double size, (double Step, double Absolute, double Relative, double Unit) p)
    {
        double allowed = p.Absolute + p.Relative * Math.Max(Math.Abs(difference), Math.Abs(gradient))
            + 8 * p.Unit * Math.Abs(size) / p.Step;
        return Math.Abs(difference - gradient) <= allowed ? null : string.Create(CultureInfo.InvariantCulture,
            $"the gradient is {gradient:G9}, finite differences give {difference:G9}; they may be {allowed:G3} apart");
    }

    // The first, the last, and some between, at places without a pattern.
    IEnumerable<int> Chosen(int count)
    {
        if (count <= Elements) return Enumerable.Range(0, count);
        var chosen = new SortedSet<int> { 0, count - 1 };
        ulong state = (ulong)Seed + 88172645463325252;
        while (chosen.Count < Elements)
        {
            state = state * 6364136223846793005 + 1442695040888963407;
            chosen.Add((int)((state >> 33) % (ulong)count));
        }
        return chosen;
    }
}
