using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// Joins the rows that name the same place: rows[k] = Σ x[t] over the t with indices[t] = positions[k], added in the order of t. It is
/// <see cref="GatherGradient"/> along axis 0 without the rows that nobody names. There are min(number of indices, Size) slots; those
/// that are not needed come first, hold zeros and name the same place as the first that is, so whoever writes rows in order ends with the
/// right ones. The others follow in the order in which the indices name them first.
/// Inputs: x, the shape of the indices and then that of a row; indices, int32 or int64, negative ones from the end.
/// Outputs: rows, slots and the shape of a row; positions, int64, slots.
/// </summary>
/// <param name="Size">How many places there are.</param>
public sealed record CoalesceRows(Dim Size) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(2, 2);
        inputs.RequireFloating(0);
        Gather.RequireIndices(inputs, 1);
        Shape x = inputs[0].Shape, indices = inputs[1].Shape;
        bool fits = x.Rank >= indices.Rank;
        for (int i = 0; fits && i < indices.Rank; i++) fits = inputs.AreEqual(x[i], indices[i]);
        if (!fits) throw inputs.Fail($"takes a row for each index: {x} does not begin with the axes of the indices, {indices}.");
        if (Size.IsKnown && Size.Value < 1) throw inputs.Fail($"joins rows of {Size} places: there is at least one.");
        var slots = Dim.Min(indices.Count, Size);
        return
        [
            inputs[0] with { Shape = Shape.Concat([slots], x.Slice(indices.Rank, x.Rank - indices.Rank)) },
            new(ElementType.Int64, [slots]),
        ];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        if (context.OutputGradients[0] is not { } gradient) return [null, null];
        // Laid where they belong, the last on each place wins: that of the slot in use. Each x takes the gradient of its place.
        var all = Shape.Concat([Size], gradient.Shape.Slice(1, gradient.Rank - 1));
        var zeros = Tensor.Constant(0, gradient.ElementType).BroadcastTo(all);
        return [zeros.ScatterRows(gradient, context.Outputs[1]).Gather(context.Inputs[1]), null];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new CoalesceRows(attributes.Value(Size));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() =>
    [
        // More indices than places, fewer, one place that all name, rows of several axes and of none, rows longer than a strip.
        new(new CoalesceRows(5), SampleInput.Of([2, 4, 3]), SampleInput.Indices([2, 4], -5, 5)),
        new(new CoalesceRows(40), SampleInput.Of([7, 3, 2]), SampleInput.Indices([7], 0, 40)),
        new(new CoalesceRows(9), SampleInput.Of([6, 5]), SampleInput.Indices([6], 4, 5)),
        new(new CoalesceRows(3), SampleInput.Of([8]), SampleInput.Indices([8], 0, 3)),
        new(new CoalesceRows(30), SampleInput.Of([33, 70]), SampleInput.Indices([33], 0, 30)),
        new(new CoalesceRows(4), SampleInput.Of([3]), SampleInput.Indices(Shape.Scalar, 2, 4)),
    ];
}
