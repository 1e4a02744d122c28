using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The row-major number of a place given by an index for each axis: Σ over k of index[…, k] · (the product of the sizes after k).
/// Negative indices count from the end. Input: int32 or int64, …, K. Output: int64, the input's shape without its last axis.
/// </summary>
/// <param name="Sizes">The K sizes; an index outside its size is refused when it is computed.</param>
public sealed record RavelIndex(Shape Sizes) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(1, 1);
        Gather.RequireIndices(inputs, 0);
        var shape = inputs[0].Shape;
        if (shape.Rank == 0 || !inputs.AreEqual(shape[-1], Sizes.Rank))
            throw inputs.Fail($"takes {Sizes.Rank} indices along the last axis, one a size of {Sizes}; the input is {shape}.");
        return [new(ElementType.Int64, shape.Slice(0, shape.Rank - 1))];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) => [null];

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new RavelIndex(attributes.Value(Sizes));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() =>
    [
        new(new RavelIndex([3, 4]), SampleInput.Indices([5, 2], -3, 3)) { NotDifferentiable = "its input is integers" },
        new(new RavelIndex([5, 6, 7]), SampleInput.Indices([2, 4, 3], 0, 5)) { NotDifferentiable = "its input is integers" },
        new(new RavelIndex([2]), SampleInput.Indices([1], 0, 2)) { NotDifferentiable = "its input is integers" },
    ];
}

/// <summary>A value seen as rows, which index rows of K entries name: what GatherND and ScatterND share.</summary>
/// <param name="Rows">The value's shape with the axes that are indexed joined into axis 0.</param>
/// <param name="Row">The number of a row for each index row.</param>
readonly record struct IndexRows(Shape Rows, Tensor Row)
{
    public static IndexRows Of(Tensor x, Tensor indices, int batchAxes)
    {
        if (indices.Rank == 0 || !indices.Shape[-1].IsKnown)
            throw new ShapeMismatchException(
                $"The last axis of the indices {indices.Shape} says how many axes they name: it must have a known size.");
        int named = (int)indices.Shape[-1];
        if (batchAxes < 0 || batchAxes >= indices.Rank || named < 1 || batchAxes + named > x.Rank)
            throw new ShapeMismatchException(
                $"The indices {indices.Shape} name {named} axes after {batchAxes} batch axes; the values {x.Shape} have {x.Rank}.");
        for (int i = 0; i < batchAxes; i++)
            if ((x.Shape[i] - indices.Shape[i]).IsNeverZero)
                throw new ShapeMismatchException(
                    $"The values {x.Shape} and the indices {indices.Shape} differ in batch axis {i}.");
        Shape sizes = x.Shape.Slice(batchAxes, named), batch = x.Shape.Slice(0, batchAxes);
        var row = Tensor.Apply(new RavelIndex(sizes), indices);
        if (batchAxes > 0)
        {
            var first = Tensor.Arange(batch.Count) * ((Scalar)sizes.Count).ToTensor(ElementType.Int64);
            row += first.Reshape(Shape.Concat(batch, Dims.Repeat(1, row.Rank - batchAxes)));
        }
        var left = x.Shape.Slice(batchAxes + named, x.Rank - batchAxes - named);
        return new(Shape.Concat([batch.Count * sizes.Count], left), row);
    }
}
