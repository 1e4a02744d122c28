using Fovea.Graphs;
using Fovea.Ops;

namespace Fovea.Passes;

/// <summary>
/// Merges equal nodes, and those of one operator of which one also gives what its gradient needs; drops arithmetic with 0 and 1 and
/// stretches that their reader would do itself. Random operators are never merged. No value changes by it, not even in its last bit.
/// </summary>
static class Simplify
{
    public static Graph Run(Graph graph)
    {
        var replaced = new Dictionary<Tensor, Tensor>(ReferenceEqualityComparer.Instance);
        var numbers = new Dictionary<Tensor, int>(ReferenceEqualityComparer.Instance);
        var known = new Dictionary<Key, Node>();
        var nodes = graph.Nodes();
        var keeping = new HashSet<Key>();
        foreach (var node in nodes)
            if (node.Op.Keeping is { } wider) keeping.Add(KeyOf(wider, node.Inputs));
        if (keeping.Count > 0) keeping.IntersectWith(nodes.Select(n => KeyOf(n.Op, n.Inputs)));
        foreach (var node in nodes)
        {
            var inputs = new Tensor[node.InputSpan.Length];
            bool changed = false;
            for (int i = 0; i < inputs.Length; i++)
            {
                inputs[i] = Now(node.InputSpan[i]);
                changed |= !ReferenceEquals(inputs[i], node.InputSpan[i]);
            }
            if (Shortcut(node, inputs) is { } same)
            {
                replaced[node.OutputSpan[0]] = same;
                continue;
            }
            if (Unstretch(node, inputs)) changed = true;
            var op = node.Op.Keeping is { } kept && keeping.Contains(KeyOf(kept, node.Inputs)) ? kept : node.Op;
            var present = changed || op != node.Op ? Rebuild(node, op, inputs) : node;
            if (op.IsPure)
            {
                var key = KeyOf(op, inputs);
                if (known.TryGetValue(key, out var equal)) present = equal;
                else known[key] = present;
            }
            if (!ReferenceEquals(present, node))
                for (int i = 0; i < node.OutputSpan.Length; i++) replaced[node.OutputSpan[i]] = present.OutputSpan[i];
        }
        return new(graph.Inputs, [.. graph.Outputs.Select(Now)], graph.Reads,
            [.. graph.Writes.Select(w => w with { Tensor = Now(w.Tensor) })], graph.Constraints);

        Tensor Now(Tensor tensor) => replaced.GetValueOrDefault(tensor, tensor);

        int Number(Tensor tensor)
        {
            if (!numbers.TryGetValue(tensor, out int number)) numbers[tensor] = number = numbers.Count;
            return number;
        }

        Key KeyOf(Op op, IReadOnlyList<Tensor> inputs) => new(op, [.. inputs.Select(Number)]);
    }

    static Node Rebuild(Node node, Op op, Tensor[] inputs)
    {
        bool symbolic = false;
        foreach (var output in node.OutputSpan) symbolic |= output.IsSymbolic;
        var types = op == node.Op ? [.. node.Outputs.Select(o => o.Type)] : op.Infer(Inputs.Of(op, [.. inputs.Select(i => i.Type)]));
        return new(op, inputs, types, node.Scope, node.OutputSpan[0].Trace, symbolic);
    }

    /// <summary>x + 0 is kept (−0 + 0 is 0); x · 1, x / 1 and x − 0 are x to the bit.</summary>
    static Tensor? Shortcut(Node node, Tensor[] inputs)
    {
        switch (node.Op)
        {
            case Binary { Function: BinaryFunction.Multiply } when IsConstant(inputs[1], 1) && inputs[0].Shape == node.OutputSpan[0].Shape:
            case Binary { Function: BinaryFunction.Divide } when IsConstant(inputs[1], 1) && inputs[0].Shape == node.OutputSpan[0].Shape:
            case Binary { Function: BinaryFunction.Subtract } when IsConstant(inputs[1], 0) && inputs[0].Shape == node.OutputSpan[0].Shape:
                return inputs[0];
            case Binary { Function: BinaryFunction.Multiply } when IsConstant(inputs[0], 1) && inputs[1].Shape == node.OutputSpan[0].Shape:
                return inputs[1];
            case BroadcastTo or Reshape when inputs[0].Shape == node.OutputSpan[0].Shape:
                return inputs[0];
            case Reshape when !inputs[0].IsEvaluated && inputs[0].Node is { Op: Reshape } before
                && before.InputSpan[0].Shape == node.OutputSpan[0].Shape:
                return before.InputSpan[0];
            default:
                return null;
        }
    }

    /// <summary>f(x, stretched y) is f(x, y): binary operators stretch by themselves.</summary>
    static bool Unstretch(Node node, Tensor[] inputs)
    {
        if (node.Op is not Binary) return false;
        bool changed = false;
        for (int i = 0; i < 2; i++)
        {
            if (inputs[i].IsEvaluated || inputs[i].Node is not { Op: BroadcastTo } stretch) continue;
            if (inputs[1 - i].Shape != node.OutputSpan[0].Shape) continue;
            inputs[i] = stretch.InputSpan[0];
            changed = true;
        }
        return changed;
    }

    /// <summary>A stretched constant counts as the constant.</summary>
    static bool IsConstant(Tensor tensor, float value)
    {
        if (!tensor.IsEvaluated && tensor.Node is { Op: BroadcastTo } stretch) tensor = stretch.InputSpan[0];
        return tensor is { IsSymbolic: false, Source: null, ElementType: Tensors.ElementType.Float32, Storage: { Count: 1 } storage }
            && BitConverter.SingleToInt32Bits(storage.AsSpan<float>()[0]) == BitConverter.SingleToInt32Bits(value);
    }

    readonly record struct Key(Op Op, int[] Inputs)
    {
        public bool Equals(Key other) => Op.Equals(other.Op) && Inputs.AsSpan().SequenceEqual(other.Inputs);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Op);
            foreach (int input in Inputs) hash.Add(input);
            return hash.ToHashCode();
        }
    }
}
