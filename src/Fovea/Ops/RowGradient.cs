using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The gradient of an embedding as the rows that it is made of. A gradient is a tensor like any other, all rows of it; but while it is
/// lazy, its graph tells that it only scatters rows, and an optimizer that needs no more never computes the rest.
/// </summary>
/// <param name="Rows">Rows, each the whole gradient of its place.</param>
/// <param name="Positions">The place of each row, int64. Some rows may be zeros that name a place of another, later one.</param>
readonly record struct RowGradient(Tensor Rows, Tensor Positions)
{
    /// <summary>
    /// The rows of a gradient that is a sum of gradients of <see cref="Gather"/> along axis 0; null for every other: it has no zeros that
    /// are known.
    /// </summary>
    public static RowGradient? Of(Tensor gradient)
    {
        var (rows, indices) = (new List<Tensor>(), new List<Tensor>());
        var open = new Stack<Tensor>([gradient]);
        while (open.TryPop(out var term))
        {
            switch (term.Node?.Op)
            {
                case Binary { Function: BinaryFunction.Add } when Summands(term, gradient.Shape) is var (first, second):
                    open.Push(second);
                    open.Push(first);
                    break;
                case GatherGradient { Axis: 0 }:
                    var index = term.Node.Inputs[1];
                    var count = index.Shape.Count;
                    rows.Add(term.Node.Inputs[0].Reshape(Shape.Concat([count], term.Shape.Slice(1, term.Rank - 1))));
                    indices.Add(index.Reshape(new Shape([count])).Cast(ElementType.Int64));
                    break;
                default:
                    return null;
            }
        }
        var all = rows.Count == 1 ? rows[0] : Tensor.Concat(0, [.. rows]);
        var places = indices.Count == 1 ? indices[0] : Tensor.Concat(0, [.. indices]);
        var outputs = Tensor.ApplyAll(new CoalesceRows(gradient.Shape[0]), all, places);
        return new(outputs[0], outputs[1]);
    }

    static (Tensor First, Tensor Second)? Summands(Tensor sum, Shape shape)
    {
        var inputs = sum.Node!.Inputs;
        return inputs[0].Shape == shape && inputs[1].Shape == shape ? (inputs[0], inputs[1]) : null;
    }
}
