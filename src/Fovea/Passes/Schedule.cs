using Fovea.Graphs;

namespace Fovea.Passes;

/// <summary>
/// Orders the nodes of a graph for memory: outputs first, then the variables' new values, those that are ready early before others.
/// An update that can be done in place runs after every read of the old value, and as soon as that.
/// </summary>
static class Schedule
{
    /// <summary>The order, and for each node that may write variables in place those variables by output.</summary>
    public static (List<Node> Order, Dictionary<Tensor, Variable> InPlace) Run(Graph graph)
    {
        var nodes = graph.Nodes();
        var readers = Readers(graph, nodes, out var consumed, out var escaped);
        var inPlace = new Dictionary<Tensor, Variable>(ReferenceEqualityComparer.Instance);
        var after = new Dictionary<Node, List<Node>>(ReferenceEqualityComparer.Instance);
        foreach (var (variable, value) in graph.Writes)
        {
            // Nothing reads the outputs of such a node, so nothing that must run before it can depend on it.
            if (value.IsEvaluated || value.Node is not { } node || inPlace.ContainsKey(value)) continue;
            if (node.Outputs.Any(o => consumed.Contains(o))) continue;
            var leaf = LeafOf(graph, variable);
            if (leaf is null || !node.Inputs.Contains(leaf) || escaped.Contains(leaf)) continue;
            inPlace[value] = variable;
            if (!after.TryGetValue(node, out var list)) after[node] = list = [];
            foreach (var reader in readers.GetValueOrDefault(leaf, []))
                if (reader != node && !list.Contains(reader)) list.Add(reader);
        }
        return (Order(graph, nodes, after, inPlace), inPlace);
    }

    static Tensor? LeafOf(Graph graph, Variable variable)
    {
        foreach (var (read, leaf) in graph.Reads)
            if (read == variable) return leaf;
        return null;
    }

    /// <summary>
    /// Who reads each leaf, also through operators that only reinterpret it; which tensors any node reads; which leaves leave the graph.
    /// </summary>
    static Dictionary<Tensor, List<Node>> Readers(Graph graph, IReadOnlyList<Node> nodes, out HashSet<Tensor> consumed,
        out HashSet<Tensor> escaped)
    {
        consumed = new(ReferenceEqualityComparer.Instance);
        escaped = new(ReferenceEqualityComparer.Instance);
        var readers = new Dictionary<Tensor, List<Node>>(ReferenceEqualityComparer.Instance);
        var origin = new Dictionary<Tensor, Tensor>(ReferenceEqualityComparer.Instance);
        foreach (var (_, leaf) in graph.Reads)
        {
            readers[leaf] = [];
            origin[leaf] = leaf;
        }
        foreach (var node in nodes)
            foreach (var input in node.InputSpan)
            {
                consumed.Add(input);
                if (!origin.TryGetValue(input, out var leaf)) continue;
                readers[leaf].Add(node);
                if (node.Op.Reinterprets) origin[node.OutputSpan[0]] = leaf;
            }
        // A reinterpreted leaf that leaves the graph is read until the end.
        foreach (var root in graph.Roots)
            if (origin.TryGetValue(root, out var leaf)) escaped.Add(leaf);
        return readers;
    }

    static List<Node> Order(
        Graph graph, IReadOnlyList<Node> nodes, Dictionary<Node, List<Node>> after, Dictionary<Tensor, Variable> inPlace)
    {
        var depth = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        foreach (var node in nodes)
        {
            int deepest = 0;
            foreach (var input in node.InputSpan)
                if (Walk.Behind(input, false) is { } before) deepest = Math.Max(deepest, depth[before] + 1);
            depth[node] = deepest;
        }
        var roots = graph.Outputs.Concat(graph.Writes.Select(w => w.Tensor)
            .OrderBy(t => Walk.Behind(t, false) is { } node ? depth[node] : 0));

        var order = new List<Node>(nodes.Count);
        var state = new Dictionary<Node, bool>(ReferenceEqualityComparer.Instance);     // false: being visited, true: done
        var stack = new Stack<(Node Node, int Next)>();
        foreach (var root in roots)
        {
            if (Walk.Behind(root, false) is { } start && state.TryAdd(start, false)) stack.Push((start, 0));
            while (stack.TryPop(out var top))
            {
                var (node, next) = top;
                int data = node.InputSpan.Length;
                var extra = after.GetValueOrDefault(node);
                if (next == data + (extra?.Count ?? 0))
                {
                    state[node] = true;
                    order.Add(node);
                    continue;
                }
                stack.Push((node, next + 1));
                var before = next < data ? Walk.Behind(node.InputSpan[next], false) : extra![next - data];
                if (before is null) continue;
                if (state.TryAdd(before, false)) stack.Push((before, 0));
                else if (next >= data && !state[before])
                    foreach (var output in node.OutputSpan) inPlace.Remove(output);         // two updates wait for each other
            }
        }
        return order;
    }
}
