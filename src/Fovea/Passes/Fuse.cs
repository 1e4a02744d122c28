using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Passes;

/// <summary>A tree of elementwise nodes that run as one step, in the place of its last node.</summary>
/// <param name="Nodes">The nodes in order; the last is the root.</param>
/// <param name="Inputs">What comes from outside, each once.</param>
/// <param name="Op">The step.</param>
sealed record FusedGroup(IReadOnlyList<Node> Nodes, IReadOnlyList<Tensor> Inputs, FusedElementwise Op);

/// <summary>Groups elementwise nodes whose values only the next one reads. Runs after differentiation; graphs stay as they are.</summary>
static class Fuse
{
    const int MostOperators = 16, MostInputs = 8;

    /// <summary>The groups by root, and the nodes inside groups that are no root.</summary>
    public static (Dictionary<Node, FusedGroup> Roots, HashSet<Node> Inner) Run(
        Graph graph, IReadOnlyList<Node> order, Dictionary<Tensor, Variable> inPlace, IBackend backend)
    {
        var uses = new Dictionary<Tensor, int>(ReferenceEqualityComparer.Instance);
        foreach (var node in order)
            foreach (var input in node.InputSpan) uses[input] = uses.GetValueOrDefault(input) + 1;
        foreach (var root in graph.Roots) uses[root] = uses.GetValueOrDefault(root) + 1;
        var leaves = new Dictionary<Tensor, Variable>(ReferenceEqualityComparer.Instance);
        var written = inPlace.Values.ToHashSet();
        foreach (var (variable, leaf) in graph.Reads)
            if (written.Contains(variable)) leaves[leaf] = variable;
        // What only reinterprets a variable's value lies in the variable's own memory.
        foreach (var node in order)
            if (node.Op.Reinterprets && leaves.TryGetValue(node.InputSpan[0], out var origin)) leaves[node.OutputSpan[0]] = origin;

        var roots = new Dictionary<Node, FusedGroup>(ReferenceEqualityComparer.Instance);
        var inner = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        for (int i = order.Count - 1; i >= 0; i--)
        {
            var root = order[i];
            if (inner.Contains(root) || !backend.Fuses(root)) continue;
            inPlace.TryGetValue(root.OutputSpan[0], out var own);
            var members = new HashSet<Node>(ReferenceEqualityComparer.Instance) { root };
            var open = new Queue<Node>([root]);
            while (open.TryDequeue(out var node) && members.Count < MostOperators)
                foreach (var input in node.InputSpan)
                {
                    if (members.Count == MostOperators || Walk.Behind(input, false) is not { } before) continue;
                    if (uses[input] != 1 || input.Shape != root.OutputSpan[0].Shape || members.Contains(before)
                        || inner.Contains(before)) continue;
                    if (!backend.Fuses(before) || inPlace.ContainsKey(input)) continue;
                    // A node moves to its root's place: not past the update of a variable that it reads.
                    if (before.Inputs.Any(t => leaves.TryGetValue(t, out var variable) && variable != own)) continue;
                    if (!FitsInputs(members, before)) continue;
                    members.Add(before);
                    open.Enqueue(before);
                }
            if (members.Count == 1) continue;
            roots[root] = Group([.. order.Where(members.Contains)]);
            members.Remove(root);
            inner.UnionWith(members);
        }
        return (roots, inner);
    }

    static bool FitsInputs(HashSet<Node> members, Node candidate)
    {
        var inputs = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
        foreach (var node in members.Append(candidate))
            foreach (var input in node.InputSpan) inputs.Add(input);
        foreach (var node in members.Append(candidate)) inputs.Remove(node.OutputSpan[0]);
        return inputs.Count <= MostInputs;
    }

    static FusedGroup Group(IReadOnlyList<Node> nodes)
    {
        var made = new HashSet<Tensor>(nodes.Select(n => n.OutputSpan[0]), ReferenceEqualityComparer.Instance);
        var inputs = new List<Tensor>();
        foreach (var node in nodes)
            foreach (var input in node.InputSpan)
                if (!made.Contains(input) && !inputs.Contains(input)) inputs.Add(input);
        var numbers = new Dictionary<Tensor, int>(ReferenceEqualityComparer.Instance);
        foreach (var input in inputs) numbers[input] = numbers.Count;
        var operators = new List<FusedOperator>();
        foreach (var node in nodes)
        {
            operators.Add(new(node.Op, [.. node.Inputs.Select(t => numbers[t])]));
            numbers[node.OutputSpan[0]] = numbers.Count;
        }
        return new(nodes, inputs, new(operators));
    }
}
