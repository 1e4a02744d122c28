using Fovea.Graphs;

namespace Fovea.Ops;

/// <summary>
/// dx[n, c, pixel] = Σ over the places q that see it of weight(place) · dy[n, c, q]: the transpose of <see cref="GridSample"/>.
/// Inputs: dy N, C, places; grid N, places, rank. Output: dx N, C, InputSize.
/// </summary>
/// <param name="Sampling">How the image was read.</param>
/// <param name="InputSize">The spatial sizes of the image.</param>
public sealed record GridSampleGradient(GridSampling Sampling, Shape InputSize) : Op
{
    /// <inheritdoc/>
    public override Tensors.TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(2, 2);
        inputs.RequireFloating(0);
        inputs.RequireSameElement();
        return [new(inputs[0].Element, Sampling.Image(inputs, inputs[0].Shape, inputs[1].Shape, InputSize))];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        Tensor dy = context.Inputs[0], grid = context.Inputs[1], g = context.OutputGradient;
        // Σ g · dx is Σ dy · sample(g, grid).
        return
        [
            context.Needs(0) ? Tensor.Apply(new GridSample(Sampling), g, grid) : null,
            context.Needs(1) ? GridSample.GridGradient(Sampling, g, grid, dy) : null,
        ];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new GridSampleGradient(Sampling.Code(attributes), attributes.Value(InputSize));

    /// <inheritdoc/>
    public override Cost Cost(Inputs inputs, IReadOnlyList<Tensors.TensorType> outputs) =>
        Graphs.Cost.Of(inputs[0].Shape.Count * GridSampleSamples.Taps(Sampling, InputSize.Rank), inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => GridSampleSamples.Cases().Select(c => new Sample(
        new GridSampleGradient(c.Sampling, c.Image.Slice(2, c.Image.Rank - 2)),
        Shape.Concat(c.Image.Slice(0, 2), c.Grid.Slice(1, c.Grid.Rank - 2)), c.Grid));
}

/// <summary>One case of the conformance suite for grid sampling and its gradient.</summary>
sealed record GridSampleSample(GridSampling Sampling, Shape Image, Shape Grid);

static class GridSampleSamples
{
    /// <summary>Taps of a place.</summary>
    public static long Taps(GridSampling sampling, int rank)
    {
        long taps = 1;
        for (int i = 0; i < rank; i++) taps *= sampling.Taps;
        return taps;
    }

    public static IEnumerable<GridSampleSample> Cases()
    {
        foreach (var mode in Enum.GetValues<Interpolation>())
            foreach (var padding in Enum.GetValues<GridPadding>())
            {
                yield return new(new(mode, padding), [2, 3, 4, 5], [2, 2, 3, 2]);
                yield return new(new(mode, padding, true), [1, 18, 3, 2], [1, 3, 4, 2]);
                yield return new(new(mode, padding, padding == GridPadding.Border), [1, 2, 3, 2, 4], [1, 2, 1, 2, 3]);
                yield return new(new(mode, padding), [2, 3, 6], [2, 5, 1]);
                // One pixel.
                yield return new(new(mode, padding, padding == GridPadding.Reflection), [1, 2, 1, 1], [1, 2, 2, 2]);
            }
        // Derivatives, also of an order at which nothing is left.
        yield return new(new(Derivative: [1, 0]), [2, 3, 4, 5], [2, 2, 3, 2]);
        yield return new(new(Padding: GridPadding.Reflection, Derivative: [1, 1]), [1, 9, 4, 5], [1, 2, 3, 2]);
        yield return new(new(Interpolation.Cubic, GridPadding.Border, Derivative: [0, 2]), [1, 2, 4, 5], [1, 2, 3, 2]);
        yield return new(new(Interpolation.Cubic, Derivative: [3, 1]), [1, 2, 4, 5], [1, 2, 3, 2]);
        yield return new(new(Derivative: [2]), [1, 2, 4], [1, 3, 1]);
    }
}
