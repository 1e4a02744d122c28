using System.Collections;
using System.Runtime.CompilerServices;
using Fovea.Tensors;

namespace Fovea;

/// <summary>The sizes of a tensor, outermost first: batch N, channels C, then the spatial axes. Immutable, compared by value.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public sealed class Shape : IReadOnlyList<Dim>, IEquatable<Shape>
{
    readonly Dim[] _dims;

    /// <summary>The shape of a scalar: no axes, one element.</summary>
    public static Shape Scalar { get; } = new([]);

    /// <summary>Copies the sizes.</summary>
    /// <exception cref="ArgumentException">There are more than eight axes, or a size is negative.</exception>
    public Shape(params ReadOnlySpan<Dim> dims)
    {
        if (dims.Length > Dims.Capacity) throw new ArgumentException($"A tensor has at most {Dims.Capacity} axes, not {dims.Length}.");
        foreach (var dim in dims)
            if (dim.IsKnown && dim.Value < 0)
                throw new ArgumentException($"A size cannot be negative: {string.Join('x', dims.ToArray())}.");
        _dims = dims.ToArray();
    }

    /// <summary>Copies the sizes (for collection expressions).</summary>
    public static Shape Create(ReadOnlySpan<Dim> dims) => new(dims);

    /// <summary>A shape of known sizes.</summary>
    public static implicit operator Shape(Dims sizes)
    {
        var dims = new Dim[sizes.Count];
        for (int i = 0; i < dims.Length; i++) dims[i] = sizes[i];
        return new(dims);
    }

    /// <summary>A shape of known sizes.</summary>
    public static implicit operator Shape(int[] sizes) => new Dims(sizes);

    /// <summary>How many axes.</summary>
    public int Rank => _dims.Length;

    int IReadOnlyCollection<Dim>.Count => _dims.Length;

    /// <summary>The size of an axis; negative axes count from the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public Dim this[int axis] => _dims[Axis(axis)];

    /// <summary>The axis from 0, from one that may count from the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public int Axis(int axis)
    {
        int index = axis < 0 ? axis + Rank : axis;
        if ((uint)index >= (uint)Rank)
            throw new ArgumentOutOfRangeException(nameof(axis), $"There is no axis {axis} in the shape {this} (rank {Rank}).");
        return index;
    }

    /// <summary>All sizes.</summary>
    public ReadOnlySpan<Dim> AsSpan() => _dims;

    /// <summary>Whether every size is an integer.</summary>
    public bool IsKnown => Array.TrueForAll(_dims, d => d.IsKnown);

    /// <summary>The number of elements: the product of the sizes.</summary>
    public Dim Count
    {
        get
        {
            Dim product = 1;
            foreach (var dim in _dims) product *= dim;
            return product;
        }
    }

    /// <summary>The sizes as integers.</summary>
    /// <exception cref="InvalidOperationException">A size is symbolic.</exception>
    /// <exception cref="OverflowException">A size does not fit 32 bits.</exception>
    public Dims ToDims() => Bind(null);

    /// <summary>The sizes as integers, once every symbol has one.</summary>
    public Dims Bind(SymbolSizes? sizes)
    {
        Span<int> values = stackalloc int[Dims.Capacity];
        for (int i = 0; i < _dims.Length; i++) values[i] = checked((int)(sizes is null ? _dims[i].Value : _dims[i].Bind(sizes)));
        return new(values[.._dims.Length]);
    }

    /// <summary>Replaces symbols by expressions.</summary>
    public Shape Substitute(IReadOnlyDictionary<string, Dim> replacements) =>
        IsKnown ? this : new(Array.ConvertAll(_dims, d => d.Substitute(replacements)));

    /// <summary>The shape with one size replaced.</summary>
    public Shape With(int axis, Dim size)
    {
        var dims = (Dim[])_dims.Clone();
        dims[Axis(axis)] = size;
        return new(dims);
    }

    /// <summary>A part of the axes.</summary>
    public Shape Slice(int start, int length) => new(_dims.AsSpan(start, length));

    /// <summary>The axes of one shape, then those of another.</summary>
    public static Shape Concat(Shape a, Shape b) => new([.. a._dims, .. b._dims]);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">The text is no shape.</exception>
    public static Shape Parse(string text)
    {
        if (text is "" or "scalar") return Scalar;
        string[] parts = text is ['[', .., ']'] ? text[1..^1].Split(';') : text.Split('x');
        if (parts.Length > Dims.Capacity) throw new FormatException($"\"{text}\" has more than {Dims.Capacity} axes.");
        var dims = Array.ConvertAll(parts, Dim.Parse);
        if (Array.Exists(dims, d => d.IsKnown && d.Value < 0)) throw new FormatException($"\"{text}\" has a negative size.");
        return new(dims);
    }

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && _dims.AsSpan().SequenceEqual(other._dims);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var dim in _dims) hash.Add(dim);
        return hash.ToHashCode();
    }

    /// <summary>Whether two shapes are provably equal.</summary>
    public static bool operator ==(Shape? a, Shape? b) => a is null ? b is null : a.Equals(b);

    /// <summary>Whether two shapes are not provably equal.</summary>
    public static bool operator !=(Shape? a, Shape? b) => !(a == b);

    /// <summary>64x3x32x32 or Nx3x32x32; with other expressions [N; 3; floor(H, 2)].</summary>
    public override string ToString() => _dims.Length == 0 ? "scalar" :
        Array.TrueForAll(_dims, d => d.IsKnown || d.ToString().All(char.IsAsciiLetterUpper))
            ? string.Join('x', _dims) : $"[{string.Join("; ", _dims)}]";

    /// <inheritdoc/>
    public IEnumerator<Dim> GetEnumerator() => ((IEnumerable<Dim>)_dims).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
