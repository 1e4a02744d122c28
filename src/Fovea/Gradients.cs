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
