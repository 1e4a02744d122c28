using System.Globalization;

namespace Fovea.Tensors;

/// <summary>Reads the text of a <see cref="Dim"/>: integers, symbols, + − *, floor(e, k), max(a, b). Depth and length are capped.</summary>
ref struct DimParser
{
    /// <summary>Longer expressions are neither read nor built.</summary>
    public const int MaximumLength = 4096;

    const int MaximumDepth = 32;

    readonly string _text;
    int _at;
    int _depth;

    DimParser(string text) => _text = text;

    public static string CheckName(string name)
    {
        if (name.Length is 0 or > 64 || !char.IsAsciiLetter(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new ArgumentException($"\"{name}\" is no name for a size: a letter, then letters, digits or underscores (64 at most).");
        if (name is "floor" or "max") throw new ArgumentException($"\"{name}\" is a function of sizes, not a name for one.");
        return name;
    }

    public static Dim Parse(string text)
    {
        if (text.Length > MaximumLength) throw new FormatException($"A size expression is longer than {MaximumLength} characters.");
        var parser = new DimParser(text);
        try
        {
            var dim = parser.Sum();
            parser.Blank();
            return parser._at == text.Length ? dim : throw parser.Unexpected();
        }
        catch (OverflowException)
        {
            throw new FormatException($"The size expression \"{text}\" overflows.");
        }
    }

    FormatException Unexpected() => new($"\"{_text}\" is no size expression (at character {_at}).");

    void Blank()
    {
        while (_at < _text.Length && _text[_at] == ' ') _at++;
    }

    bool Take(char c)
    {
        Blank();
        if (_at >= _text.Length || _text[_at] != c) return false;
        _at++;
        return true;
    }

    void Expect(char c)
    {
        if (!Take(c)) throw Unexpected();
    }

    Dim Sum()
    {
        if (++_depth > MaximumDepth) throw new FormatException($"A size expression nests deeper than {MaximumDepth}.");
        var sum = Take('-') ? (Dim)0 - Product() : Product();
        while (true)
        {
            if (Take('+')) sum += Product();
            else if (Take('-')) sum -= Product();
            else break;
        }
        _depth--;
        return sum;
    }

    Dim Product()
    {
        var product = Factor();
        while (Take('*')) product *= Factor();
        return product;
    }

    Dim Factor()
    {
        Blank();
        int start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_')) _at++;
        if (_at == start) throw Unexpected();
        string word = _text[start.._at];
        if (char.IsAsciiDigit(word[0]))
            return long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : throw Unexpected();
        if (word == "floor")
        {
            Expect('(');
            var of = Sum();
            Expect(',');
            var divisor = Sum();
            Expect(')');
            return divisor is { IsKnown: true, Value: > 0 and <= int.MaxValue } ? Dim.Floor(of, (int)divisor) : throw Unexpected();
        }
        if (word == "max")
        {
            Expect('(');
            var a = Sum();
            Expect(',');
            var b = Sum();
            Expect(')');
            return Dim.Max(a, b);
        }
        try
        {
            return Dim.Symbol(word);
        }
        catch (ArgumentException)
        {
            throw Unexpected();
        }
    }
}
