using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Graphs;

/// <summary>
/// The body of a region operator (If, Loop, Scan): a graph that belongs to no trace, immutable and compared by value. What a body captures
/// from outside is an explicit input of it. Values are numbered: inputs, then constants, then the outputs of every step in order.
/// </summary>
public sealed class Region : IEquatable<Region>
{
    /// <summary>Constants of more bytes are inputs.</summary>
    internal const int MostConstantBytes = 64;

    readonly TensorType[] _types;
    readonly int _hash;
    object? _multiplyAdds;                  // a boxed size, counted when it is asked for

    /// <summary>A body; the types of all values are inferred, and sizes checked for overflow.</summary>
    /// <exception cref="ShapeMismatchException">Inputs of a step do not fit.</exception>
    /// <exception cref="FormatException">A step reads a value that does not stand before it.</exception>
    /// <exception cref="OverflowException">A value has more elements than 64 bits count.</exception>
    internal Region(IReadOnlyList<TensorType> inputs, IReadOnlyList<Tensor> constants, IReadOnlyList<ProgramStep> steps,
        IReadOnlyList<int> results)
    {
        Inputs = inputs;
        Constants = constants;
        Steps = steps;
        Results = results;
        var types = new List<TensorType>([.. inputs, .. constants.Select(c => c.Type)]);
        foreach (var (op, scope, numbers) in steps)
        {
            var given = new TensorType[numbers.Length];
            for (int i = 0; i < given.Length; i++) given[i] = TypeOf(numbers[i]);
            using (Scope.Enter(scope)) types.AddRange(op.Infer(Graphs.Inputs.Of(op, given)));
        }
        foreach (var type in types) _ = type.Shape.Count;
        Outputs = [.. results.Select(TypeOf)];
        _types = [.. types];
        _hash = Hash();

        TensorType TypeOf(int number) => (uint)number < (uint)types.Count ? types[number]
            : throw new FormatException($"a step of a body reads value {number}; before it there are {types.Count}");
    }

    /// <summary>A body of no inputs and no outputs.</summary>
    public static Region Empty { get; } = new([], [], [], []);

    /// <summary>The types of what goes in: what the operator hands over, then what the body captured.</summary>
    public IReadOnlyList<TensorType> Inputs { get; }

    /// <summary>The types of what comes out.</summary>
    public IReadOnlyList<TensorType> Outputs { get; }

    internal IReadOnlyList<Tensor> Constants { get; }

    internal IReadOnlyList<ProgramStep> Steps { get; }

    /// <summary>The numbers of the outputs.</summary>
    internal IReadOnlyList<int> Results { get; }

    /// <summary>The types of all values.</summary>
    internal IReadOnlyList<TensorType> Types => _types;

    /// <summary>A body that captures nothing.</summary>
    /// <exception cref="InvalidOperationException">It does capture something.</exception>
    internal static Region Of(IReadOnlyList<TensorType> inputs, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> body)
    {
        var traced = TracedBody.Trace(inputs, body);
        return traced.Captured.Count == 0 ? traced.ToRegion([])
            : throw new InvalidOperationException($"The body captures {traced.Captured.Count} tensors: they must be its inputs.");
    }

    /// <summary>Builds the body's graph again, on tensors.</summary>
    internal Tensor[] Apply(IReadOnlyList<Tensor> inputs)
    {
        var values = new List<Tensor>([.. inputs, .. Constants]);
        foreach (var (op, scope, numbers) in Steps)
            using (Scope.Enter(scope)) values.AddRange(Tensor.ApplyAll(op, Array.ConvertAll(numbers, number => values[number])));
        return [.. Results.Select(number => values[number])];
    }

    /// <summary>The body with every size expression replaced; types are inferred and checked again.</summary>
    internal Region Substitute(IReadOnlyDictionary<string, Dim> replacements) => replacements.Count == 0 ? this : new(
        [.. Inputs.Select(t => t with { Shape = t.Shape.Substitute(replacements) })], Constants,
        [.. Steps.Select(s => s with { Op = s.Op.Substitute(replacements) })], Results);

    /// <summary>Multiply-adds of one run.</summary>
    internal Dim MultiplyAdds()
    {
        if (Volatile.Read(ref _multiplyAdds) is { } known) return (Dim)known;
        Dim sum = 0;
        foreach (var (op, _, numbers) in Steps)
        {
            TensorType[] given = Array.ConvertAll(numbers, number => _types[number]);
            TensorType[] made = op.Infer(Graphs.Inputs.Of(op, given));
            sum += op.Cost(Graphs.Inputs.Of(op, given), made).MultiplyAdds;
        }
        Volatile.Write(ref _multiplyAdds, sum);
        return sum;
    }

    /// <summary>The receptive fields of the outputs for those of the inputs; null where a step's is unknown.</summary>
    internal ReceptiveField?[] Fields(IEnumerable<ReceptiveField?> inputs)
    {
        var fields = new List<ReceptiveField?>([.. inputs, .. Constants.Select(_ => (ReceptiveField?)null)]);
        var unknown = new HashSet<int>();
        foreach (var (op, _, numbers) in Steps)
        {
            TensorType[] given = Array.ConvertAll(numbers, number => _types[number]);
            ReceptiveField?[] seen = Array.ConvertAll(numbers, number => fields[number]);
            bool any = Array.Exists(seen, f => f is not null), lost = Array.Exists(numbers, unknown.Contains);
            var field = any && !lost ? op.Field(seen, Graphs.Inputs.Of(op, given)) : null;
            for (int i = op.Infer(Graphs.Inputs.Of(op, given)).Length; i > 0; i--)
            {
                if (lost || any && field is null) unknown.Add(fields.Count);
                fields.Add(field);
            }
        }
        return [.. Results.Select(number => fields[number])];
    }

    /// <inheritdoc/>
    public bool Equals(Region? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || _hash != other._hash || Steps.Count != other.Steps.Count || !Inputs.SequenceEqual(other.Inputs)
            || !Results.SequenceEqual(other.Results) || Constants.Count != other.Constants.Count) return false;
        for (int i = 0; i < Constants.Count; i++)
            if (Constants[i].Type != other.Constants[i].Type
                || !Constants[i].Storage!.Bytes.SequenceEqual(other.Constants[i].Storage!.Bytes)) return false;
        for (int i = 0; i < Steps.Count; i++)
        {
            ProgramStep a = Steps[i], b = other.Steps[i];
            if (!a.Inputs.AsSpan().SequenceEqual(b.Inputs) || a.Scope != b.Scope || !a.Op.Equals(b.Op)) return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Region);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    int Hash()
    {
        var hash = new HashCode();
        foreach (var type in Inputs) hash.Add(type);
        foreach (var constant in Constants) hash.AddBytes(constant.Storage!.Bytes);
        foreach (var (op, _, numbers) in Steps)
        {
            hash.Add(op);
            foreach (int number in numbers) hash.Add(number);
        }
        foreach (int result in Results) hash.Add(result);
        return hash.ToHashCode();
    }

    /// <summary>The body in one line, as files hold it.</summary>
    public override string ToString() => RegionText.Write(this);
}

/// <summary>A body while it is traced: what it takes, what it captures from outside, what it gives.</summary>
sealed class TracedBody
{
    readonly IReadOnlyList<Tensor> _inputs;
    readonly Dictionary<Tensor, Tensor> _leaves = new(ReferenceEqualityComparer.Instance);

    TracedBody(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> outputs, IEnumerable<(Tensor Outside, Tensor Leaf)> captures)
    {
        _inputs = inputs;
        Outputs = outputs;
        var used = new HashSet<Tensor>(Walk.Leaves(outputs, throughValues: false), ReferenceEqualityComparer.Instance);
        var captured = new List<Tensor>();
        foreach (var (outside, leaf) in captures)
        {
            if (!used.Contains(leaf)) continue;
            captured.Add(outside);
            _leaves[outside] = leaf;
        }
        Captured = captured;
    }

    /// <summary>The tensors of outside that the body reads, each once.</summary>
    public IReadOnlyList<Tensor> Captured { get; }

    public IReadOnlyList<Tensor> Outputs { get; }

    /// <summary>Traces a body; it may run inside another trace.</summary>
    public static TracedBody Trace(IReadOnlyList<TensorType> inputs, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> body)
    {
        var (leaves, outputs, captures) = Fovea.Trace.RunBody(inputs, body);
        return new(leaves, outputs, captures);
    }

    /// <summary>The body whose further inputs are those tensors of outside, whether it reads them or not.</summary>
    public Region ToRegion(IReadOnlyList<Tensor> captured)
    {
        var numbers = new Dictionary<Tensor, int>(ReferenceEqualityComparer.Instance);
        var types = new List<TensorType>();
        foreach (var input in _inputs)
        {
            numbers[input] = types.Count;
            types.Add(input.Type);
        }
        foreach (var outside in captured)
        {
            if (_leaves.TryGetValue(outside, out var leaf)) numbers[leaf] = types.Count;
            types.Add(outside.Type);
        }
        var nodes = Walk.Order(Outputs, throughValues: false);
        var constants = new List<Tensor>();
        foreach (var tensor in nodes.SelectMany(n => n.Inputs).Concat(Outputs))
            if (tensor.IsEvaluated && numbers.TryAdd(tensor, types.Count + constants.Count)) constants.Add(tensor);
        int next = types.Count + constants.Count;
        var steps = new List<ProgramStep>(nodes.Count);
        foreach (var node in nodes)
        {
            steps.Add(new(node.Op, node.Scope, [.. node.Inputs.Select(i => numbers[i])]));
            foreach (var output in node.OutputSpan) numbers[output] = next++;
        }
        return new(types, constants, steps, [.. Outputs.Select(o => numbers[o])]);
    }
}
