using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Data;

/// <summary>
/// The header of an npy file: a Python dictionary literal, of which only what NumPy itself writes is understood: texts in quotes, True
/// and False, a tuple of whole numbers.
/// </summary>
internal sealed class NpyHeader(BoundedReader reader, long start, string text)
{
    private int _at;

    /// <summary>NumPy's name of the element type, such as &lt;f4.</summary>
    public string Descr { get; private set; } = "";

    /// <summary>Whether the first axis is the fastest.</summary>
    public bool FortranOrder { get; private set; }

    /// <summary>The sizes.</summary>
    public Dims Shape { get; private set; }

    /// <summary>Reads the text.</summary>
    public void Parse()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Expect('{');
        while (!Accept('}'))
        {
            string key = Text();
            Expect(':');
            if (!seen.Add(key)) throw Error("a key comes twice");
            switch (key)
            {
                case "descr":
                    Descr = Text();
                    break;
                case "fortran_order":
                    FortranOrder = Word() switch { "True" => true, "False" => false, _ => throw Error("True or False is expected") };
                    break;
                case "shape":
                    Shape = Tuple();
                    break;
                default:
                    throw Error("a key is not one of descr, fortran_order, shape");
            }

            if (Accept(',')) continue;
            Expect('}');
            break;
        }

        if (seen.Count != 3) throw Error("descr, fortran_order or shape is missing");
        if (text.AsSpan(_at).ContainsAnyExcept(' ', '\n', '\0')) throw Error("something follows the dictionary");
    }

    private Dims Tuple()
    {
        Span<int> sizes = stackalloc int[Dims.Capacity];
        int rank = 0;
        Expect('(');
        while (!Accept(')'))
        {
            if (rank == sizes.Length) throw Error($"there are more than {Dims.Capacity} axes");
            sizes[rank++] = Number();
            if (Accept(',')) continue;
            Expect(')');
            break;
        }

        return new Dims(sizes[..rank]);
    }

    private int Number()
    {
        SkipSpaces();
        int first = _at;
        long value = 0;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            value = value * 10 + (text[_at++] - '0');
            if (value > int.MaxValue) throw Error("a size is too large");
        }

        return _at > first ? (int)value : throw Error("a size is expected");
    }

    private string Text()
    {
        SkipSpaces();
        char quote = _at < text.Length ? text[_at] : '\0';
        if (quote is not ('\'' or '"')) throw Error("a text in quotes is expected (structured element types are not supported)");
        int end = text.IndexOf(quote, _at + 1);
        if (end < 0 || end - _at > 64) throw Error("a text has no end");
        string value = text[(_at + 1)..end];
        if (value.Any(c => c is < ' ' or > '~' or '\\')) throw Error("a text holds a character that is not expected there");
        _at = end + 1;
        return value;
    }

    private string Word()
    {
        SkipSpaces();
        int first = _at;
        while (_at < text.Length && char.IsAsciiLetter(text[_at])) _at++;
        return text[first.._at];
    }

    private bool Accept(char c)
    {
        SkipSpaces();
        if (_at == text.Length || text[_at] != c) return false;
        _at++;
        return true;
    }

    private void Expect(char c)
    {
        if (!Accept(c)) throw Error($"'{c}' is expected");
    }

    private void SkipSpaces()
    {
        while (_at < text.Length && text[_at] == ' ') _at++;
    }

    private FoveaException Error(string reason) => reader.ErrorAt(start + _at, $"the npy header is damaged: {reason}");
}
