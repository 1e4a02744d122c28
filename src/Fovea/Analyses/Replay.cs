using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Analyses;

/// <summary>
/// What a module computes in inference, to be computed again with other weights, other operators or in double precision: the analyses ask
/// their questions to the graph that really runs.
/// </summary>
sealed class Replay
{
    readonly Module _module;
    readonly IReadOnlyList<Variable> _variables;

    /// <summary>Captures a built module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="element">float32: fast kernels; float64: the naive ones, for small cases.</param>
    /// <param name="inputShape">One input's sizes; null for those that the module was built for.</param>
    public Replay(Module module, ElementType element = ElementType.Float32, Shape? inputShape = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        _module = module;
        _variables = module.Variables;
        Element = element;
        var program = GraphProgram.Capture(module, inputShape);
        Program = program with
        {
            Input = program.Input with { Element = Convert(program.Input.Element) },
            Constants = [.. program.Constants.Select(Convert)],
        };
    }

    public GraphProgram Program { get; }

    public ElementType Element { get; }

    /// <summary>The variables, in the order of their numbers.</summary>
    public IReadOnlyList<Variable> Variables => _variables;

    /// <summary>The variable behind a value of the program, or null.</summary>
    public Variable? VariableOf(int value) => value >= 1 && value <= _variables.Count ? _variables[value - 1] : null;

    /// <summary>The present value of a variable, in the element type.</summary>
    public Tensor Value(Variable variable) => Convert(variable.Read());

    /// <summary>The shape of one input, without the batch axis.</summary>
    public Shape InputShape => Program.Input.Shape.Slice(1, Program.Input.Rank - 1);

    /// <summary>The last step of a layer: of the module at that path, or of one below it.</summary>
    /// <param name="layer">A path from the module; "" for the module itself: its last step.</param>
    /// <exception cref="ArgumentException">No step belongs to it; the message has the nearest name.</exception>
    public int StepOf(string layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        // Steps are named from the module; a path from a larger model means the same.
        layer = _module.Below(layer);
        for (int i = Program.Steps.Count - 1; i >= 0; i--)
        {
            string scope = Program.Steps[i].Scope;
            if (layer.Length == 0 || scope == layer || scope.StartsWith(layer + ".", StringComparison.Ordinal)) return i;
        }
        string[] known = [.. Program.Steps.Select(s => s.Scope).Where(s => s.Length > 0).Distinct(StringComparer.Ordinal)];
        throw new ArgumentException(
            $"{_module.GetType().Name} has no layer \"{layer}\"{Nearest.Hint(layer, known)}. It has: {string.Join(", ", known)}.");
    }

    /// <summary>Replays the program on an input.</summary>
    /// <param name="x">N and the input's shape.</param>
    /// <param name="variable">The values of variables by number, from 0; null for the present ones.</param>
    /// <param name="replace">What stands in the place of a step, or null to apply the step itself.</param>
    /// <param name="steps">How many steps are replayed; null for all.</param>
    public Replayed Run(Tensor x, Func<int, Tensor>? variable = null,
        Func<ProgramStep, IReadOnlyList<Tensor>, IReadOnlyList<Tensor>?>? replace = null, int? steps = null)
    {
        x = Convert(x);
        var sizes = Program.Bind(x.Type, _module.Path);
        variable ??= i => Value(_variables[i]);
        var values = Program.Start(x, [.. Enumerable.Range(0, _variables.Count).Select(variable)]);
        int[] first = new int[steps ?? Program.Steps.Count];
        for (int i = 0; i < first.Length; i++)
        {
            first[i] = values.Count;
            var step = Program.Steps[i];
            var op = step.Op.Substitute(sizes);
            if (op is Cast cast) op = new Cast(Convert(cast.To));
            Tensor[] inputs = [.. step.Inputs.Select(number => values[number])];
            using (Scope.Enter(step.Scope))
                values.AddRange(replace?.Invoke(step with { Op = op }, inputs) ?? Tensor.ApplyAll(op, inputs));
        }
        return new(x, values, first);
    }

    ElementType Convert(ElementType element) => element.IsFloating() ? Element : element;

    Tensor Convert(Tensor tensor) =>
        tensor.ElementType.IsFloating() && tensor.ElementType != Element ? tensor.Cast(Element) : tensor;
}

/// <summary>The values of a replayed program.</summary>
/// <param name="Input">The input, in the replay's element type.</param>
/// <param name="Values">Input, variables, constants, outputs of the steps, by number.</param>
/// <param name="First">The number of each step's first output.</param>
sealed record Replayed(Tensor Input, IReadOnlyList<Tensor> Values, int[] First)
{
    /// <summary>A step's first output.</summary>
    public Tensor Output(int step) => Values[First[step]];
}
