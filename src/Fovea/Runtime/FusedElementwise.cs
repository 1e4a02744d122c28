using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Runtime;

/// <summary>One operator of a fused chain. Values are numbered: the chain's inputs first, then one for each operator.</summary>
/// <param name="Op">An elementwise operator of one output.</param>
/// <param name="Operands">Which values it takes.</param>
sealed record FusedOperator(Op Op, int[] Operands);

/// <summary>
/// A step that plans make of neighbouring elementwise operators, so that what lies between them never reaches memory. It never stands in a
/// graph; the last operator's value is the output. Bits are those of the operators run one by one.
/// </summary>
/// <param name="Operators">The operators, each after those it depends on.</param>
sealed record FusedElementwise(IReadOnlyList<FusedOperator> Operators) : Op
{
    public override string Name => string.Join('+', Operators.Select(o => o.Op.Name));

    public override TensorType[] Infer(Inputs inputs)
    {
        var types = new List<TensorType>();
        for (int i = 0; i < inputs.Count; i++) types.Add(inputs[i]);
        foreach (var (op, operands) in Operators) types.Add(op.Infer(Inputs.Of(op, [.. operands.Select(o => types[o])]))[0]);
        return [types[^1]];
    }

    public override Tensor?[] Gradient(GradientContext context) => throw new InvalidOperationException("Plans are not differentiated.");
    protected internal override Op Code(Attributes attributes) => this;
    public override IEnumerable<Sample> Samples() => [];
}
