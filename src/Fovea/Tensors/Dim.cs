using System.Globalization;
using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// One size of a <see cref="Shape"/>: an integer, or an expression of named symbols that is bound later (a batch size while tracing).
/// Expressions keep one canonical form (a polynomial over symbols, floors and maxima), so that equal sizes compare equal.
/// </summary>
/// <remarks>Symbols stand for integers ≥ 1. Arithmetic is checked: a size that overflows 64 bits throws.</remarks>
public readonly struct Dim : IEquatable<Dim>
{
    readonly long _value;               // the size when _polynomial is null
    readonly Polynomial? _polynomial;

    Dim(long value) => _value = value;

    internal Dim(Polynomial polynomial)
    {
        if (polynomial.TryConstant(out long constant)) _value = constant;
        else _polynomial = polynomial;
    }

    /// <summary>A size that is not known yet.</summary>
    /// <param name="name">A letter, then letters, digits or underscores.</param>
    /// <exception cref="ArgumentException">The name is not an identifier.</exception>
    public static Dim Symbol(string name) => new(Polynomial.Of(new SymbolAtom(DimParser.CheckName(name))));

    /// <summary>A known size.</summary>
    public static implicit operator Dim(int value) => new((long)value);

    /// <summary>A known size.</summary>
    public static implicit operator Dim(long value) => new(value);

    /// <summary>The integer, when it is known.</summary>
    /// <exception cref="InvalidOperationException">The size is symbolic: the message says how to go on.</exception>
    public static explicit operator int(Dim dim) => checked((int)dim.Value);

    /// <summary>The integer, when it is known.</summary>
    /// <exception cref="InvalidOperationException">The size is symbolic: the message says how to go on.</exception>
    public static explicit operator long(Dim dim) => dim.Value;

    /// <summary>Whether the size is an integer already.</summary>
    public bool IsKnown => _polynomial is null;

    /// <summary>The integer.</summary>
    /// <exception cref="InvalidOperationException">The size is symbolic.</exception>
    public long Value => _polynomial is null ? _value : throw new InvalidOperationException(
        $"The size {this} is not known while tracing: keep it a Dim, or make the axis a constant of the function.");

    /// <summary>Whether no sizes of the symbols make it 0.</summary>
    internal bool IsNeverZero => _polynomial?.IsNeverZero ?? _value != 0;

    Polynomial Terms => _polynomial ?? Polynomial.Constant(_value);

    /// <summary>The sum.</summary>
    public static Dim operator +(Dim a, Dim b) =>
        a.IsKnown && b.IsKnown ? new(checked(a._value + b._value)) : new(Polynomial.Add(a.Terms, b.Terms, 1));

    /// <summary>The difference.</summary>
    public static Dim operator -(Dim a, Dim b) =>
        a.IsKnown && b.IsKnown ? new(checked(a._value - b._value)) : new(Polynomial.Add(a.Terms, b.Terms, -1));

    /// <summary>The product.</summary>
    public static Dim operator *(Dim a, Dim b) =>
        a.IsKnown && b.IsKnown ? new(checked(a._value * b._value)) : new(Polynomial.Multiply(a.Terms, b.Terms));

    /// <summary>⌊a / divisor⌋, towards minus infinity.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The divisor is not positive.</exception>
    public static Dim Floor(Dim a, int divisor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(divisor);
        if (divisor == 1) return a;
        return a.IsKnown ? new(FloorDivide(a._value, divisor)) : Polynomial.Floor(a.Terms, divisor);
    }

    /// <summary>⌈a / divisor⌉.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The divisor is not positive.</exception>
    public static Dim Ceiling(Dim a, int divisor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(divisor);
        return Floor(a + (divisor - 1), divisor);
    }

    /// <summary>The larger of two sizes.</summary>
    public static Dim Max(Dim a, Dim b)
    {
        var difference = a - b;
        if (difference.IsKnown) return difference._value >= 0 ? a : b;
        return new(Polynomial.Of(MaximumAtom.Create(a.Terms, b.Terms)));
    }

    /// <summary>The smaller of two sizes.</summary>
    public static Dim Min(Dim a, Dim b)
    {
        var difference = a - b;
        if (difference.IsKnown) return difference._value <= 0 ? a : b;
        return a + b - Max(a, b);
    }

    /// <summary>a / b when b divides a exactly (for b symbolic: when b is one monomial of a's every term); otherwise null.</summary>
    public static Dim? Divide(Dim a, Dim b)
    {
        if (a.IsKnown && b.IsKnown) return b._value != 0 && a._value % b._value == 0 ? new(a._value / b._value) : null;
        if (a == b) return 1;
        return Polynomial.Divide(a.Terms, b.Terms) is { } quotient ? new(quotient) : null;
    }

    /// <summary>The size once every symbol has one.</summary>
    /// <exception cref="ArgumentException">A symbol has no size.</exception>
    public long Bind(SymbolSizes sizes) => _polynomial is null ? _value : _polynomial.Bind(sizes);

    /// <summary>Replaces symbols by expressions.</summary>
    public Dim Substitute(IReadOnlyDictionary<string, Dim> replacements) =>
        _polynomial is null ? this : _polynomial.Substitute(replacements);

    /// <summary>The names of the symbols in the expression.</summary>
    public IEnumerable<string> Symbols => _polynomial is null ? [] : _polynomial.Symbols().Distinct(StringComparer.Ordinal);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">The text is no size.</exception>
    public static Dim Parse(string text) => DimParser.Parse(text);

    internal static long FloorDivide(long a, long b) => a >= 0 ? a / b : -((-a + b - 1) / b);

    /// <summary>Whether two sizes are provably equal.</summary>
    public bool Equals(Dim other) => _polynomial is null
        ? other._polynomial is null && _value == other._value
        : other._polynomial is not null && _polynomial.Equals(other._polynomial);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Dim other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _polynomial?.GetHashCode() ?? _value.GetHashCode();

    /// <summary>Whether two sizes are provably equal.</summary>
    public static bool operator ==(Dim a, Dim b) => a.Equals(b);

    /// <summary>Whether two sizes are not provably equal.</summary>
    public static bool operator !=(Dim a, Dim b) => !a.Equals(b);

    /// <inheritdoc/>
    public override string ToString() => _polynomial?.ToString() ?? _value.ToString(CultureInfo.InvariantCulture);
}
