using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Tests.Modules;

/// <summary>An operator that no catalog knows: 2x.</summary>
sealed record Twice : Op
{
    public override TensorType[] Infer(Inputs inputs) => [inputs[0]];

    public override Tensor?[] Gradient(GradientContext context) => [Tensor.Apply(new Twice(), context.OutputGradient)];

    public override Tensor[]? Decompose(IReadOnlyList<Tensor> inputs) => [inputs[0] * 2];

    public override IEnumerable<Sample> Samples() => [new(new Twice(), SampleInput.Of([2, 3]))];

    protected internal override Op Code(Attributes attributes) => this;
}
