using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Analyses;

/// <summary>A unit of a layer, and the graph between it and the input.</summary>
sealed class FieldGraph
{
    readonly Replay _replay;
    readonly Replayed _run;
    readonly string _layer;
    readonly int _step;
    readonly Dims _unit, _input;
    readonly ReceptiveField? _field;

    public FieldGraph(Module model, string layer, Dims unit, Shape? inputShape)
    {
        _replay = new(model, inputShape: inputShape);
        _layer = layer;
        _step = _replay.StepOf(layer);
        var shape = Shape.Concat([1], inputShape ?? _replay.InputShape);
        if (shape.Rank < 3) throw new ArgumentException($"An input {_replay.InputShape} has no spatial axes: nothing is a field.");
        _input = shape.ToDims();
        _run = Positive(Tensor.Zeros(shape.AsSpan()).Watch());
        var output = _run.Output(_step).Shape.ToDims();
        Dims places = output.Count > 2 ? new(output.AsSpan()[2..]) : [];
        _unit = unit.Count == 0 ? new([.. places.Select(size => size / 2)]) : unit;
        if (_unit.Count != places.Count || _unit.Zip(places).Any(p => p.First < 0 || p.First >= p.Second))
            throw new ArgumentException($"Layer \"{layer}\" gives {output}: unit {unit} is no place on its spatial axes.", nameof(unit));
        _field = ForwardField();
    }

    /// <summary>Back through the graph by the rule of each operator.</summary>
    public UnitField ByTheory()
    {
        var output = _run.Output(_step).Shape.ToDims();
        var seen = new Dictionary<int, Sight> { [_run.First[_step]] = Start(output) };
        for (int i = _step; i >= 0; i--)
        {
            if (!seen.TryGetValue(_run.First[i], out var sight)) continue;
            var step = _replay.Program.Steps[i];
            Dims[] sizes = [.. step.Inputs.Select(number => _run.Values[number].Shape.ToDims())];
            var op = step.Op.Substitute(Batch);
            var inputs = SightRules.Of(op, sight, sizes, _run.Output(i).Shape.ToDims()) ?? ByField(op, step, sight, sizes)
                ?? throw new UnsupportedOperatorException($"The receptive field of {step.Op.Name} in layer \"{step.Scope}\" is not known: "
                    + "Analysis.MeasureReceptiveField finds it by gradient.");
            for (int k = 0; k < inputs.Length; k++)
            {
                int number = step.Inputs[k];
                seen[number] = seen.TryGetValue(number, out var known) ? known.Union(inputs[k]) : inputs[k];
            }
        }
        return seen.TryGetValue(0, out var pixels) && !pixels.IsEmpty
            ? Describe([.. Enumerable.Range(2, _input.Count - 2).Select(axis => pixels[axis])])
            : throw Blind();
    }

    /// <summary>By the gradient of the unit's channels with respect to the input.</summary>
    public UnitField ByGradient()
    {
        var unit = _run.Output(_step);
        for (int axis = 0; axis < _unit.Count; axis++) unit = unit.Slice(axis + 2, _unit[axis], 1);
        float[] gradient = Gradients.Of(unit.Sum(), _run.Input).ToArray();
        bool[][] seen = [.. _input.Skip(2).Select(size => new bool[size])];
        for (int i = 0; i < gradient.Length; i++)
        {
            if (gradient[i] == 0) continue;
            int rest = i;
            for (int axis = seen.Length - 1; axis >= 0; axis--)
            {
                seen[axis][rest % seen[axis].Length] = true;
                rest /= seen[axis].Length;
            }
        }
        return Array.IndexOf(seen[0], true) >= 0 ? Describe(seen) : throw Blind();
    }

    // An operator that says how its field grows, but not tap by tap: a window without holes, over all channels.
    Sight[]? ByField(Op op, ProgramStep step, Sight sight, Dims[] sizes)
    {
        TensorType[] types = [.. step.Inputs.Select(number => _run.Values[number].Type)];
        var pixels = Graphs.ReceptiveField.Pixels(sizes[0].Count - 2);
        if (op.Field([.. types.Select((t, k) => k == 0 ? pixels : null)], Inputs.Of(op, types)) is not { } field
            || field.Axes.Count != sight.Rank - 2) return null;
        var first = Sight.Of(
        [
            sight[0], Sight.All(sizes[0][1]),
            .. field.Axes.Select((axis, i) => Sight.Map(sight[i + 2], sizes[0][i + 2], place =>
            {
                double start = axis.Start + place * axis.Jump;
                int begin = (int)Math.Floor(start);
                return Enumerable.Range(begin, (int)Math.Ceiling(start + axis.Size) - begin);
            })),
        ]);
        return [first, .. sizes.Skip(1).Select(Sight.None)];
    }

    Dictionary<string, Dim> Batch => _replay.Program.Bind(_run.Input.Type, "");

    Sight Start(Dims output)
    {
        var sight = Sight.All(output);
        for (int axis = 0; axis < _unit.Count; axis++)
            sight = sight.With(axis + 2, Sight.Map(new bool[] { true }, output[axis + 2], _ => [_unit[axis]]));
        return sight;
    }

    ArgumentException Blind() => new($"Layer \"{_layer}\" does not depend on the input.");

    UnitField Describe(bool[][] seen) => new(_layer, _unit, [.. seen.Select((axis, i) =>
    {
        int first = Array.IndexOf(axis, true), last = Array.LastIndexOf(axis, true);
        var known = _field is { } field && field.Axes.Count > i ? field.Axes[i] : (FieldAxis?)null;
        return new UnitFieldAxis(first, last - first + 1, known?.Size, known?.Jump,
            [.. Enumerable.Range(first, last - first + 1).Where(pixel => !axis[pixel])]);
    })]);

    // Size and jump as each operator states them, without borders.
    ReceptiveField? ForwardField()
    {
        var fields = new ReceptiveField?[_run.Values.Count];
        fields[0] = Graphs.ReceptiveField.Pixels(_input.Count - 2);
        for (int i = 0; i <= _step; i++)
        {
            var step = _replay.Program.Steps[i];
            TensorType[] types = [.. step.Inputs.Select(number => _run.Values[number].Type)];
            fields[_run.First[i]] = step.Op.Substitute(Batch).Field([.. step.Inputs.Select(n => fields[n])], Inputs.Of(step.Op, types));
        }
        return fields[_run.First[_step]];
    }

    Replayed Positive(Tensor x) => _replay.Run(x, number => PositiveWeight(_replay.Value(_replay.Variables[number])), Positive, _step + 1);

    /// <summary>Absolute values of a mean that neither vanishes nor overflows over many layers: 1 / input channels.</summary>
    static Tensor PositiveWeight(Tensor value)
    {
        if (value.Rank < 2) return value.Abs();
        double mean = value.Abs().Mean().Item();
        return mean == 0 ? value.Full(0) : value.Abs() * (1 / (mean * value.Shape[1].Value));
    }

    /// <summary>What passes on whatever an operator looks at, with positive factors; null for the operator itself.</summary>
    static IReadOnlyList<Tensor>? Positive(ProgramStep step, IReadOnlyList<Tensor> x)
    {
        if (!x[0].ElementType.IsFloating()) return null;
        return step.Op switch
        {
            Unary or BatchNormalization => [x[0]],
            Binary op when BinaryTable.Row(op.Function).Kind == BinaryKind.Arithmetic => [x[0] + x[1]],
            Select => [x[1] + x[2]],
            AdaptiveMaxPool op => [Tensor.Apply(new AdaptiveAveragePool(op.OutputSize), x[0])],
            MaxPool op => [Tensor.Apply(new AveragePool(op.Geometry, CountPadding: true), x[0])],
            Reduce { How: not (Reduction.Sum or Reduction.Mean) } op => [Tensor.Apply(op with { How = Reduction.Mean }, x[0])],
            Ops.Softmax op => [x[0] + x[0].Mean([op.Axis], keepAxes: true)],
            Ops.LogSoftmax op => [x[0] + x[0].Mean([op.Axis], keepAxes: true)],
            _ => null,
        };
    }
}
