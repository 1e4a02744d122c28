using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>A value with some of its axes joined into one, so that an operator along one axis runs along all of them.</summary>
/// <param name="Value">The value, of fewer axes.</param>
/// <param name="Axis">The axis that they became.</param>
/// <param name="Moved">The shape before they were joined, once they lay side by side.</param>
/// <param name="Order">How axes were reordered so that they did; none where they did already.</param>
readonly record struct AxisLine(Tensor Value, int Axis, Shape Moved, Dims Order)
{
    /// <summary>Joins axes; those that do not lie side by side are brought to the end first.</summary>
    /// <param name="x">The value.</param>
    /// <param name="axes">The axes, ascending, at least one.</param>
    public static AxisLine Of(Tensor x, Dims axes)
    {
        int first = axes[0], last = axes[axes.Count - 1];
        Dims order = default;
        if (last - first + 1 != axes.Count)
        {
            Span<int> places = stackalloc int[Dims.Capacity];
            int next = 0;
            for (int axis = 0; axis < x.Rank; axis++)
                if (!axes.AsSpan().Contains(axis)) places[next++] = axis;
            axes.AsSpan().CopyTo(places[next..]);
            order = new(places[..x.Rank]);
            x = x.Transpose(order.AsSpan());
            (first, last) = (next, x.Rank - 1);
        }
        var joined = x.Shape.Slice(first, last - first + 1).Count;
        var shape = Shape.Concat(Shape.Concat(x.Shape.Slice(0, first), [joined]), x.Shape.Slice(last + 1, x.Rank - last - 1));
        return new(x.Reshape(shape), first, x.Shape, order);
    }

    /// <summary>Gives a result of the line's shape the shape and the order of axes that the value had.</summary>
    public Tensor Undo(Tensor y)
    {
        y = y.Reshape(Moved);
        if (Order.Count == 0) return y;
        Span<int> inverse = stackalloc int[Dims.Capacity];
        for (int i = 0; i < Order.Count; i++) inverse[Order[i]] = i;
        return y.Transpose(inverse[..Order.Count]);
    }

    /// <summary>Axes from 0, ascending; all where none is named.</summary>
    public static Dims Sorted(Shape shape, ReadOnlySpan<int> axes)
    {
        Span<int> sorted = stackalloc int[Dims.Capacity];
        int count = axes.Length == 0 ? shape.Rank : axes.Length;
        for (int i = 0; i < count; i++) sorted[i] = axes.Length == 0 ? i : shape.Axis(axes[i]);
        sorted = sorted[..count];
        sorted.Sort();
        return new(sorted);
    }

    /// <summary>How many elements meet along axes, less a correction, as a scalar of the value's element type.</summary>
    public static Tensor Count(Tensor x, ReadOnlySpan<int> axes, int less)
    {
        Dim count = 1;
        foreach (int axis in Sorted(x.Shape, axes).AsSpan()) count *= x.Shape[axis];
        return ((Scalar)(count - less)).ToTensor(x.ElementType);
    }
}
