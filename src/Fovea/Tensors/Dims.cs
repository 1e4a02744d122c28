using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Fovea.Tensors;

/// <summary>Up to eight integers with value equality: strides, pads, axes, sizes. Immutable; no allocation.</summary>
[CollectionBuilder(typeof(Dims), nameof(Create))]
public readonly struct Dims : IEquatable<Dims>, IEnumerable<int>
{
    /// <summary>The most integers that a list holds.</summary>
    public const int Capacity = 8;

    [InlineArray(Capacity)]
    struct Buffer
    {
        int _first;
    }

    readonly Buffer _items;
    readonly byte _count;

    /// <summary>Copies the integers.</summary>
    /// <exception cref="ArgumentException">There are more than eight.</exception>
    public Dims(ReadOnlySpan<int> values)
    {
        if (values.Length > Capacity) throw new ArgumentException($"At most {Capacity} sizes, not {values.Length}.");
        values.CopyTo(_items);
        _count = (byte)values.Length;
    }

    /// <summary>A list of one integer: where one holds for every axis.</summary>
    public static implicit operator Dims(int value) => new([value]);

    /// <summary>Copies the integers (for collection expressions).</summary>
    public static Dims Create(ReadOnlySpan<int> values) => new(values);

    /// <summary><paramref name="count"/> times the same integer.</summary>
    public static Dims Repeat(int value, int count)
    {
        Span<int> values = stackalloc int[Capacity];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        values[..count].Fill(value);
        return new(values[..count]);
    }

    /// <summary>How many there are.</summary>
    public int Count => _count;

    /// <summary>One of them.</summary>
    public int this[int index] => AsSpan()[index];

    /// <summary>All of them.</summary>
    [UnscopedRef]
    public ReadOnlySpan<int> AsSpan() => ((ReadOnlySpan<int>)_items)[.._count];

    /// <summary>The list with one integer replaced.</summary>
    public Dims With(int index, int value)
    {
        Span<int> values = stackalloc int[Capacity];
        AsSpan().CopyTo(values);
        values[index] = value;
        return new(values[.._count]);
    }

    /// <summary>The product, checked.</summary>
    public long Product()
    {
        long product = 1;
        foreach (int value in AsSpan()) product = checked(product * value);
        return product;
    }

    /// <summary>Whether every integer equals <paramref name="value"/>.</summary>
    public bool All(int value) => !AsSpan().ContainsAnyExcept(value);

    /// <inheritdoc/>
    public bool Equals(Dims other) => AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Dims other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int value in AsSpan()) hash.Add(value);
        return hash.ToHashCode();
    }

    /// <summary>Whether two lists hold the same integers.</summary>
    public static bool operator ==(Dims a, Dims b) => a.Equals(b);

    /// <summary>Whether two lists differ.</summary>
    public static bool operator !=(Dims a, Dims b) => !a.Equals(b);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">The text is no list of integers.</exception>
    public static Dims Parse(string text)
    {
        if (text.Length == 0) return [];
        string[] parts = text.Split('x');
        if (parts.Length > Capacity) throw new FormatException($"\"{text}\" lists more than {Capacity} sizes.");
        Span<int> values = stackalloc int[Capacity];
        for (int i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out values[i]))
                throw new FormatException($"\"{text}\" is no list of sizes: write 3x3.");
        return new(values[..parts.Length]);
    }

    /// <summary>The integers with an x between them: 3x224x224.</summary>
    public override string ToString() => string.Join('x', this.Select(v => v.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Walks the integers.</summary>
    public IEnumerator<int> GetEnumerator()
    {
        for (int i = 0; i < _count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
