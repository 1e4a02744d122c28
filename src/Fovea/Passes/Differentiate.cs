using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Passes;

/// <summary>Reverse-mode differentiation: gradients are written as more graph, so they can be differentiated again.</summary>
static class Differentiate
{
    /// <summary>
    /// For each target the gradient of Σ outputs · seeds (a null seed: the output does not count); null where nothing depends on it.
    /// </summary>
    /// <param name="outputs">What is differentiated.</param>
    /// <param name="seeds">The gradient that arrives at each output.</param>
    /// <param name="targets">With respect to what.</param>
    /// <param name="independent">Whether targets are taken for independent of each other, even where one was computed from another.</param>
    public static Tensor?[] Run(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor?> seeds, IReadOnlyList<Tensor> targets,
        bool independent = false)
    {
        var needed = new HashSet<Tensor>(targets, ReferenceEqualityComparer.Instance);
        var order = Walk.Order(outputs, throughValues: true, ends: independent ? needed : null);
        var wanted = new HashSet<Tensor>(targets, ReferenceEqualityComparer.Instance);
        foreach (var node in order)
        {
            if (node.Op.BlocksGradient) continue;
            bool depends = false;
            foreach (var input in node.InputSpan) depends |= needed.Contains(input);
            if (!depends) continue;
            foreach (var output in node.OutputSpan)
                if (output.ElementType.IsFloating()) needed.Add(output);
        }

        var gradients = new Dictionary<Tensor, Tensor>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < outputs.Count; i++)
            if (seeds[i] is { } seed && needed.Contains(outputs[i])) Accumulate(gradients, outputs[i], seed);

        for (int i = order.Count - 1; i >= 0; i--)
        {
            var node = order[i];
            if (node.Op.BlocksGradient) continue;
            bool any = false, below = false;
            var outputGradients = new Tensor?[node.OutputSpan.Length];
            for (int j = 0; j < outputGradients.Length; j++)
            {
                if (gradients.TryGetValue(node.OutputSpan[j], out var gradient)) outputGradients[j] = gradient;
                any |= outputGradients[j] is not null;
            }
            if (!any) continue;
            var needs = new bool[node.InputSpan.Length];
            for (int j = 0; j < needs.Length; j++) below |= needs[j] = needed.Contains(node.InputSpan[j]);
            if (!below) continue;
            using (Scope.Enter(node.Scope))
            {
                var context = new GradientContext(node, outputGradients, needs, (o, s, t) => Run(o, s, t, independent: true));
                var inputGradients = node.Op.Gradient(context);
                if (inputGradients.Length != needs.Length)
                    throw new InvalidOperationException($"The gradient rule of {node.Op.Name} gives {inputGradients.Length} gradients for "
                        + $"{needs.Length} inputs.");
                for (int j = 0; j < needs.Length; j++)
                {
                    if (!needs[j] || inputGradients[j] is not { } gradient) continue;
                    var input = node.InputSpan[j];
                    if (gradient.Type != input.Type && (gradient.ElementType != input.ElementType || gradient.Rank != input.Rank))
                        throw new InvalidOperationException($"The gradient rule of {node.Op.Name} gives {gradient.Type} for input {j}, "
                            + $"which is {input.Type}.");
                    Accumulate(gradients, input, gradient);
                }
            }
            // What is not asked for is not kept: a target's gradient is complete only when the walk has passed it.
            foreach (var output in node.OutputSpan)
                if (!wanted.Contains(output)) gradients.Remove(output);
        }
        return [.. targets.Select(t => gradients.GetValueOrDefault(t))];
    }

    static void Accumulate(Dictionary<Tensor, Tensor> gradients, Tensor tensor, Tensor gradient) =>
        gradients[tensor] = gradients.TryGetValue(tensor, out var before) ? before + gradient : gradient;
}
