namespace Fovea.Graphs;

/// <summary>A variable with the tensor that stands for its value: the leaf read at the start, or the value written at the end.</summary>
public readonly record struct VariableBinding(Variable Variable, Tensor Tensor);

/// <summary>What a program is: inputs, outputs, the variables it reads and writes, and between them immutable nodes.</summary>
public sealed class Graph
{
    internal Graph(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> outputs, IReadOnlyList<VariableBinding> reads,
        IReadOnlyList<VariableBinding> writes, Constraints constraints)
    {
        Inputs = inputs;
        Outputs = outputs;
        Reads = reads;
        Writes = writes;
        Constraints = constraints;
    }

    /// <summary>The inputs, in the order of the function's arguments.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>The outputs.</summary>
    public IReadOnlyList<Tensor> Outputs { get; }

    /// <summary>The variables read, each with its leaf.</summary>
    public IReadOnlyList<VariableBinding> Reads { get; }

    /// <summary>The variables written, each with its last value.</summary>
    public IReadOnlyList<VariableBinding> Writes { get; }

    /// <summary>Equalities of sizes to check when sizes are bound.</summary>
    public Constraints Constraints { get; }

    /// <summary>Everything that must be computed: outputs, then the values written.</summary>
    internal IEnumerable<Tensor> Roots => Outputs.Concat(Writes.Select(w => w.Tensor));

    /// <summary>The nodes, each after those it depends on.</summary>
    public IReadOnlyList<Node> Nodes() => Walk.Order(Roots, throughValues: false);

    /// <summary>The graph as text, one line a node.</summary>
    public override string ToString() => GraphPrinter.Print(this);
}

/// <summary>Walks over graphs. All are iterative: a stack overflow cannot be caught in .NET.</summary>
static class Walk
{
    /// <summary>
    /// The nodes behind the roots, each after its inputs. Tensors with a value are leaves unless <paramref name="throughValues"/>; the walk
    /// does not go behind <paramref name="ends"/>.
    /// </summary>
    public static List<Node> Order(IEnumerable<Tensor> roots, bool throughValues, IReadOnlySet<Tensor>? ends = null)
    {
        var order = new List<Node>();
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<(Node Node, int Next)>();
        foreach (var root in roots)
        {
            if (Before(root) is { } start && seen.Add(start)) stack.Push((start, 0));
            while (stack.TryPop(out var top))
            {
                var (node, next) = top;
                if (next == node.InputSpan.Length)
                {
                    order.Add(node);
                    continue;
                }
                stack.Push((node, next + 1));
                if (Before(node.InputSpan[next]) is { } before && seen.Add(before)) stack.Push((before, 0));
            }
        }
        return order;

        Node? Before(Tensor tensor) => ends is not null && ends.Contains(tensor) ? null : Behind(tensor, throughValues);
    }

    /// <summary>The node that would compute a tensor, or null for a leaf.</summary>
    public static Node? Behind(Tensor tensor, bool throughValues)
    {
        var node = tensor.Node;                     // before the value: an evaluation stores the value first, then cuts the node
        return !throughValues && tensor.IsEvaluated ? null : node;
    }

    /// <summary>The leaves behind the roots: inputs, reads of variables, constants.</summary>
    public static List<Tensor> Leaves(IEnumerable<Tensor> roots, bool throughValues)
    {
        var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
        var leaves = new List<Tensor>();
        void Visit(Tensor tensor)
        {
            if (Behind(tensor, throughValues) is null && seen.Add(tensor)) leaves.Add(tensor);
        }
        Tensor[] all = [.. roots];
        foreach (var node in Order(all, throughValues))
            foreach (var input in node.InputSpan) Visit(input);
        foreach (var root in all) Visit(root);
        return leaves;
    }
}
