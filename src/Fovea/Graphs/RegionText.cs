using System.Globalization;
using System.Text;
using Fovea.Tensors;

namespace Fovea.Graphs;

/// <summary>
/// A body as text, in one line: <c>{Float32 2x3, Bool scalar; const Float32 scalar 0000803f; Multiply(0, 2); Sum[Axes=0](3) @"conv1";
/// return 4}</c>. An attribute's value stands as it is where brackets and quotes in it are balanced (bodies inside bodies are), else
/// quoted.
/// </summary>
static class RegionText
{
    // Reading goes down once a level.
    const int MostDepth = 16, MostLength = 1 << 20;

    public static string Write(Region region)
    {
        var text = new StringBuilder("{").AppendJoin(", ", region.Inputs);
        foreach (var constant in region.Constants)
            text.Append(CultureInfo.InvariantCulture, $"; const {constant.Type} {Convert.ToHexStringLower(constant.Storage!.Bytes)}");
        foreach (var (op, scope, inputs) in region.Steps)
        {
            text.Append("; ").Append(op.Name);
            var attributes = Attributes.Of(op);
            if (attributes.Count > 0)
                text.Append('[').AppendJoin(", ", attributes.Select(a => $"{a.Key}={Guard(a.Value)}")).Append(']');
            text.Append('(').AppendJoin(", ", inputs.Select(Number)).Append(')');
            if (scope.Length > 0) text.Append(" @").Append(Quote(scope));
        }
        return text.Append("; return ").AppendJoin(", ", region.Results.Select(Number)).Append('}').ToString();
    }

    static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Write"/> writes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="create">Makes an operator from its name and attributes.</param>
    /// <exception cref="FormatException">The text is no body.</exception>
    public static Region Parse(string text, Func<string, IEnumerable<KeyValuePair<string, string>>, Op> create)
    {
        if (text.Length > MostLength) throw new FormatException($"a body of {text.Length} characters; at most {MostLength} are allowed");
        if (Depth(text) is not (> 0 and <= MostDepth)) throw new FormatException($"bodies more than {MostDepth} deep, or none");
        try
        {
            return Read(text, create);
        }
        catch (Exception e) when (e is Errors.FoveaException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    static Region Read(string text, Func<string, IEnumerable<KeyValuePair<string, string>>, Op> create)
    {
        if (text is not ['{', .., '}']) throw new FormatException("a body stands in braces");
        var items = Split(text[1..^1], ';');
        if (items.Count < 2 || !items[^1].StartsWith("return", StringComparison.Ordinal))
            throw new FormatException("a body ends with what it returns");
        TensorType[] inputs = [.. Split(items[0], ',').Select(ReadType)];
        int first = 1;
        var constants = new List<Tensor>();
        for (; items[first].StartsWith("const ", StringComparison.Ordinal); first++) constants.Add(ReadConstant(items[first][6..]));
        var steps = new List<ProgramStep>();
        for (int i = first; i < items.Count - 1; i++) steps.Add(ReadStep(items[i], create));
        return new(inputs, constants, steps, Numbers(items[^1][6..]));
    }

    static TensorType ReadType(string text)
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || !Enum.TryParse(text[..space], out ElementType element) || Enum.GetName(element) != text[..space])
            throw new FormatException($"\"{text}\" is no type");
        return new(element, Shape.Parse(text[(space + 1)..]));
    }

    static Tensor ReadConstant(string text)
    {
        int space = text.LastIndexOf(' ');
        var type = ReadType(space < 0 ? text : text[..space]);
        byte[] bytes = Convert.FromHexString(text[(space + 1)..]);
        long count = type.Shape.Count.Value;
        if (checked(count * type.Element.Size()) != bytes.Length || bytes.Length > Region.MostConstantBytes)
            throw new FormatException($"{type} has not {bytes.Length} bytes");
        if (type.Element == ElementType.Bool && bytes.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1))
            throw new FormatException("a truth value is neither 0 nor 1");
        var storage = Storage.Create(type.Element, count);
        bytes.CopyTo(storage.Bytes);
        return new(type, storage);
    }

    static ProgramStep ReadStep(string text, Func<string, IEnumerable<KeyValuePair<string, string>>, Op> create)
    {
        string scope = "";
        if (Find(text, '@') is var at and >= 0)
        {
            scope = Unquote(text[(at + 1)..]);
            text = text[..at].TrimEnd();
        }
        int open = Find(text, '('), list = Find(text, '[');
        if (open < 1 || text[^1] != ')' || list > open) throw new FormatException("a step is written Name[attributes](inputs)");
        var attributes = new List<KeyValuePair<string, string>>();
        string name = text[..open];
        if (list >= 0)
        {
            if (name[^1] != ']') throw new FormatException("a step is written Name[attributes](inputs)");
            foreach (string attribute in Split(name[(list + 1)..^1], ','))
            {
                int equals = attribute.IndexOf('=', StringComparison.Ordinal);
                if (equals < 1) throw new FormatException("an attribute is written Name=value");
                string value = attribute[(equals + 1)..];
                attributes.Add(new(attribute[..equals], value is ['"', ..] ? Unquote(value) : value));
            }
            name = name[..list];
        }
        return new(create(name, attributes), scope, Numbers(text[(open + 1)..^1]));
    }

    static int[] Numbers(string text) =>
        [.. Split(text, ',').Select(s => int.Parse(s, NumberStyles.None, CultureInfo.InvariantCulture))];

    // The parts of a text between separators that stand outside brackets and quotes, without the blanks around them.
    static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        for (int start = 0; ;)
        {
            int end = Find(text, separator, start);
            string part = (end < 0 ? text[start..] : text[start..end]).Trim(' ');
            if (parts.Count > 0 || end >= 0 || part.Length > 0) parts.Add(part);
            if (end < 0) return parts;
            start = end + 1;
        }
    }

    // Where a character first stands outside brackets and quotes.
    static int Find(string text, char sought, int start = 0)
    {
        int depth = 0;
        for (int i = start; i < text.Length; i++)
        {
            char c = text[i];
            if (depth == 0 && c == sought) return i;
            if (c == '"') i = EndOfQuote(text, i);
            else if (c is '(' or '[' or '{') depth++;
            else if (c is ')' or ']' or '}') depth--;
        }
        return -1;
    }

    // Where a quotation ends that starts there; past the text where it does not.
    static int EndOfQuote(string text, int start)
    {
        int i = start + 1;
        while (i < text.Length && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
        return i;
    }

    // How deep braces stand in each other; −1 where they are not balanced.
    static int Depth(string text)
    {
        int depth = 0, deepest = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '{') deepest = Math.Max(deepest, ++depth);
            else if (text[i] == '}' && --depth < 0) return -1;
            else if (text[i] == '"') i = EndOfQuote(text, i);
        }
        return depth == 0 ? deepest : -1;
    }

    // As it is where Find passes over it whole.
    static string Guard(string value)
    {
        if (value.Length == 0 || value[0] is '"' or ' ' || value[^1] == ' ') return Quote(value);
        var open = new Stack<char>();
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (c == '"')
            {
                i = EndOfQuote(value, i);
                if (i >= value.Length) return Quote(value);
            }
            else if (c is '(' or '[' or '{') open.Push(c == '(' ? ')' : c == '[' ? ']' : '}');
            else if (c is ')' or ']' or '}' && (!open.TryPop(out char close) || close != c) || c is ',' or ';' or '@' && open.Count == 0)
                return Quote(value);
        }
        return open.Count == 0 ? value : Quote(value);
    }

    static string Quote(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    static string Unquote(string text)
    {
        if (text is not ['"', .., '"']) throw new FormatException("a quotation does not end");
        var plain = new StringBuilder();
        for (int i = 1; i < text.Length - 1; i++) plain.Append(text[i] == '\\' ? text[++i] : text[i]);
        return plain.ToString();
    }
}
