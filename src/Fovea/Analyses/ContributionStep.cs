using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Analyses;

/// <summary>The one operator of a layer that sums products, with the values that stand at it, in double precision.</summary>
sealed class ContributionStep
{
    readonly Replay _replay;
    readonly Replayed _run;
    readonly string _layer;
    readonly int _step;
    readonly Op _op;
    readonly Tensor _x, _y;
    readonly Tensor? _weight, _bias;

    public ContributionStep(Module model, Tensor input, string layer)
    {
        ArgumentNullException.ThrowIfNull(input);
        _replay = new(model, ElementType.Float64, input.Shape);
        _layer = layer;
        _step = Find(layer);
        // The input is a leaf that gradients may be asked for; so is everything that depends on it.
        _run = _replay.Run(input.Unsqueeze(0).Cast(ElementType.Float64).Watch());
        var step = _replay.Program.Steps[_step];
        _op = step.Op.Substitute(_replay.Program.Bind(_run.Input.Type, ""));
        Tensor[] inputs = [.. step.Inputs.Select(number => _run.Values[number])];
        Tensor.Evaluate([.. inputs, _run.Output(_step)]);
        _x = Leaf(inputs[0]);
        _weight = inputs.Length > 1 ? inputs[1].StopGradient() : null;
        _bias = inputs.Length > 2 ? inputs[2].StopGradient() : null;
        _y = Apply(_x, _weight, _bias);
    }

    public Contributions Forward(Dims unit)
    {
        int at = Flat(unit, _y, "output");
        double[] factors = Row(_y, at);
        // Weights show themselves by their number, and where they are 0 by being 1.
        double[] present = _weight is null ? factors : Row(Apply(_x, _weight.Full(1), null), at);
        double[]? numbers = _weight is null ? null : Row(Apply(_x, Numbered(_weight), null), at);
        double[] values = _x.ToArray<double>();
        var terms = Terms(present, factors, numbers, values, _x.Shape);
        double result = _y.ToArray<double>()[at];
        double bias = _bias is null ? 0 : Offset(unit);
        return new(_layer, _op.Name, unit, terms, bias, result);
    }

    public Contributions Backward(Dims unit, int output)
    {
        int at = Flat(unit, _x, "input");
        var scores = _run.Values[_replay.Program.Output];
        if ((uint)output >= (uint)scores.Shape.Count.Value)
            throw new ArgumentException($"The model gives {scores.Shape.Count} numbers; there is none numbered {output}.", nameof(output));
        var score = scores.Reshape(scores.Shape.Count).Slice(0, output, 1);
        double[] arriving = Gradients.Of(score.Sum(), _run.Output(_step)).ToArray<double>();
        double[] factors = Column(_y, at);
        double[] present = _weight is null ? factors : Column(Apply(_x, _weight.Full(1), null), at);
        double[]? numbers = _weight is null ? null : Column(Apply(_x, Numbered(_weight), null), at);
        var terms = Terms(present, factors, numbers, arriving, _y.Shape);
        double result = Gradients.Of((_y * Tensor.From(arriving, _y.Shape)).Sum(), _x).ToArray<double>()[at];
        return new(_layer, _op.Name, unit, terms, 0, result);
    }

    int Find(string layer)
    {
        int last = _replay.StepOf(layer);
        for (int i = last; i >= 0; i--)
        {
            var (op, scope, _) = _replay.Program.Steps[i];
            if (layer.Length > 0 && scope != layer && !scope.StartsWith(layer + ".", StringComparison.Ordinal)) continue;
            if (op is Convolution or TransposedConvolution or Ops.Linear or MaxPool or AveragePool) return i;
        }
        throw new ArgumentException($"Layer \"{layer}\" is no sum of products: it applies {_replay.Program.Steps[last].Op.Name}.");
    }

    Tensor Apply(Tensor x, Tensor? weight, Tensor? bias) => weight is null ? Tensor.Apply(_op, x)
        : bias is null ? Tensor.Apply(_op, x, weight) : Tensor.Apply(_op, x, weight, bias);

    // ∂ y[at] / ∂ x.
    double[] Row(Tensor y, int at) => Gradients.Of(y.Reshape(y.Shape.Count).Slice(0, at, 1).Sum(), _x).ToArray<double>();

    // ∂ y / ∂ x[at]: the derivative of a gradient with respect to what arrives at it.
    double[] Column(Tensor y, int at)
    {
        var arriving = Leaf(y.Full(1));
        var gradient = Gradients.Of((y * arriving).Sum(), _x);
        return Gradients.Of(gradient.Reshape(gradient.Shape.Count).Slice(0, at, 1).Sum(), arriving).ToArray<double>();
    }

    IReadOnlyList<Contribution> Terms(double[] present, double[] factors, double[]? numbers, double[] values, Shape shape)
    {
        var terms = new List<Contribution>();
        Dims sizes = shape.Slice(1, shape.Rank - 1).ToDims();
        for (int i = 0; i < present.Length; i++)
            if (present[i] != 0)
                terms.Add(new(Place(i, sizes), values[i], numbers is null ? [] : Place((int)numbers[i] - 1, _weight!.Shape.ToDims()),
                    factors[i]));
        return terms;
    }

    double Offset(Dims unit) => _bias!.ToArray<double>()[_op is Ops.Linear ? unit[^1] : unit[0]];

    int Flat(Dims unit, Tensor value, string what)
    {
        Dims sizes = value.Shape.Slice(1, value.Rank - 1).ToDims();
        if (unit.Count != sizes.Count || unit.Zip(sizes).Any(p => p.First < 0 || p.First >= p.Second))
            throw new ArgumentException($"The {what} of layer \"{_layer}\" is {sizes}: there is no unit {unit}.", nameof(unit));
        int flat = 0;
        for (int i = 0; i < unit.Count; i++) flat = flat * sizes[i] + unit[i];
        return flat;
    }

    static Dims Place(int flat, Dims sizes)
    {
        int[] place = new int[sizes.Count];
        for (int i = place.Length - 1; i >= 0; i--)
        {
            place[i] = flat % sizes[i];
            flat /= sizes[i];
        }
        return new(place);
    }

    static Tensor Leaf(Tensor value) => Tensor.From(value.ToArray<double>(), value.Shape).Watch();

    static Tensor Numbered(Tensor weight) =>
        Tensor.From(Enumerable.Range(1, (int)weight.Shape.Count.Value).Select(i => (double)i).ToArray(), weight.Shape);
}
