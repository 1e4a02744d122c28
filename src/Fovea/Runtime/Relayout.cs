using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Runtime;

/// <summary>A step that plans insert: the same value in another layout or another place. It never stands in a graph.</summary>
sealed record Relayout : Op
{
    public static Relayout Instance { get; } = new();

    public override TensorType[] Infer(Inputs inputs) => [inputs[0]];
    public override Tensor?[] Gradient(GradientContext context) => [context.OutputGradient];
    protected internal override Op Code(Attributes attributes) => this;
    public override IEnumerable<Sample> Samples() => [];
}
