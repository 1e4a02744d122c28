using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fovea.Tensors;

/// <summary>Up to eight doubles with value equality (by their bits): scales, regions. Immutable; no allocation.</summary>
[CollectionBuilder(typeof(Reals), nameof(Create))]
public readonly struct Reals : IEquatable<Reals>, IEnumerable<double>
{
    /// <summary>The most numbers that a list holds.</summary>
    public const int Capacity = 8;

    [InlineArray(Capacity)]
    struct Buffer
    {
        double _first;
    }

    readonly Buffer _items;
    readonly byte _count;

    /// <summary>Copies the numbers.</summary>
    /// <exception cref="ArgumentException">There are more than eight.</exception>
    public Reals(ReadOnlySpan<double> values)
    {
        if (values.Length > Capacity) throw new ArgumentException($"At most {Capacity} numbers, not {values.Length}.");
        values.CopyTo(_items);
        _count = (byte)values.Length;
    }

    /// <summary>A list of one number: where one holds for every axis.</summary>
    public static implicit operator Reals(double value) => new([value]);

    /// <summary>Copies the numbers (for collection expressions).</summary>
    public static Reals Create(ReadOnlySpan<double> values) => new(values);

    /// <summary>How many there are.</summary>
    public int Count => _count;

    /// <summary>One of them.</summary>
    public double this[int index] => AsSpan()[index];

    /// <summary>All of them.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ReadOnlySpan<double> AsSpan() => ((ReadOnlySpan<double>)_items)[.._count];

    /// <inheritdoc/>
    public bool Equals(Reals other) =>
        MemoryMarshal.Cast<double, long>(AsSpan()).SequenceEqual(MemoryMarshal.Cast<double, long>(other.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Reals other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (double value in AsSpan()) hash.Add(BitConverter.DoubleToInt64Bits(value));
        return hash.ToHashCode();
    }

    /// <summary>Whether two lists hold the same numbers.</summary>
    public static bool operator ==(Reals a, Reals b) => a.Equals(b);

    /// <summary>Whether two lists differ.</summary>
    public static bool operator !=(Reals a, Reals b) => !a.Equals(b);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">The text is no list of numbers.</exception>
    public static Reals Parse(string text)
    {
        if (text.Length == 0) return [];
        string[] parts = text.Split(';');
        if (parts.Length > Capacity) throw new FormatException($"\"{text}\" lists more than {Capacity} numbers.");
        return new(Array.ConvertAll(parts, part => double.Parse(part, NumberStyles.Float, CultureInfo.InvariantCulture)));
    }

    /// <summary>The numbers, exact to their bits, with a semicolon between them: 0.5;2.</summary>
    public override string ToString() => string.Join(';', this.Select(v => v.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>Walks the numbers.</summary>
    public IEnumerator<double> GetEnumerator()
    {
        for (int i = 0; i < _count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
