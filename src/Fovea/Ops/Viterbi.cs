using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The tags y with the largest start[y₁] + Σ emissions[y_t, t] + Σ transitions[y_t−1, y_t] + end[y_L]; of equals the first that is met.
/// Inputs: emissions N, K, T; lengths int64 N, from 0 to T; transitions K, K, from a tag to the next; start K; end K. Output: int64 N, T;
/// −1 past the length.
/// </summary>
public sealed record Viterbi : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(5, 5);
        CrfLogLikelihood.CheckInputs(inputs, 1);
        return [new(ElementType.Int64, [inputs[0].Shape[0], inputs[0].Shape[2]])];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) => [null, null, null, null, null];

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => this;

    /// <inheritdoc/>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(CrfLogLikelihood.Steps(inputs), inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => CrfLogLikelihood.Cases().Select(c =>
        new Sample(this, [c.Emissions, c.Lengths, .. CrfLogLikelihood.Parameters(c.Emissions)]) { NotDifferentiable = "it gives places" });
}
