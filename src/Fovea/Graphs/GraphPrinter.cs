using System.Globalization;
using System.Text;

namespace Fovea.Graphs;

/// <summary>Writes a graph as text: one line a node, values numbered in the order of computation.</summary>
public static class GraphPrinter
{
    /// <summary>The text of a graph.</summary>
    public static string Print(Graph graph)
    {
        var names = new Dictionary<Tensor, string>(ReferenceEqualityComparer.Instance);
        var text = new StringBuilder();
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            names[graph.Inputs[i]] = string.Create(CultureInfo.InvariantCulture, $"in{i}");
            text.Append(CultureInfo.InvariantCulture, $"in{i}: {graph.Inputs[i].Type}\n");
        }
        foreach (var (variable, leaf) in graph.Reads) names[leaf] = variable.Name;
        int next = 0;
        foreach (var node in graph.Nodes())
        {
            foreach (var output in node.OutputSpan) names[output] = string.Create(CultureInfo.InvariantCulture, $"%{next++}");
            text.Append(CultureInfo.InvariantCulture, $"{string.Join(", ", node.Outputs.Select(o => $"{names[o]}: {o.Type}"))} = {node.Op}")
                .Append(CultureInfo.InvariantCulture, $"({string.Join(", ", node.Inputs.Select(Name))})")
                .Append(node.Scope.Length == 0 ? "\n" : $"    # {node.Scope}\n");
        }
        foreach (var (variable, value) in graph.Writes) text.Append(CultureInfo.InvariantCulture, $"{variable.Name} <- {Name(value)}\n");
        text.Append(CultureInfo.InvariantCulture, $"return {string.Join(", ", graph.Outputs.Select(Name))}\n");
        return text.ToString();

        string Name(Tensor tensor) => names.TryGetValue(tensor, out string? name) ? name : $"constant {tensor.Type}";
    }
}
