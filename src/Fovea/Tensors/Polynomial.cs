using System.Globalization;

namespace Fovea.Tensors;

/// <summary>What a polynomial is made of: a symbol, a floor or a maximum. Ordered and compared by its text.</summary>
abstract record Atom : IComparable<Atom>
{
    // What DimParser reads back; and without a limit a chain of layers could nest and double an expression without end.
    const int MaximumLength = DimParser.MaximumLength;

    string? _key;
    protected abstract string Write();
    public string Key => _key ??= Write() is { Length: <= MaximumLength } key ? key
        : throw new FormatException($"A size expression is longer than {MaximumLength} characters.");
    public int CompareTo(Atom? other) => string.CompareOrdinal(Key, other?.Key);
    public abstract long Bind(SymbolSizes sizes);
    public abstract Dim Substitute(IReadOnlyDictionary<string, Dim> replacements);
    public abstract IEnumerable<string> Symbols();
    public virtual bool Equals(Atom? other) => other is not null && Key == other.Key;
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
    public sealed override string ToString() => Key;
}

sealed record SymbolAtom(string Name) : Atom
{
    protected override string Write() => Name;
    public override long Bind(SymbolSizes sizes) => sizes[Name];
    public override Dim Substitute(IReadOnlyDictionary<string, Dim> replacements) =>
        replacements.TryGetValue(Name, out var dim) ? dim : new(Polynomial.Of(this));
    public override IEnumerable<string> Symbols() => [Name];
    public bool Equals(SymbolAtom? other) => base.Equals(other);
    public override int GetHashCode() => base.GetHashCode();
}

/// <summary>⌊of / divisor⌋, irreducible.</summary>
sealed record FloorAtom(Polynomial Of, long Divisor) : Atom
{
    protected override string Write() => string.Create(CultureInfo.InvariantCulture, $"floor({Of}, {Divisor})");
    public override long Bind(SymbolSizes sizes) =>
        sizes.Known.TryGetValue(this, out long known) ? known : sizes.Known[this] = Dim.FloorDivide(Of.Bind(sizes), Divisor);
    public override Dim Substitute(IReadOnlyDictionary<string, Dim> replacements) =>
        Dim.Floor(Of.Substitute(replacements), checked((int)Divisor));
    public override IEnumerable<string> Symbols() => Of.Symbols();
    public bool Equals(FloorAtom? other) => base.Equals(other);
    public override int GetHashCode() => base.GetHashCode();
}

sealed record MaximumAtom(Polynomial A, Polynomial B) : Atom
{
    public static MaximumAtom Create(Polynomial a, Polynomial b) =>
        string.CompareOrdinal(a.ToString(), b.ToString()) <= 0 ? new(a, b) : new(b, a);
    protected override string Write() => $"max({A}, {B})";
    public override long Bind(SymbolSizes sizes) => Math.Max(A.Bind(sizes), B.Bind(sizes));
    public override Dim Substitute(IReadOnlyDictionary<string, Dim> replacements) =>
        Dim.Max(A.Substitute(replacements), B.Substitute(replacements));
    public override IEnumerable<string> Symbols() => A.Symbols().Concat(B.Symbols());
    public bool Equals(MaximumAtom? other) => base.Equals(other);
    public override int GetHashCode() => base.GetHashCode();
}

/// <summary>factor × product of the atoms (sorted).</summary>
readonly record struct Term(Atom[] Atoms, long Factor);

/// <summary>A sum of terms: sorted, without equal monomials, without zero factors. That is the canonical form.</summary>
sealed class Polynomial : IEquatable<Polynomial>
{
    // A model file could otherwise ask for expressions that multiply out without bound.
    const int MaximumTerms = 128, MaximumDegree = 64;

    readonly Term[] _terms;
    readonly int _hash;
    string? _text;

    Polynomial(List<Term> terms)
    {
        if (terms.Count > MaximumTerms) throw new FormatException($"A size expression has more than {MaximumTerms} terms.");
        terms.Sort((a, b) => Compare(a.Atoms, b.Atoms));
        _terms = [.. terms];
        var hash = new HashCode();
        foreach (var term in _terms)
        {
            hash.Add(term.Factor);
            foreach (var atom in term.Atoms) hash.Add(atom);
        }
        _hash = hash.ToHashCode();
    }

    public static Polynomial Constant(long value) => new(value == 0 ? [] : [new([], value)]);
    public static Polynomial Of(Atom atom) => new([new([atom], 1)]);

    public bool TryConstant(out long value)
    {
        value = _terms is [var only] ? only.Factor : 0;
        return _terms.Length == 0 || _terms is [{ Atoms.Length: 0 }];
    }

    /// <summary>Terms of one sign, whose symbols are at least 1: floors and maxima may be 0.</summary>
    public bool IsNeverZero => _terms.Length > 0 && Array.TrueForAll(_terms,
        t => t.Factor > 0 == _terms[0].Factor > 0 && Array.TrueForAll(t.Atoms, a => a is SymbolAtom));

    static int Compare(Atom[] a, Atom[] b)
    {
        if (a.Length != b.Length) return b.Length - a.Length;
        for (int i = 0; i < a.Length; i++)
        {
            int order = a[i].CompareTo(b[i]);
            if (order != 0) return order;
        }
        return 0;
    }

    static void Accumulate(List<Term> terms, Atom[] atoms, long factor)
    {
        for (int i = 0; i < terms.Count; i++)
        {
            if (Compare(terms[i].Atoms, atoms) != 0) continue;
            long sum = checked(terms[i].Factor + factor);
            if (sum == 0) terms.RemoveAt(i);
            else terms[i] = new(atoms, sum);
            return;
        }
        if (factor != 0) terms.Add(new(atoms, factor));
    }

    public static Polynomial Add(Polynomial a, Polynomial b, long sign)
    {
        var terms = new List<Term>(a._terms);
        foreach (var term in b._terms) Accumulate(terms, term.Atoms, checked(sign * term.Factor));
        return new(terms);
    }

    public static Polynomial Multiply(Polynomial a, Polynomial b)
    {
        if (a._terms.Length * b._terms.Length > MaximumTerms)
            throw new FormatException($"A size expression has more than {MaximumTerms} terms.");
        var terms = new List<Term>();
        foreach (var s in a._terms)
            foreach (var t in b._terms)
            {
                if (s.Atoms.Length + t.Atoms.Length > MaximumDegree)
                    throw new FormatException($"A size expression multiplies more than {MaximumDegree} sizes.");
                Atom[] atoms = [.. s.Atoms, .. t.Atoms];
                Array.Sort(atoms);
                Accumulate(terms, atoms, checked(s.Factor * t.Factor));
            }
        return new(terms);
    }

    /// <summary>The exact quotient by one monomial, or null.</summary>
    public static Polynomial? Divide(Polynomial a, Polynomial by)
    {
        if (by._terms is not [var divisor]) return null;
        var terms = new List<Term>();
        foreach (var term in a._terms)
        {
            if (term.Factor % divisor.Factor != 0) return null;
            var atoms = new List<Atom>(term.Atoms);
            foreach (var atom in divisor.Atoms)
                if (!atoms.Remove(atom)) return null;
            terms.Add(new([.. atoms], term.Factor / divisor.Factor));
        }
        return new(terms);
    }

    /// <summary>⌊(k·q + r)/k⌋ = q + ⌊r/k⌋, and ⌊(⌊e/a⌋ + c)/k⌋ = ⌊(e + a·c)/(a·k)⌋: with both, strided layers compare equal.</summary>
    public static Dim Floor(Polynomial p, long k)
    {
        List<Term> whole = [], rest = [];
        foreach (var term in p._terms)
        {
            long quotient = term.Atoms.Length == 0 ? Dim.FloorDivide(term.Factor, k) : term.Factor % k == 0 ? term.Factor / k : 0;
            if (quotient != 0) whole.Add(new(term.Atoms, quotient));
            long remainder = term.Factor - quotient * k;
            if (remainder != 0) rest.Add(new(term.Atoms, remainder));
        }
        var r = new Polynomial(rest);
        var outer = new Dim(new Polynomial(whole));
        if (r.TryConstant(out _)) return outer;                 // the constant of r is in [0, k)
        if (r._terms is [{ Atoms: [FloorAtom inner], Factor: 1 }, .. var tail] && (tail.Length == 0 || tail is [{ Atoms.Length: 0 }]))
        {
            long constant = tail.Length == 0 ? 0 : checked(inner.Divisor * tail[0].Factor);
            return outer + Floor(Add(inner.Of, Constant(constant), 1), checked(inner.Divisor * k));
        }
        return outer + new Dim(Of(new FloorAtom(r, k)));
    }

    public long Bind(SymbolSizes sizes)
    {
        long sum = 0;
        foreach (var term in _terms)
        {
            long product = term.Factor;
            foreach (var atom in term.Atoms) product = checked(product * atom.Bind(sizes));
            sum = checked(sum + product);
        }
        return sum;
    }

    public Dim Substitute(IReadOnlyDictionary<string, Dim> replacements)
    {
        Dim sum = 0;
        foreach (var term in _terms)
        {
            Dim product = term.Factor;
            foreach (var atom in term.Atoms) product *= atom.Substitute(replacements);
            sum += product;
        }
        return sum;
    }

    public IEnumerable<string> Symbols() => _terms.SelectMany(t => t.Atoms).SelectMany(a => a.Symbols());

    public bool Equals(Polynomial? other)
    {
        if (other is null || _hash != other._hash || _terms.Length != other._terms.Length) return false;
        for (int i = 0; i < _terms.Length; i++)
            if (_terms[i].Factor != other._terms[i].Factor || Compare(_terms[i].Atoms, other._terms[i].Atoms) != 0) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Polynomial);
    public override int GetHashCode() => _hash;

    public override string ToString()
    {
        if (_text is not null) return _text;
        var text = new System.Text.StringBuilder();
        foreach (var (atoms, factor) in _terms)
        {
            if (text.Length > 0) text.Append(factor < 0 ? " - " : " + ");
            else if (factor < 0) text.Append('-');
            long magnitude = Math.Abs(factor);
            if (atoms.Length == 0 || magnitude != 1) text.Append(magnitude.ToString(CultureInfo.InvariantCulture));
            for (int i = 0; i < atoms.Length; i++)
            {
                if (i > 0 || magnitude != 1) text.Append('*');
                text.Append(atoms[i].Key);
            }
        }
        return _text = text.Length == 0 ? "0" : text.ToString();
    }
}
