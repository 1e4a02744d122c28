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
            text.AppendJoin(", ", node.Outputs.Select(o => $"{names[o]}: {o.Type}")).Append(" = ").Append(Title(node.Op))
                .Append(CultureInfo.InvariantCulture, $"({string.Join(", ", node.Inputs.Select(Name))})")
                .Append(node.Scope.Length == 0 ? "\n" : $"    # {node.Scope}\n");
            Bodies(text, node.Op, 1);
        }
        foreach (var (variable, value) in graph.Writes) text.Append(CultureInfo.InvariantCulture, $"{variable.Name} <- {Name(value)}\n");
        text.Append(CultureInfo.InvariantCulture, $"return {string.Join(", ", graph.Outputs.Select(Name))}\n");
        return text.ToString();

        string Name(Tensor tensor) => names.TryGetValue(tensor, out string? name) ? name : $"constant {tensor.Type}";
    }

    // Bodies are written below their operator.
    static string Title(Op op)
    {
        if (op is not RegionOp region) return op.ToString();
        var attributes = Attributes.Of(op).Where(a => !region.Bodies.Any(b => b.Name == a.Key)).Select(a => $"{a.Key}={a.Value}").ToList();
        return attributes.Count == 0 ? op.Name : $"{op.Name}({string.Join(", ", attributes)})";
    }

    static void Bodies(StringBuilder text, Op op, int depth)
    {
        if (op is not RegionOp region) return;
        foreach (var (name, body) in region.Bodies)
        {
            Indent(text, depth).Append(CultureInfo.InvariantCulture, $"{name}:\n");
            for (int i = 0; i < body.Inputs.Count; i++)
                Indent(text, depth + 1).Append(CultureInfo.InvariantCulture, $"%{i}: {body.Inputs[i]}\n");
            int next = body.Inputs.Count;
            foreach (var constant in body.Constants)
                Indent(text, depth + 1).Append(CultureInfo.InvariantCulture, $"%{next++}: {constant.Type} = {constant}\n");
            foreach (var (inner, scope, inputs) in body.Steps)
            {
                int outputs = inner.Infer(Inputs.Of(inner, [.. inputs.Select(i => body.Types[i])])).Length;
                var made = Enumerable.Range(next, outputs)
                    .Select(i => string.Create(CultureInfo.InvariantCulture, $"%{i}: {body.Types[i]}"));
                next += outputs;
                Indent(text, depth + 1).AppendJoin(", ", made).Append(" = ").Append(Title(inner)).Append('(')
                    .AppendJoin(", ", inputs.Select(Number)).Append(scope.Length == 0 ? ")\n" : $")    # {scope}\n");
                Bodies(text, inner, depth + 2);
            }
            Indent(text, depth + 1).Append("return ").AppendJoin(", ", body.Results.Select(Number)).Append('\n');
        }

        static string Number(int number) => string.Create(CultureInfo.InvariantCulture, $"%{number}");
    }

    static StringBuilder Indent(StringBuilder text, int depth) => text.Append(' ', 2 * depth);
}
