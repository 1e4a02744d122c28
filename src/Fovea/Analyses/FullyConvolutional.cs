using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Analyses;

/// <summary>
/// Rewrites a classifier so that it slides over larger inputs: the first fully connected layer becomes a convolution as large as the map it
/// stood on, those behind it become 1×1 convolutions, global means become means of windows of that size (Sermanet and others, "OverFeat",
/// 2014; Long and others, 2015). The values stay; only axes that were flat are maps again.
/// </summary>
sealed class FullyConvolutional
{
    // What the place of a flat value of the original is taken by: its features lie along axis 1, over a map of so many pixels (at the
    // original input's size).
    readonly record struct Flat(Dims Map);

    readonly Replay _replay;
    readonly Replayed _run;
    readonly Dictionary<int, int> _numbers = [];
    readonly Dictionary<int, Flat> _flat = [];
    readonly List<Variable> _variables = [];
    readonly Dictionary<(int Variable, Dims Shape), int> _reshaped = [];
    readonly List<Tensor> _constants = [];
    readonly List<ProgramStep> _steps = [];
    readonly List<int> _outputs = [];

    FullyConvolutional(Replay replay)
    {
        _replay = replay;
        _run = replay.Run(Tensor.Zeros([1, .. replay.InputShape.AsSpan()]));
    }

    /// <summary>The same network without flat values.</summary>
    /// <exception cref="UnsupportedOperatorException">An operator has no form on maps; the message names it and its layer.</exception>
    public static GraphModule Of(Module model)
    {
        var replay = new Replay(model, ElementType.Float32);
        if (replay.InputShape.Rank < 2) throw new ArgumentException($"{model} takes {replay.InputShape}: no map to slide over.");
        return new FullyConvolutional(replay).Rewrite();
    }

    GraphModule Rewrite()
    {
        var program = _replay.Program;
        // Variables and constants come first; what they become is known only when they are used, so numbers are given at the end.
        for (int i = 0; i < program.Steps.Count; i++) Rewrite(i, program.Steps[i]);
        int steps = 1 + _variables.Count + _constants.Count;
        int Number(int code) => code >= StepBase ? steps + (code - StepBase)
            : code >= ConstantBase ? 1 + _variables.Count + (code - ConstantBase) : code;
        Dim[] sizes = [program.Input.Shape[0], program.Input.Shape[1], .. Enumerable.Range(2, program.Input.Rank - 2)
            .Select(axis => Dim.Symbol("S" + axis.ToString(System.Globalization.CultureInfo.InvariantCulture)))];
        var sliding = new GraphProgram(program.Input with { Shape = new Shape(sizes) }, [.. _variables.Select(v => v.Name)], _constants,
            [.. _steps.Select(s => s with { Inputs = [.. s.Inputs.Select(Number)] })], Number(_numbers[program.Output]));
        return new(sliding, _variables, _replay.InputShape);
    }

    // Codes of values while the number of variables and constants is still open.
    const int ConstantBase = 1 << 24, StepBase = 1 << 26;

    void Rewrite(int index, ProgramStep step)
    {
        var input = _run.Values[step.Inputs[0]];
        bool flat = step.Inputs.Any(_flat.ContainsKey);
        int rank = _replay.Program.Input.Rank;
        switch (step.Op)
        {
            case Reshape when flat && _run.Output(index).Shape == input.Shape:
                Alias(index, step.Inputs[0], _flat[step.Inputs[0]]);
                return;
            case Reshape when !flat && input.Rank == rank && IsFlattening(input.Shape, _run.Output(index).Shape):
                Alias(index, step.Inputs[0], new(Map(input.Shape)));
                return;
            case Reduce { How: Reduction.Mean or Reduction.Max } reduce when !flat && IsGlobal(reduce, input.Rank):
                var window = new PoolingGeometry(Map(input.Shape), Dims.Repeat(1, rank - 2), Dims.Repeat(0, rank - 2),
                    Dims.Repeat(0, rank - 2), Dims.Repeat(1, rank - 2));
                Emit(index, step, reduce.How == Reduction.Mean ? new AveragePool(window) : new MaxPool(window), [Code(step.Inputs[0])]);
                if (!reduce.KeepAxes) _flat[_run.First[index]] = new(Dims.Repeat(1, rank - 2));
                return;
            case AdaptiveAveragePool or AdaptiveMaxPool when !flat && _run.Output(index).Shape == input.Shape:
                // Bins of one pixel at the size it was built for: nothing is joined.
                _numbers[_run.First[index]] = Code(step.Inputs[0]);
                return;
            case AdaptiveAveragePool or AdaptiveMaxPool when !flat && BinsOf(input.Shape, _run.Output(index).Shape) is { } bins:
                Emit(index, step, step.Op is AdaptiveAveragePool ? new AveragePool(bins) : new MaxPool(bins), [Code(step.Inputs[0])]);
                return;
            case AdaptiveAveragePool or AdaptiveMaxPool:
                throw Refuse(step, "its bins are of unequal sizes");
            case Ops.Linear when flat:
                var map = _flat[step.Inputs[0]].Map;
                var weight = _run.Values[step.Inputs[1]].Shape.ToDims();
                Dims kernel = [weight[0], (int)(weight[1] / map.Product()), .. map];
                Emit(index, step, new Convolution(ConvolutionGeometry.Unit(rank - 2)),
                    [Code(step.Inputs[0]), CodeAs(step, step.Inputs[1], kernel), .. step.Inputs.Skip(2).Select(Code)]);
                _flat[_run.First[index]] = new(Dims.Repeat(1, rank - 2));
                return;
            case Ops.Linear or MatMul or Reshape:
                throw Refuse(step, "it joins pixels in a way that a window cannot");
            case Ops.Softmax { Axis: 1 } or Ops.LogSoftmax { Axis: 1 }:
            case Unary or Cast or StopGradient:
                break;
            case Binary or Select when flat:
                Emit(index, step, step.Op, [.. step.Inputs.Select(number => Featurewise(step, number, rank))]);
                _flat[_run.First[index]] = _flat[step.Inputs.First(_flat.ContainsKey)];
                return;
            case BatchNormalization when flat:
                if (!_flat[step.Inputs[0]].Map.All(1)) throw Refuse(step, "it normalises every pixel of a map by statistics of its own");
                break;
            default:
                if (flat) throw Refuse(step, "it has no form on maps");
                break;
        }
        Emit(index, step, step.Op, [.. step.Inputs.Select(Code)]);
        if (flat) _flat[_run.First[index]] = _flat[step.Inputs.First(_flat.ContainsKey)];
    }

    // One number a feature stands along axis 1 now, not along the last axis.
    int Featurewise(ProgramStep step, int number, int rank)
    {
        var shape = _run.Values[number].Shape;
        if (_flat.TryGetValue(number, out var flat))
            return flat.Map.All(1) || step.Inputs.All(n => _flat.ContainsKey(n) || _run.Values[n].Shape.Count == 1) ? Code(number)
                : throw Refuse(step, "it weighs every pixel of a map by a number of its own");
        if (shape.Count == 1) return Code(number);
        if (shape.Rank > 2 || shape.Rank == 2 && shape[0] != 1) throw Refuse(step, $"its operand {shape} has no form on maps");
        return CodeAs(step, number, [(int)shape[-1], .. Dims.Repeat(1, rank - 2)]);
    }

    void Emit(int index, ProgramStep step, Op op, int[] inputs)
    {
        if (_run.First.Length > index + 1 && _run.First[index + 1] != _run.First[index] + 1)
            throw Refuse(step, "it has several outputs");
        _numbers[_run.First[index]] = StepBase + _steps.Count;
        _steps.Add(new(op, step.Scope, inputs));
    }

    void Alias(int index, int number, Flat flat)
    {
        _numbers[_run.First[index]] = Code(number);
        _flat[_run.First[index]] = flat;
    }

    int Code(int number) => number == 0 ? 0
        : _numbers.TryGetValue(number, out int known) ? known
        : _numbers[number] = Leaf(number, _run.Values[number].Shape.ToDims());

    int CodeAs(ProgramStep step, int number, Dims shape) =>
        number <= _replay.Variables.Count + _replay.Program.Constants.Count && number > 0
            ? _reshaped.TryGetValue((number, shape), out int known) ? known : _reshaped[(number, shape)] = Leaf(number, shape)
            : throw Refuse(step, "its weights are computed, not stored");

    int Leaf(int number, Dims shape)
    {
        var value = _run.Values[number].Reshape(shape);
        if (_replay.VariableOf(number) is not { } variable)
        {
            Tensor.Evaluate(value);
            _constants.Add(value);
            return ConstantBase + _constants.Count - 1;
        }
        string name = _variables.Exists(v => v.Name == variable.Name) ? $"{variable.Name}.{_variables.Count}" : variable.Name;
        _variables.Add(new(name, value, variable.IsTrainable) { IsFrozen = variable.IsFrozen });
        return _variables.Count;
    }

    static Dims Map(Shape shape) => shape.Slice(2, shape.Rank - 2).ToDims();

    static bool IsFlattening(Shape from, Shape to) => to.Rank == 2 && to[0] == from[0] && to.Count == from.Count;

    // Equal bins are windows side by side.
    static PoolingGeometry? BinsOf(Shape input, Shape output)
    {
        Dims from = Map(input), to = Map(output);
        return from.Zip(to).All(axis => axis.First % axis.Second == 0)
            ? PoolingGeometry.Of(from.Count, new([.. from.Zip(to, (size, bins) => size / bins)]), [], [], []) : null;
    }

    static bool IsGlobal(Reduce reduce, int rank) =>
        reduce.Axes.Count == rank - 2 && Enumerable.Range(2, rank - 2).All(axis => reduce.Axes.AsSpan().Contains(axis));

    UnsupportedOperatorException Refuse(ProgramStep step, string why) => new(
        $"{step.Op.Name} in layer \"{step.Scope}\" does not slide over larger inputs: {why}.");
}
