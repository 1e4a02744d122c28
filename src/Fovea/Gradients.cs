using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Passes;
using Fovea.Tensors;

namespace Fovea;

/// <summary>Derivatives of tensors: graph in, graph out, to any order.</summary>
public static class Gradients
{
    /// <summary>The gradient of Σy with respect to x, of x's shape; zeros when y does not depend on x.</summary>
    /// <exception cref="InvalidOperationException">The graph of y was cut; the message says why and what to do.</exception>
    public static Tensor Of(Tensor y, Tensor x) => Of(y, [x])[0];

    /// <summary>The gradients of Σy with respect to several tensors.</summary>
    /// <exception cref="InvalidOperationException">The graph of y was cut; the message says why and what to do.</exception>
    public static IReadOnlyList<Tensor> Of(Tensor y, IReadOnlyList<Tensor> targets)
    {
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(targets);
        y.RequireUsable();
        if (!y.ElementType.IsFloating())
            throw new ArgumentException($"Only floating tensors have gradients, not {y.ElementType}.", nameof(y));
        var gradients = Differentiate.Run([y], [y.Full(1)], targets);
        var result = new Tensor[gradients.Length];
        for (int i = 0; i < result.Length; i++)
        {
            if (gradients[i] is null && !ReferenceEquals(y, targets[i])) RequireWhole(y);
            result[i] = gradients[i] ?? targets[i].Full(0);
        }
        return result;
    }

    /// <summary>The gradients of Σy with respect to variables, at the values that y was computed with.</summary>
    /// <exception cref="InvalidOperationException">The graph of y was cut; the message says why and what to do.</exception>
    public static IReadOnlyList<Tensor> Of(Tensor y, IReadOnlyList<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var leaves = new Dictionary<Variable, Tensor>();
        foreach (var leaf in Walk.Leaves([y], throughValues: true))
            if (leaf.Source is { } source) leaves[source] = leaf;
        return Of(y, [.. variables.Select(v => leaves.TryGetValue(v, out var leaf) ? leaf : v.Read())]);
    }

    /// <summary>
    /// Holds the gradients of a function to central finite differences, at some elements of each floating argument (the first, the last,
    /// and others chosen by a fixed seed) and along a direction through all of them.
    /// </summary>
    /// <param name="function">Any tensor of the arguments; it is traced, and weighted with fixed random numbers.</param>
    /// <param name="point">
    /// The arguments. Float64 ones are moved by 1e-6 and must agree to 1e-5 + 1e-3 · |gradient|; float32 ones by 1e-2, to
    /// 2e-3 + 2e-2 · |gradient|. Choose a point that is further than that from any kink.
    /// </param>
    /// <exception cref="ConformanceException">They disagree; the message names the argument, the element and both numbers.</exception>
    public static void Check(Func<IReadOnlyList<Tensor>, Tensor> function, params ReadOnlySpan<Tensor> point)
    {
        ArgumentNullException.ThrowIfNull(function);
        const int elements = 32;
        Tensor[] arguments = [.. point];
        Tensor.Evaluate(arguments);
        SampleValue[] values =
            [.. arguments.Select(a => new SampleValue(a.ElementType, a.Shape.ToDims(), a.Materialise().Bytes.ToArray()))];
        if (new FiniteDifferences(elements).FirstFault(x => [function(x)], values) is { } fault)
            throw new ConformanceException($"{fault}.");
    }

    /// <inheritdoc cref="Check(Func{IReadOnlyList{Tensor}, Tensor}, ReadOnlySpan{Tensor})"/>
    public static void Check(Func<Tensor, Tensor> function, Tensor point)
    {
        ArgumentNullException.ThrowIfNull(function);
        Check(x => function(x[0]), [point]);
    }

    static void RequireWhole(Tensor y)
    {
        foreach (var leaf in Walk.Leaves([y], throughValues: true))
        {
            if (leaf.CutBecause is not { } because) continue;
            throw new InvalidOperationException(
                $"No gradient: the graph behind a value ({leaf.Type}) was dropped when it was evaluated, because {because}. "
                + "Call Watch() on the input before computing with it, take the gradient before writing the variable, "
                + "or do both in one Function.Compile.");
        }
    }
}
