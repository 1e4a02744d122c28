using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// A value of a program that runs over a padded batch: padded along an axis up to lengths, or, with axis −1, whole: nothing in it comes
/// from padding.
/// </summary>
readonly record struct Ragged(Tensor Value, int Axis = -1, Tensor? Lengths = null)
{
    public bool IsPadded => Axis >= 0;

    public Ragged With(Tensor value, int axis) => new(value, axis, Lengths);
}

/// <summary>Masks, and the lengths that windows leave.</summary>
static class Raggedness
{
    /// <summary>The value with one number wherever padding is: selected, never multiplied.</summary>
    public static Tensor Masked(Tensor value, int axis, Tensor lengths, double padding) =>
        Tensor.Where(Mask(value.Shape, axis, lengths), value, Tensor.Constant(padding, value.ElementType));

    /// <inheritdoc cref="Masked(Tensor, int, Tensor, double)"/>
    public static Tensor Masked(this Ragged x, double padding) => Masked(x.Value, x.Axis, x.Lengths!, padding);

    /// <summary>Where a value is no padding: N, 1, …, L, …, 1.</summary>
    public static Tensor Mask(Shape shape, int axis, Tensor lengths)
    {
        var sizes = new Dim[shape.Rank];
        Array.Fill(sizes, 1);
        (sizes[0], sizes[axis]) = (shape[0], shape[axis]);
        return (Tensor.Arange(shape[axis]) < lengths.Unsqueeze(1)).Reshape(new Shape(sizes));
    }

    /// <summary>⌊(length + room) / stride⌋ + 1 windows, or none: room is the padding less the window's extent.</summary>
    public static Tensor Windows(Tensor lengths, long room, int stride) =>
        // The same tensor where nothing changes, so that branches of one length are seen to be.
        stride == 1 && room == -1 ? lengths : Above0((lengths + (Scalar)(Dim)room).FloorDivide(stride) + 1);

    /// <summary>length · stride + rest elements of a transposed window; none where there was none.</summary>
    public static Tensor Spread(Tensor lengths, int stride, long rest)
    {
        if (stride == 1 && rest == 0) return lengths;
        var none = Tensor.Constant(0, ElementType.Int64);
        return Tensor.Where(lengths > 0, Above0(lengths * stride + (Scalar)(Dim)rest), none);
    }

    static Tensor Above0(Tensor lengths) => lengths.Maximum(Tensor.Constant(0, ElementType.Int64));

    /// <summary>
    /// A reduction over axes of which one is padded: padding is what changes nothing; along the padded axis first, so that the order of
    /// sums is one, whatever lies behind the end.
    /// </summary>
    public static Tensor Reduced(this Ragged x, Reduce op)
    {
        var (first, then, padding) = op.How switch
        {
            Reduction.Max => (Reduction.Max, Reduction.Max, double.NegativeInfinity),
            Reduction.Min => (Reduction.Min, Reduction.Min, double.PositiveInfinity),
            Reduction.Product => (Reduction.Product, Reduction.Product, 1),
            Reduction.L1 => (Reduction.L1, Reduction.Sum, 0),
            Reduction.L2 or Reduction.SumOfSquares => (Reduction.SumOfSquares, Reduction.Sum, 0),
            _ => (Reduction.Sum, Reduction.Sum, 0.0),
        };
        var y = x.Masked(padding).Reduce(first, [x.Axis], keepAxes: true);
        int[] others = [.. op.Axes.Where(axis => axis != x.Axis)];
        if (others.Length > 0) y = y.Reduce(then, others, keepAxes: true);
        if (op.How == Reduction.L2) y = y.Sqrt();
        y = op.How switch
        {
            Reduction.Mean => y / Count(x, op.Axes).Maximum(Tensor.Constant(1, y.ElementType)),
            // Of nothing there is no largest: 0 stands for it.
            Reduction.Max or Reduction.Min => Tensor.Where(Count(x, op.Axes) > 0, y, Tensor.Constant(0, y.ElementType)),
            _ => y,
        };
        return op.KeepAxes ? y : y.Squeeze(op.Axes.AsSpan());
    }

    /// <summary>How many elements meet: for each sample, or in all where the batch is reduced, too. It broadcasts with the result.
    /// </summary>
    static Tensor Count(Ragged x, Dims axes)
    {
        Dim others = 1;
        foreach (int axis in axes.AsSpan())
            if (axis != x.Axis && axis != 0) others *= x.Value.Shape[axis];
        var count = x.Lengths!.Cast(x.Value.ElementType);
        if (axes.AsSpan().Contains(0)) count = count.Sum();
        else
        {
            var sizes = new Dim[x.Value.Rank];
            Array.Fill(sizes, 1);
            sizes[0] = x.Value.Shape[0];
            count = count.Reshape(new Shape(sizes));
        }
        return others == 1 ? count : count * others;
    }
}
