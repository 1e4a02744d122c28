using System.Globalization;
using System.Runtime.CompilerServices;
using Fovea.Tensors;

namespace Fovea.Graphs;

/// <summary>
/// One walk over an operator's attributes that writes them, reads them, or substitutes sizes in them.
/// The attribute's name is the argument's own text; names are part of the file format.
/// </summary>
public sealed class Attributes
{
    enum Purpose { Write, Read, Substitute }

    readonly Purpose _purpose;
    readonly List<KeyValuePair<string, string>> _list;
    readonly IReadOnlyDictionary<string, Dim>? _replacements;

    Attributes(Purpose purpose, List<KeyValuePair<string, string>> list, IReadOnlyDictionary<string, Dim>? replacements = null)
    {
        _purpose = purpose;
        _list = list;
        _replacements = replacements;
    }

    /// <summary>The attributes of an operator as text, in the order of the codec.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(Op op)
    {
        var attributes = new Attributes(Purpose.Write, []);
        op.Code(attributes);
        return attributes._list;
    }

    /// <summary>An operator from text; attributes that are absent keep the prototype's value.</summary>
    /// <exception cref="FormatException">An attribute is unknown, or its text is not of its type.</exception>
    public static Op Read(Op prototype, IEnumerable<KeyValuePair<string, string>> values)
    {
        var attributes = new Attributes(Purpose.Read, [.. values]);
        var op = prototype.Code(attributes);
        return attributes._list.Count == 0 ? op
            : throw new FormatException($"{prototype.Name} has no attribute \"{attributes._list[0].Key}\".");
    }

    internal static Op Substitute(Op op, IReadOnlyDictionary<string, Dim> replacements) =>
        op.Code(new Attributes(Purpose.Substitute, [], replacements));

    internal static string Text(Op op)
    {
        var list = Of(op);
        return list.Count == 0 ? op.Name : $"{op.Name}({string.Join(", ", list.Select(p => $"{p.Key}={p.Value}"))})";
    }

    T Pass<T>(T value, string name, Func<T, string> write, Func<string, T> parse)
    {
        if (_purpose == Purpose.Substitute) return value;
        if (name.LastIndexOf('.') is var dot and >= 0) name = name[(dot + 1)..];
        if (_purpose == Purpose.Write)
        {
            _list.Add(new(name, write(value)));
            return value;
        }
        int index = _list.FindIndex(p => p.Key == name);
        if (index < 0) return value;
        string text = _list[index].Value;
        _list.RemoveAt(index);
        try
        {
            return parse(text);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new FormatException($"Attribute {name} = \"{text}\" is no {typeof(T).Name}.", e);
        }
    }

    /// <summary>An integer.</summary>
    public int Value(int value, [CallerArgumentExpression(nameof(value))] string name = "") => Pass(value, name,
        v => v.ToString(CultureInfo.InvariantCulture), s => int.Parse(s, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));

    /// <summary>An integer of 64 bits.</summary>
    public long Value(long value, [CallerArgumentExpression(nameof(value))] string name = "") => Pass(value, name,
        v => v.ToString(CultureInfo.InvariantCulture), s => long.Parse(s, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));

    /// <summary>An unsigned integer of 64 bits (seeds, streams).</summary>
    public ulong Value(ulong value, [CallerArgumentExpression(nameof(value))] string name = "") => Pass(value, name,
        v => v.ToString(CultureInfo.InvariantCulture), s => ulong.Parse(s, NumberStyles.None, CultureInfo.InvariantCulture));

    /// <summary>A truth value.</summary>
    public bool Value(bool value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Pass(value, name, v => v ? "true" : "false", bool.Parse);

    /// <summary>A float, exact to its bits.</summary>
    public float Value(float value, [CallerArgumentExpression(nameof(value))] string name = "") => Pass(value, name,
        v => v.ToString("R", CultureInfo.InvariantCulture), s => float.Parse(s, NumberStyles.Float, CultureInfo.InvariantCulture));

    /// <summary>A double, exact to its bits.</summary>
    public double Value(double value, [CallerArgumentExpression(nameof(value))] string name = "") => Pass(value, name,
        v => v.ToString("R", CultureInfo.InvariantCulture), s => double.Parse(s, NumberStyles.Float, CultureInfo.InvariantCulture));

    /// <summary>Text.</summary>
    public string Value(string value, [CallerArgumentExpression(nameof(value))] string name = "") => Pass(value, name, v => v, s => s);

    /// <summary>A list of integers.</summary>
    public Dims Value(Dims value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Pass(value, name, v => v.ToString(), Dims.Parse);

    /// <summary>A list of numbers, exact to their bits.</summary>
    public Reals Value(Reals value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Pass(value, name, v => v.ToString(), Reals.Parse);

    /// <summary>A list of sizes, which may be symbolic.</summary>
    public Shape Value(Shape value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        _purpose == Purpose.Substitute ? value.Substitute(_replacements!) : Pass(value, name, v => v.ToString(), Shape.Parse);

    /// <summary>A size, which may be symbolic.</summary>
    public Dim Value(Dim value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        _purpose == Purpose.Substitute ? value.Substitute(_replacements!) : Pass(value, name, v => v.ToString(), Dim.Parse);

    /// <summary>A body.</summary>
    internal Region Value(Region value, Func<string, Region> read, [CallerArgumentExpression(nameof(value))] string name = "") =>
        _purpose == Purpose.Substitute ? value.Substitute(_replacements!) : Pass(value, name, v => v.ToString(), read);

    /// <summary>One of an enumeration, by name.</summary>
    public T Value<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "") where T : struct, Enum =>
        Pass(value, name, v => v.ToString(), ParseEnum<T>);

    // Enum.Parse alone would take numbers, and lists of names whose bits it joins to a value that has no name.
    static T ParseEnum<T>(string text) where T : struct, Enum =>
        Enum.TryParse(text, out T value) && Enum.GetName(value) == text ? value : throw new FormatException();
}
