using Fovea.Graphs;
using Fovea.Tensors;
using Fovea.Tests.Golden;
using Fovea.Tests.Onnx;

namespace Fovea.Tests.Documentation;

/// <summary>How many vectors reach an operator: found in the graphs that the vectors' own tests build.</summary>
internal sealed class VectorCounts
{
    readonly Dictionary<string, int> _forward = [], _backward = [], _onnx = [], _golden = [], _onnxNames = [];

    internal VectorCounts()
    {
        foreach (var golden in GoldenCase.Families.SelectMany(GoldenCase.Read).Where(g => GoldenOperators.All.ContainsKey(g.Operator)))
        {
            Add(_golden, [golden.Operator]);
            var (outputs, gradients, arriving) = GoldenOperatorTests.Build(golden, ElementType.Float64);
            var forward = Nodes(outputs);
            Add(_forward, Names(forward));
            // What the test itself adds up behind the outputs is none of theirs.
            Add(_backward, Names(Walk.Order(gradients, throughValues: false, arriving.ToHashSet()).Except(forward)));
        }

        foreach (var name in OnnxCases.Names.Where(name => OnnxCases.Reason(name) is null))
        {
            Add(_onnx, Names(Nodes([.. OnnxCases.Run(name).Select(output => output.Actual)])));
            Add(_onnxNames, OnnxCases.Model(name).Graph.Operators.Distinct());
        }
    }

    /// <summary>Golden cases whose outputs are computed with the operator.</summary>
    internal int Forward(string op) => _forward.GetValueOrDefault(op);

    /// <summary>Golden cases whose gradients are computed with the operator.</summary>
    internal int Backward(string op) => _backward.GetValueOrDefault(op);

    /// <summary>ONNX's tests whose outputs are computed with the operator.</summary>
    internal int Onnx(string op) => _onnx.GetValueOrDefault(op);

    /// <summary>Golden cases of an operator of PyTorch.</summary>
    internal int GoldenNamed(string name) => _golden.GetValueOrDefault(name);

    /// <summary>ONNX's tests of models that hold an operator of ONNX.</summary>
    internal int OnnxNamed(string name) => _onnxNames.GetValueOrDefault(name);

    /// <summary>The operators behind tensors that nobody has read yet.</summary>
    internal static List<Node> Nodes(IReadOnlyList<Tensor> tensors) => Walk.Order(tensors, throughValues: false);

    internal static IEnumerable<string> Names(IEnumerable<Node> nodes) => nodes.Select(node => node.Op.Name).Distinct();

    static void Add(Dictionary<string, int> counts, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }
    }
}
