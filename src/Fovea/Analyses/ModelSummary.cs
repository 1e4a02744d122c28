using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea;

/// <summary>One operator of a model, at batch 1.</summary>
/// <param name="Name">The path of the module that applies it.</param>
/// <param name="Operator">The operator.</param>
/// <param name="InputShape">The shape of its first input, batch 1.</param>
/// <param name="OutputShape">The shape of its output, batch 1.</param>
/// <param name="Parameters">Elements of trainable variables that it reads and none before it did.</param>
/// <param name="MultiplyAdds">Multiply-adds for one input.</param>
/// <param name="ActivationBytes">Bytes of its output for one input; 0 where it only reinterprets its input.</param>
/// <param name="ReceptiveField">Input pixels that one unit sees along each spatial axis; null where unknown.</param>
/// <param name="Jump">Input pixels between the fields of neighbouring units along each spatial axis; null where unknown.</param>
public sealed record LayerSummary(string Name, string Operator, Dims InputShape, Dims OutputShape, long Parameters, long MultiplyAdds,
    long ActivationBytes, IReadOnlyList<double>? ReceptiveField, IReadOnlyList<double>? Jump)
{
    /// <summary>
    /// The weights that a fully connected layer between the same inputs and outputs would have: m · n; 0 for a layer without parameters.
    /// </summary>
    public long DenseWeights => Parameters == 0 || InputShape.Count == 0 ? 0
        : checked(InputShape.Product() / InputShape[0] * (OutputShape.Product() / OutputShape[0]));
}

/// <summary>What a model is made of and what it costs, counted from its graph at batch 1 in inference.</summary>
/// <param name="Layers">The operators in order of computation.</param>
/// <param name="Parameters">Elements of all trainable variables, frozen ones included.</param>
/// <param name="FrozenParameters">Those of them that are frozen.</param>
/// <param name="MultiplyAdds">Multiply-adds for one input.</param>
/// <param name="ActivationBytes">Bytes of all values together: what a training step keeps, about, for one input.</param>
public sealed record ModelSummary(
    IReadOnlyList<LayerSummary> Layers, long Parameters, long FrozenParameters, long MultiplyAdds, long ActivationBytes);

/// <summary>Questions to a model.</summary>
public static partial class Analysis
{
    /// <summary>Shapes, parameters, multiply-adds, activation memory and receptive fields of every operator.</summary>
    /// <param name="model">A built model.</param>
    /// <param name="inputShape">The input's sizes without the batch axis; null for the shape it was built for.</param>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    /// <exception cref="Errors.ShapeMismatchException">The model does not take inputs of that shape.</exception>
    public static ModelSummary Summary(Module model, Shape? inputShape = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _ = model.Parameters;                                   // throws for a model that is not built, and says what to do
        var shape = inputShape ?? model.InputShape ?? throw new ArgumentNullException(nameof(inputShape));
        var graph = Trace.Run([new(model.InputElement, Shape.Concat([1], shape))], Mode.Inference, inputs => [model.Forward(inputs[0])]);

        var fields = new Dictionary<Tensor, ReceptiveField?>(ReferenceEqualityComparer.Instance);
        foreach (var input in graph.Inputs) fields[input] = input.Rank > 2 ? Graphs.ReceptiveField.Pixels(input.Rank - 2) : null;
        var sources = new Dictionary<Tensor, Variable>(ReferenceEqualityComparer.Instance);
        foreach (var (variable, leaf) in graph.Reads) sources[leaf] = variable;
        var counted = new HashSet<Variable>();
        var layers = new List<LayerSummary>();
        foreach (var node in graph.Nodes())
        {
            TensorType[] types = [.. node.Inputs.Select(i => i.Type)];
            var inputs = Inputs.Of(node.Op, types);
            var field = node.Op.Field([.. node.Inputs.Select(i => fields.GetValueOrDefault(i))], inputs);
            foreach (var output in node.Outputs) fields[output] = field;
            long parameters = 0;
            foreach (var input in node.Inputs)
                if (sources.TryGetValue(input, out var source) && source.IsTrainable && counted.Add(source)) parameters += source.Count;
            var main = node.Outputs[0];
            layers.Add(new(node.Scope, node.Op.Name, types.Length > 0 ? types[0].Shape.ToDims() : [], main.Shape.ToDims(), parameters,
                node.Op.Cost(inputs, [.. node.Outputs.Select(o => o.Type)]).MultiplyAdds.Value,
                node.Op.Reinterprets ? 0 : node.Outputs.Sum(o => o.Shape.Count.Value * o.ElementType.Size()),
                field is null || main.Rank < 3 ? null : [.. field.Axes.Select(a => a.Size)],
                field is null || main.Rank < 3 ? null : [.. field.Axes.Select(a => a.Jump)]));
        }
        return new(layers, model.Parameters.Sum(p => p.Count), model.Parameters.Where(p => p.IsFrozen).Sum(p => p.Count),
            layers.Sum(l => l.MultiplyAdds), layers.Sum(l => l.ActivationBytes));
    }
}
