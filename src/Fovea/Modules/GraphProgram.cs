using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// A graph of one input and one output as a list that belongs to no trace, so that files can hold it and any trace can replay it. Values
/// are numbered: the input is 0, then come the variables, the constants, and the outputs of every step in order.
/// </summary>
/// <param name="Input">The input's type; its axes are integers or single symbols.</param>
/// <param name="Variables">The names of the variables.</param>
/// <param name="Constants">Evaluated tensors.</param>
/// <param name="Steps">The operators, each after what it reads.</param>
/// <param name="Output">The number of the output.</param>
sealed record GraphProgram(
    TensorType Input, IReadOnlyList<string> Variables, IReadOnlyList<Tensor> Constants, IReadOnlyList<ProgramStep> Steps, int Output)
{
    /// <summary>What a built module computes in inference, in any batch, over <see cref="Module.Variables"/> in their order.</summary>
    /// <param name="module">The module.</param>
    /// <param name="inputShape">One input's sizes; null for those that it was built for.</param>
    /// <exception cref="UnsupportedOperatorException">The result is no function of the input and the module's own variables.</exception>
    /// <exception cref="InvalidOperationException">The module is not built.</exception>
    public static GraphProgram Capture(Module module, Shape? inputShape = null)
    {
        var variables = module.Variables;
        var input = new TensorType(module.InputElement, Shape.Concat([Dim.Symbol("N")], inputShape ?? module.InputShape!));
        var graph = Trace.Run([input], Mode.Inference, x => [module.Forward(x[0])]);

        var numbers = new Dictionary<Tensor, int>(ReferenceEqualityComparer.Instance) { [graph.Inputs[0]] = 0 };
        var places = new Dictionary<Variable, int>();
        foreach (var variable in variables) places[variable] = 1 + places.Count;
        foreach (var (variable, leaf) in graph.Reads)
            numbers[leaf] = places.TryGetValue(variable, out int place) ? place
                : throw Refuse($"it reads variable \"{variable.Name}\", which is none of the module's own: register it with AddParameter");
        foreach (var (variable, _) in graph.Writes) throw Refuse($"it writes variable \"{variable.Name}\"");

        var nodes = graph.Nodes();
        var constants = new List<Tensor>();
        foreach (var tensor in nodes.SelectMany(n => n.Inputs).Concat(graph.Outputs))
            if (tensor.IsEvaluated && numbers.TryAdd(tensor, 1 + variables.Count + constants.Count)) constants.Add(tensor);

        int next = 1 + variables.Count + constants.Count;
        var steps = new List<ProgramStep>(nodes.Count);
        foreach (var node in nodes)
        {
            steps.Add(new(node.Op, module.Below(node.Scope), [.. node.Inputs.Select(i => numbers[i])]));
            foreach (var output in node.OutputSpan) numbers[output] = next++;
        }
        return new(input, [.. variables.Select(v => module.Below(v.Name))], constants, steps, numbers[graph.Outputs[0]]);

        UnsupportedOperatorException Refuse(string reason) =>
            new($"What {module.GetType().Name} computes in inference is no function of its input and weights: {reason}.");
    }

    /// <summary>Builds the graph again, on an input of the actual sizes.</summary>
    /// <param name="x">The input.</param>
    /// <param name="variables">The variables' values.</param>
    /// <param name="path">The path that the layers' paths are below.</param>
    /// <exception cref="ShapeMismatchException">The input does not fit.</exception>
    public Tensor Run(Tensor x, IReadOnlyList<Tensor> variables, string path)
    {
        var sizes = Bind(x.Type, path);
        var values = Start(x, variables);
        for (int i = 0; i < Steps.Count; i++) Apply(i, values, sizes, path);
        return values[Output];
    }

    /// <summary>The values that are there before the first step.</summary>
    public List<Tensor> Start(Tensor x, IReadOnlyList<Tensor> variables) => [x, .. variables, .. Constants];

    /// <summary>Applies one step and appends its outputs.</summary>
    public void Apply(int step, List<Tensor> values, IReadOnlyDictionary<string, Dim> sizes, string path)
    {
        var (op, scope, inputs) = Steps[step];
        using (Scope.Enter(Module.Join(path, scope)))
            values.AddRange(Tensor.ApplyAll(op.Substitute(sizes), Array.ConvertAll(inputs, number => values[number])));
    }

    /// <summary>The sizes that the input's symbols stand for.</summary>
    public Dictionary<string, Dim> Bind(TensorType actual, string path)
    {
        if (actual.Element != Input.Element || actual.Rank != Input.Rank) throw Misfit();
        var sizes = new Dictionary<string, Dim>(StringComparer.Ordinal);
        for (int axis = 0; axis < Input.Rank; axis++)
        {
            Dim expected = Input.Shape[axis], given = actual.Shape[axis];
            if (!expected.IsKnown)
            {
                if (sizes.TryAdd(expected.ToString(), given)) continue;
                expected = sizes[expected.ToString()];
            }
            if (expected == given) continue;
            // Two sizes that are not known yet are compared when they are.
            if ((expected - given).IsKnown || Trace.Current is not { } trace) throw Misfit();
            trace.Constraints.Add(expected, given, path.Length == 0 ? nameof(GraphModule) : $"{nameof(GraphModule)} \"{path}\"");
        }
        return sizes;

        ShapeMismatchException Misfit() => new(
            $"{nameof(GraphModule)}{(path.Length == 0 ? "" : $" \"{path}\"")} takes {Input}; the input is {actual}.");
    }
}
