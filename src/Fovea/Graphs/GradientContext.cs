namespace Fovea.Graphs;

/// <summary>What a gradient rule sees.</summary>
public sealed class GradientContext
{
    readonly bool[] _needs;

    internal GradientContext(Node node, Tensor?[] outputGradients, bool[] needs)
    {
        Inputs = node.Inputs;
        Outputs = node.Outputs;
        OutputGradients = outputGradients;
        _needs = needs;
    }

    /// <summary>The operator's inputs.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>The operator's outputs.</summary>
    public IReadOnlyList<Tensor> Outputs { get; }

    /// <summary>The gradient of the loss with respect to each output; null where the loss does not depend on it.</summary>
    public IReadOnlyList<Tensor?> OutputGradients { get; }

    /// <summary>The gradient with respect to the only output.</summary>
    public Tensor OutputGradient => OutputGradients[0]!;

    /// <summary>Whether anybody asks for the gradient with respect to this input; rules may return null where not.</summary>
    public bool Needs(int input) => _needs[input];
}
