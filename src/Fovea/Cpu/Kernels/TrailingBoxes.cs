using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>Values that are normalised along their axes from one on, in whatever layout: for reference kernels.</summary>
readonly struct TrailingBoxes(Dims sizes, int axis)
{
    /// <summary>The places along the leading axes: one a normalised row.</summary>
    public Odometer Rows => new(new Dims(sizes.AsSpan()[..axis]));

    /// <summary>The places of a row, in row-major order.</summary>
    public Odometer Elements => new(new Dims(sizes.AsSpan()[axis..]));

    /// <summary>The elements of a row.</summary>
    public int Length => (int)new Dims(sizes.AsSpan()[axis..]).Product();

    /// <summary>Copies a row.</summary>
    public void Read<T>(ReadOnlySpan<T> x, in Odometer row, in Strides strides, Span<T> elements)
    {
        int start = row.Offset(strides), i = 0;
        for (var at = Elements; at.MoveNext(); i++) elements[i] = x[start + at.Offset(strides, axis)];
    }

    /// <summary>Writes a row.</summary>
    public void Write<T>(ReadOnlySpan<T> elements, in Odometer row, in Strides strides, Span<T> y)
    {
        int start = row.Offset(strides), i = 0;
        for (var at = Elements; at.MoveNext(); i++) y[start + at.Offset(strides, axis)] = elements[i];
    }

    /// <summary>A parameter, in row-major order.</summary>
    public static void ReadAll<T>(ReadOnlySpan<T> x, BoundType type, Span<T> elements) =>
        new TrailingBoxes(type.Sizes, 0).Read(x, default, type.Strides, elements);
}
