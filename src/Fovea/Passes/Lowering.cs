using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Passes;

/// <summary>A value while a plan is made.</summary>
sealed class ValueDraft
{
    public required BoundType Type { get; init; }
    public ValueKind Kind { get; set; }
    public int Index { get; set; }

    /// <summary>The value in whose memory this one lies.</summary>
    public ValueDraft? Inside { get; set; }

    public ValueDraft Root
    {
        get
        {
            var root = this;
            while (root.Inside is { } inside) root = inside;
            return root;
        }
    }

    public int FirstStep { get; set; } = int.MaxValue;
    public int LastStep { get; set; } = -1;
}

/// <summary>A kernel call while a plan is made.</summary>
sealed class StepDraft
{
    public required Op Op { get; init; }
    public required Kernel Kernel { get; init; }
    public required KernelCase Case { get; init; }
    public required KernelWork Work { get; init; }
    public required ValueDraft[] Inputs { get; init; }
    public required ValueDraft[] Outputs { get; init; }
    public required string Scope { get; init; }
}

/// <summary>
/// From a graph with bound sizes to kernel calls: chooses kernels, assigns layouts (inserting relayouts where neighbours disagree),
/// and marks what lies in variables, inputs and outputs.
/// </summary>
sealed class Lowering(Graph graph, SymbolSizes sizes, IBackend backend, Numerics numerics)
{
    readonly Dictionary<Tensor, ValueDraft> _values = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<(ValueDraft, Layout), ValueDraft> _relaid = [];
    readonly List<StepDraft> _steps = [];
    readonly List<Storage> _constants = [];
    readonly Dictionary<Storage, int> _constantIndices = new(ReferenceEqualityComparer.Instance);
    readonly List<Variable> _variables = [];
    readonly HashSet<Variable> _inPlace = [];
    Dictionary<string, Dim>? _symbols;
    double _work;

    public Plan Run()
    {
        var (order, inPlace) = Schedule.Run(graph);
        for (int i = 0; i < graph.Inputs.Count; i++)
            _values[graph.Inputs[i]] = new() { Type = Bound(graph.Inputs[i].Type), Kind = ValueKind.Input, Index = i };
        // Calls take locks in the order of this list: it must be one order for all plans.
        _variables.AddRange(graph.Reads.Concat(graph.Writes).Select(b => b.Variable).Distinct().Order());
        foreach (var (variable, leaf) in graph.Reads) _values[leaf] = OfVariable(variable);

        var (roots, inner) = Fuse.Run(graph, order, inPlace, backend);
        foreach (var node in order)
        {
            if (inner.Contains(node)) continue;
            if (!roots.TryGetValue(node, out var group)) Lower(node, inPlace);
            else if (!LowerFused(group, inPlace))
                foreach (var part in group.Nodes) Lower(part, inPlace);
        }

        var outputs = new ValueDraft[graph.Outputs.Count];
        for (int i = 0; i < outputs.Length; i++) outputs[i] = Deliver(graph.Outputs[i], ValueKind.Output, i);
        Write(inPlace);
        return Finish(outputs);
    }

    BoundType Bound(TensorType type) => new(type.Element, type.Shape.Bind(sizes), Layout.RowMajor);

    ValueDraft OfVariable(Variable variable) =>
        new() { Type = Bound(variable.Type), Kind = ValueKind.Variable, Index = _variables.IndexOf(variable) };

    ValueDraft ValueOf(Tensor tensor)
    {
        if (_values.TryGetValue(tensor, out var value)) return value;
        var storage = tensor.Storage ?? throw new InvalidOperationException($"Nothing computes a tensor ({tensor.Type}) of the graph.");
        if (!_constantIndices.TryGetValue(storage, out int index))
        {
            _constantIndices[storage] = index = _constants.Count;
            storage.Observed = true;
            _constants.Add(storage is { IsPinned: true, IsReused: false } ? storage : storage.Clone(pinned: true));
        }
        return _values[tensor] = new() { Type = Bound(tensor.Type), Kind = ValueKind.Constant, Index = index };
    }

    void Lower(Node node, Dictionary<Tensor, Variable> inPlace)
    {
        var op = node.Op;
        // Not only where a shape is symbolic: a size read as a number is an attribute of a scalar.
        if ((_symbols ??= Replacements()).Count > 0) op = op.Substitute(_symbols);
        var inputs = new ValueDraft[node.InputSpan.Length];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = ValueOf(node.InputSpan[i]);
        // What the shape rule could not decide of a size that was a symbol, such as whether a slice lies inside, it decides now.
        if (IsOpen(node) || !ReferenceEquals(op, node.Op) && !op.Equals(node.Op))
            using (Scope.Enter(node.Scope)) op.Infer(Inputs.Of(op, [.. inputs.Select(v => new TensorType(v.Type.Element, v.Type.Sizes))]));
        if (op.Reinterprets)
        {
            var input = Relaid(inputs[0], Layout.RowMajor, node.Scope);
            _values[node.OutputSpan[0]] =
                new() { Type = Bound(node.OutputSpan[0].Type), Kind = input.Kind, Index = input.Index, Inside = input };
            return;
        }
        var outputTypes = new BoundType[node.OutputSpan.Length];
        for (int i = 0; i < outputTypes.Length; i++) outputTypes[i] = Bound(node.OutputSpan[i].Type);
        var kernel = backend.Choose(op, new([.. inputs.Select(v => v.Type with { Layout = Layout.RowMajor })], outputTypes, numerics))
            ?? (op.HasEvaluate ? EvaluateKernel.Instance : null);
        if (kernel is null)
        {
            LowerDecomposed(node, inPlace);
            return;
        }
        var step = Place(op, kernel, inputs, outputTypes, node.Scope);
        for (int i = 0; i < outputTypes.Length; i++)
        {
            _values[node.OutputSpan[i]] = step.Outputs[i];
            if (inPlace.TryGetValue(node.OutputSpan[i], out var variable)) WriteInPlace(step, i, variable);
        }
        if (step.Work.Nanoseconds > 0)
        {
            _work += step.Work.Nanoseconds;
            return;
        }
        var cost = op.Cost(Inputs.Of(op, [.. node.Inputs.Select(t => t.Type)]), [.. node.Outputs.Select(t => t.Type)]);
        _work += cost.MultiplyAdds.Bind(sizes) / 20.0 + (cost.BytesRead.Bind(sizes) + cost.BytesWritten.Bind(sizes)) / 20.0 + 200;
    }

    static bool IsOpen(Node node)
    {
        foreach (var input in node.InputSpan)
            if (!input.Shape.IsKnown) return true;
        return false;
    }

    /// <summary>Makes one step of a group; false where no kernel takes it.</summary>
    bool LowerFused(FusedGroup group, Dictionary<Tensor, Variable> inPlace)
    {
        var output = group.Nodes[^1].OutputSpan[0];
        ValueDraft[] inputs = [.. group.Inputs.Select(ValueOf)];
        BoundType[] outputTypes = [Bound(output.Type)];
        var kernel = backend.Choose(
            group.Op, new([.. inputs.Select(v => v.Type with { Layout = Layout.RowMajor })], outputTypes, numerics));
        if (kernel is null) return false;
        var step = Place(group.Op, kernel, inputs, outputTypes, group.Nodes[^1].Scope);
        _values[output] = step.Outputs[0];
        if (inPlace.TryGetValue(output, out var variable)) WriteInPlace(step, 0, variable);
        _work += inputs.Sum(i => i.Type.Bytes) / 20.0 + outputTypes[0].Bytes / 20.0 + 200;
        return true;
    }

    Dictionary<string, Dim> Replacements()
    {
        var replacements = new Dictionary<string, Dim>(StringComparer.Ordinal);
        foreach (var input in graph.Inputs)
            foreach (var dim in input.Shape)
                foreach (string symbol in dim.Symbols) replacements[symbol] = sizes[symbol];
        return replacements;
    }

    /// <summary>No kernel computes the case: the operator's own definition by others does.</summary>
    void LowerDecomposed(Node node, Dictionary<Tensor, Variable> inPlace)
    {
        IReadOnlyList<Tensor>? parts = null;
        Trace.Resume(node.OutputSpan[0].Trace, () =>
        {
            using (Scope.Enter(node.Scope)) parts = node.Op.Decompose(node.Inputs);
        });
        if (parts is null)
            throw new UnsupportedOperatorException(
                $"{node} has no kernel for {string.Join(", ", node.Inputs.Select(i => Bound(i.Type)))}.");
        foreach (var part in Walk.Order(parts, throughValues: false))
            if (!_values.ContainsKey(part.OutputSpan[0])) Lower(part, inPlace);
        for (int i = 0; i < parts.Count; i++) _values[node.OutputSpan[i]] = ValueOf(parts[i]);
    }

    StepDraft Place(Op op, Kernel kernel, ValueDraft[] inputs, BoundType[] outputTypes, string scope)
    {
        var raw = new KernelCase([.. inputs.Select(v => v.Type)], outputTypes, numerics);
        var rule = kernel is EvaluateKernel ? LayoutRule.All(Placement.RowMajor, raw) : kernel.Layouts(op, raw);
        var common = CommonLayout(rule, inputs, outputTypes);
        var placed = new ValueDraft[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
            placed[i] = rule.Inputs[i] == Placement.Any ? inputs[i]
                : Relaid(inputs[i], LayoutFor(rule.Inputs[i], inputs[i].Type.Rank, common), scope);
        var outputs = new ValueDraft[outputTypes.Length];
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = new() { Type = outputTypes[i] with { Layout = LayoutFor(rule.Outputs[i], outputTypes[i].Rank, common) } };
        var @case = new KernelCase([.. placed.Select(v => v.Type)], [.. outputs.Select(v => v.Type)], numerics);
        var work = kernel.Prepare(op, @case);
        var step = new StepDraft { Op = op, Kernel = kernel, Case = @case, Work = work, Inputs = placed, Outputs = outputs, Scope = scope };
        _steps.Add(step);
        return step;
    }

    static Layout LayoutFor(Placement placement, int rank, (Layout Layout, int Rank) common) => placement switch
    {
        Placement.ChannelsLast => Layout.ChannelsLast(rank),
        Placement.Common when rank == common.Rank => common.Layout,
        _ => Layout.RowMajor,
    };

    /// <summary>The layout of the largest common input: what the others cost least to follow.</summary>
    static (Layout Layout, int Rank) CommonLayout(LayoutRule rule, ValueDraft[] inputs, BoundType[] outputs)
    {
        long most = -1;
        var common = (Layout.RowMajor, -1);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (rule.Inputs[i] != Placement.Common || inputs[i].Type.Count <= most) continue;
            most = inputs[i].Type.Count;
            common = (inputs[i].Type.Layout, inputs[i].Type.Rank);
        }
        if (common.Item2 < 0 && outputs.Length > 0) common.Item2 = outputs[0].Rank;
        return common;
    }

    ValueDraft Relaid(ValueDraft value, Layout layout, string scope)
    {
        if (value.Type.Layout == layout) return value;
        if (_relaid.TryGetValue((value, layout), out var known)) return known;
        var type = value.Type with { Layout = layout };
        if (value.Type.LiesAs(layout))
            return _relaid[(value, layout)] = new() { Type = type, Kind = value.Kind, Index = value.Index, Inside = value };
        var relaid = Move(value, new ValueDraft { Type = type }, scope);
        _relaid[(value, layout)] = relaid;
        return relaid;
    }

    ValueDraft Move(ValueDraft from, ValueDraft to, string scope)
    {
        var @case = new KernelCase([from.Type], [to.Type], numerics);
        var kernel = backend.Choose(Relayout.Instance, @case) ?? throw new UnsupportedOperatorException($"No kernel moves {@case}.");
        _steps.Add(new()
        {
            Op = Relayout.Instance, Kernel = kernel, Case = @case, Work = kernel.Prepare(Relayout.Instance, @case),
            Inputs = [from], Outputs = [to], Scope = scope,
        });
        _work += from.Type.Bytes / 5.0 + 200;
        return to;
    }

    /// <summary>
    /// Brings a tensor's value into the caller's memory, in row-major order; computes it there if nothing stands against it.
    /// </summary>
    ValueDraft Deliver(Tensor tensor, ValueKind kind, int index)
    {
        var value = Relaid(ValueOf(tensor), Layout.RowMajor, "");
        var root = value.Root;
        if (root.Kind == ValueKind.Arena && root.Type.Bytes == value.Type.Bytes)
        {
            root.Kind = kind;
            root.Index = index;
            return value;
        }
        return Move(value, new ValueDraft { Type = value.Type, Kind = kind, Index = index }, "");
    }

    void WriteInPlace(StepDraft step, int output, Variable variable)
    {
        var target = OfVariable(variable);
        for (int i = 0; i < step.Inputs.Length; i++)
        {
            if (step.Inputs[i].Root is not { Kind: ValueKind.Variable } root || root.Index != target.Index) continue;
            if (!step.Kernel.WritesOver(step.Op, step.Case, i, output) || !step.Outputs[output].Type.LiesAs(Layout.RowMajor)) continue;
            step.Outputs[output].Kind = ValueKind.Variable;
            step.Outputs[output].Index = target.Index;
            _inPlace.Add(variable);
            return;
        }
    }

    /// <summary>
    /// Values not written in place are moved into their variables last; one that is itself a variable's old value is saved first.
    /// </summary>
    void Write(Dictionary<Tensor, Variable> inPlace)
    {
        var moves = new List<(ValueDraft From, ValueDraft To)>();
        foreach (var (variable, tensor) in graph.Writes)
        {
            var value = ValueOf(tensor);
            if (inPlace.ContainsKey(tensor) && _inPlace.Contains(variable)) continue;
            value = Relaid(value, Layout.RowMajor, "");
            if (value.Root.Kind == ValueKind.Variable) value = Move(value, new ValueDraft { Type = value.Type }, "");
            moves.Add((value, OfVariable(variable)));
        }
        foreach (var (from, to) in moves) Move(from, to, "");
    }

    Plan Finish(ValueDraft[] outputs)
    {
        PlanMemory.LieOver(_steps);
        var (offsets, scratch, total) = PlanMemory.Run(_steps);
        var numbers = new Dictionary<ValueDraft, int>(ReferenceEqualityComparer.Instance);
        var values = new List<PlanValue>();
        var steps = new PlanStep[_steps.Count];
        for (int i = 0; i < steps.Length; i++)
        {
            var draft = _steps[i];
            steps[i] = new(
                draft.Kernel, draft.Op, draft.Case, draft.Work, [.. draft.Inputs.Concat(draft.Outputs).Select(Number)], draft.Scope)
            {
                ScratchOffset = scratch[i],
            };
        }
        var written = graph.Writes.Select(w => w.Variable).ToHashSet();
        return new(steps, [.. values], [.. _variables.Select(v => new PlanVariable(v, written.Contains(v), _inPlace.Contains(v)))],
            [.. _constants], graph.Inputs.Count, [.. outputs.Select(o => o.Type)], total, _work);

        int Number(ValueDraft value)
        {
            if (numbers.TryGetValue(value, out int number)) return number;
            numbers[value] = number = values.Count;
            var root = value.Root;
            values.Add(new(value.Type, root.Kind, root.Index, root.Kind == ValueKind.Arena ? offsets[root] : 0));
            return number;
        }
    }
}
