using Fovea.Tensors;

namespace Fovea.Graphs;

/// <summary>One application of an operator: immutable, compared by reference. Tensors are the cells of its outputs.</summary>
public sealed class Node
{
    readonly Tensor[] _inputs;
    readonly Tensor[] _outputs;

    internal Node(Op op, Tensor[] inputs, TensorType[] outputTypes, string scope, Trace? trace, bool symbolic)
    {
        Op = op;
        Scope = scope;
        _inputs = inputs;
        bool tracked = false;
        if (!op.BlocksGradient)
            foreach (var input in inputs) tracked |= input.IsTracked;
        _outputs = new Tensor[outputTypes.Length];
        for (int i = 0; i < _outputs.Length; i++)
            _outputs[i] = new Tensor(this, i, outputTypes[i], trace, symbolic, tracked && outputTypes[i].Element.IsFloating());
    }

    /// <summary>What is computed.</summary>
    public Op Op { get; }

    /// <summary>The path of the module that applied it, "" outside every module.</summary>
    public string Scope { get; }

    /// <summary>What goes in.</summary>
    public IReadOnlyList<Tensor> Inputs => _inputs;

    /// <summary>What comes out.</summary>
    public IReadOnlyList<Tensor> Outputs => _outputs;

    internal ReadOnlySpan<Tensor> InputSpan => _inputs;

    internal ReadOnlySpan<Tensor> OutputSpan => _outputs;

    /// <summary>The operator and where it stands.</summary>
    public override string ToString() => Scope.Length == 0 ? Op.ToString() : $"{Op} \"{Scope}\"";
}
