namespace Fovea.Graphs;

/// <summary>What a legal graph is, as executable text: checked after every pass in tests.</summary>
static class GraphSpec
{
    /// <summary>The first rule that the graph breaks, or null.</summary>
    public static string? FirstFault(Graph graph)
    {
        var known = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
        foreach (var input in graph.Inputs)
            if (!known.Add(input)) return "an input stands twice";
        foreach (var (variable, leaf) in graph.Reads)
        {
            if (!known.Add(leaf)) return $"variable {variable.Name} is read twice";
            if (leaf.Type != variable.Type) return $"the leaf of {variable.Name} is {leaf.Type}, the variable {variable.Type}";
        }
        foreach (var node in graph.Nodes())
        {
            foreach (var input in node.InputSpan)
                if (!known.Contains(input) && !input.IsEvaluated) return $"{node} reads a tensor that nothing computes";
            var inferred = node.Op.Infer(Inputs.Of(node.Op, [.. node.Inputs.Select(i => i.Type)]));
            if (!inferred.SequenceEqual(node.Outputs.Select(o => o.Type)))
                return $"{node} gives {string.Join(", ", node.Outputs.Select(o => o.Type))}, "
                    + $"its shape rule {string.Join(", ", inferred.Select(t => t.ToString()))}";
            foreach (var output in node.OutputSpan)
                if (!known.Add(output)) return $"{node} computes a tensor that exists already";
        }
        foreach (var root in graph.Roots)
            if (!known.Contains(root) && !root.IsEvaluated) return "a root is computed by nothing";
        foreach (var (variable, value) in graph.Writes)
            if (value.Type != variable.Type) return $"{variable.Name} ({variable.Type}) is assigned {value.Type}";
        return null;
    }
}
