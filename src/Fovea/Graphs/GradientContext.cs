using Fovea.Errors;

namespace Fovea.Graphs;

/// <summary>What a gradient rule sees.</summary>
public sealed class GradientContext
{
    readonly Node _node;
    readonly bool[] _needs;
    readonly Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor?>, IReadOnlyList<Tensor>, Tensor?[]> _differentiate;

    internal GradientContext(Node node, Tensor?[] outputGradients, bool[] needs,
        Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor?>, IReadOnlyList<Tensor>, Tensor?[]> differentiate)
    {
        _node = node;
        OutputGradients = outputGradients;
        _needs = needs;
        _differentiate = differentiate;
    }

    /// <summary>The operator's inputs.</summary>
    public IReadOnlyList<Tensor> Inputs => _node.Inputs;

    /// <summary>The operator's outputs.</summary>
    public IReadOnlyList<Tensor> Outputs => _node.Outputs;

    /// <summary>The gradient of the loss with respect to each output; null where the loss does not depend on it.</summary>
    public IReadOnlyList<Tensor?> OutputGradients { get; }

    /// <summary>The gradient with respect to the only output.</summary>
    public Tensor OutputGradient => OutputGradients[0]!;

    /// <summary>Whether anybody asks for the gradient with respect to this input; rules may return null where not.</summary>
    public bool Needs(int input) => _needs[input];

    /// <summary>
    /// For each target the gradient of Σ outputs · seeds in a graph of the rule's own; null where nothing depends on it. Targets are
    /// independent of each other.
    /// </summary>
    internal Tensor?[] Differentiate(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor?> seeds, IReadOnlyList<Tensor> targets) =>
        _differentiate(outputs, seeds, targets);

    /// <summary>The gradients of the operator's decomposition: the rule of an operator that has none of its own.</summary>
    /// <exception cref="UnsupportedOperatorException">The operator does not decompose.</exception>
    public Tensor?[] ThroughDecomposition()
    {
        string second = _node.Op.Name.Contains("Gradient", StringComparison.Ordinal)
            ? ": it is a gradient itself, and has no second one" : "";
        var outputs = _node.Op.Decompose(_node.Inputs)
            ?? throw new UnsupportedOperatorException($"{_node} has no gradient{second}.");
        var gradients = _differentiate(outputs, OutputGradients, _node.Inputs);
        // A tensor that is an input twice has its whole gradient at each place: it counts once.
        for (int i = 1; i < gradients.Length; i++)
            for (int j = 0; j < i; j++)
                if (ReferenceEquals(_node.Inputs[i], _node.Inputs[j])) gradients[i] = null;
        return gradients;
    }
}
