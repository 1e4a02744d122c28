using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Graphs;

/// <summary>
/// The types of an operator's inputs, with what a shape rule needs: the constraints of the trace, and errors that say where.
/// </summary>
public readonly ref struct Inputs
{
    readonly ReadOnlySpan<TensorType> _types;
    readonly Op _op;
    readonly Constraints? _constraints;

    internal Inputs(Op op, ReadOnlySpan<TensorType> types, Constraints? constraints)
    {
        _op = op;
        _types = types;
        _constraints = constraints;
    }

    /// <summary>Types outside any trace (tests, tools).</summary>
    public static Inputs Of(Op op, params TensorType[] types) => new(op, types, null);

    /// <summary>How many inputs.</summary>
    public int Count => _types.Length;

    /// <summary>The type of one input.</summary>
    public TensorType this[int index] => _types[index];

    /// <summary>The error of a shape rule: the operator, where in the model it stands, then <paramref name="message"/>.</summary>
    public ShapeMismatchException Fail(string message)
    {
        string where = Scope.Path is { Length: > 0 } path ? $" \"{path}\"" : "";
        return new($"{_op.Name}{where} {message}");
    }

    /// <summary>Checks how many inputs there are.</summary>
    public void RequireCount(int least, int most)
    {
        if (Count < least || Count > most)
            throw Fail(least == most ? $"takes {least} inputs, not {Count}." : $"takes {least} to {most} inputs, not {Count}.");
    }

    /// <summary>Checks that an input is of a floating type.</summary>
    public void RequireFloating(int index)
    {
        if (!_types[index].Element.IsFloating()) throw Fail($"takes floating numbers, not {_types[index].Element}: Cast the input first.");
    }

    /// <summary>Checks that a size that an attribute names is none below 0.</summary>
    public void RequireSize(Dim size, string what)
    {
        if (size.IsKnown && size.Value < 0) throw Fail($"has {what} of {size}: at least 0.");
    }

    /// <summary>Checks that every input has the element type of the first.</summary>
    public void RequireSameElement()
    {
        for (int i = 1; i < Count; i++)
            if (_types[i].Element != _types[0].Element)
                throw Fail($"takes inputs of one element type, not {_types[0].Element} and {_types[i].Element}: Cast one of them.");
    }

    /// <summary>
    /// True when two sizes are equal, or may be (the equality is then recorded and checked when sizes are bound); false when they never
    /// are.
    /// </summary>
    public bool AreEqual(Dim a, Dim b)
    {
        if (a == b) return true;
        if ((a - b).IsNeverZero) return false;
        _constraints?.Add(a, b, Scope.Path is { Length: > 0 } path ? $"{_op.Name} \"{path}\"" : _op.Name);
        return true;
    }

    /// <summary>Numpy's broadcasting of two shapes: aligned at the last axis, size 1 stretches.</summary>
    public Shape Broadcast(Shape a, Shape b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        var dims = new Dim[rank];
        for (int i = 1; i <= rank; i++)
        {
            Dim x = i <= a.Rank ? a[-i] : 1, y = i <= b.Rank ? b[-i] : 1;
            if (x == 1) dims[^i] = y;
            else if (y == 1 || AreEqual(x, y)) dims[^i] = x;
            else throw Fail($"cannot broadcast {a} with {b}: sizes {x} and {y} differ (axes align at the end; only 1 stretches).");
        }
        return new(dims);
    }
}

/// <summary>Equalities that tracing could not decide; checked when sizes are bound.</summary>
public sealed class Constraints
{
    readonly List<(Dim A, Dim B, string Where)> _list = [];
    readonly HashSet<(Dim A, Dim B, string Where)> _known = [];

    internal void Add(Dim a, Dim b, string where)
    {
        if (_known.Add((a, b, where))) _list.Add((a, b, where));
    }

    /// <summary>How many there are.</summary>
    public int Count => _list.Count;

    /// <summary>The sizes that must be equal.</summary>
    internal IEnumerable<(Dim A, Dim B)> Pairs => _list.Select(c => (c.A, c.B));

    /// <summary>Checks every equality.</summary>
    /// <exception cref="ShapeMismatchException">One does not hold; the message names it.</exception>
    public void Check(SymbolSizes sizes)
    {
        foreach (var (a, b, where) in _list)
            if (a.Bind(sizes) != b.Bind(sizes))
                throw new ShapeMismatchException($"{where} needs {a} = {b}, but here they are {a.Bind(sizes)} and {b.Bind(sizes)}.");
    }
}
