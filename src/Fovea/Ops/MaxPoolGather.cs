using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// Reads the pixels that indices name: y[n, c, q] = x[n, c, indices[n, c, q]], 0 for index −1. The transpose of
/// <see cref="MaxPoolGradient"/>. Inputs: x N, C, spatial; indices int64, N, C, places. Output: N, C, places.
/// </summary>
public sealed record MaxPoolGather : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(2, 2);
        inputs.RequireFloating(0);
        CheckIndices(inputs, 1, inputs[0].Shape.Slice(0, Math.Min(2, inputs[0].Rank)));
        CheckPixels(inputs, inputs[0].Shape.Slice(2, inputs[0].Rank - 2), inputs[1].Shape);
        return [new(inputs[0].Element, inputs[1].Shape)];
    }

    /// <summary>Checks that there is a pixel where there are indices.</summary>
    internal static void CheckPixels(Inputs inputs, Shape pixels, Shape indices)
    {
        if (pixels.IsKnown && pixels.Count == 0 && !(indices.IsKnown && indices.Count == 0))
            throw inputs.Fail($"has indices {indices} for an image of {pixels}: there is no pixel.");
    }

    internal static void CheckIndices(Inputs inputs, int index, Shape leading)
    {
        var indices = inputs[index];
        if (indices.Element != ElementType.Int64) throw inputs.Fail($"takes indices of Int64, not {indices.Element}.");
        bool fits = leading.Rank is >= 2 && indices.Rank >= Math.Max(leading.Rank, 3);
        for (int i = 0; fits && i < leading.Rank; i++) fits = inputs.AreEqual(indices.Shape[i], leading[i]);
        if (!fits)
            throw inputs.Fail($"takes indices N, C, places beside N, C, spatial; the input is {inputs[0].Shape}, "
                + $"the indices {indices.Shape}.");
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        var x = context.Inputs[0];
        return [Tensor.Apply(new MaxPoolGradient(x.Shape.Slice(2, x.Rank - 2)), context.OutputGradient, context.Inputs[1]), null];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => this;

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => PoolingSamples.Cases().Select(c => new Sample(
        this, c.Input, SampleInput.Indices(c.Output, -1, (int)c.InputSize.Count)));
}
