using System.Globalization;
using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea;

/// <summary>Attributes, and the shape rule with numbers and with symbols.</summary>
static class ConformanceShapes
{
    const string Symbol = "S";

    public static void Attributes(ConformanceCase c)
    {
        var text = Graphs.Attributes.Of(c.Op);
        Same(c, "read from its text", Graphs.Attributes.Read(c.Prototype, text));
        Same(c, "read in the opposite order", Graphs.Attributes.Read(c.Prototype, text.Reverse()));
        Same(c, "read over itself", Graphs.Attributes.Read(c.Op, []));
        Same(c, "with no size replaced", c.Op.Substitute(new Dictionary<string, Dim>()));
        if (text.Select(p => p.Key).Distinct(StringComparer.Ordinal).Count() != text.Count) c.Fail($"two attributes of one name: {c.Op}.");
        try
        {
            Graphs.Attributes.Read(c.Prototype, [.. text, new("an attribute that no operator has", "1")]);
            c.Fail("an attribute that it does not have is not refused.");
        }
        catch (FormatException) { }
        c.Count();
    }

    static void Same(ConformanceCase c, string how, Op read)
    {
        if (!read.Equals(c.Op)) c.Fail($"{how} it is {read}.");
        else if (read.GetHashCode() != c.Op.GetHashCode()) c.Fail($"{how} it is equal, but its hash code is not.");
        else if (!Graphs.Attributes.Of(read).SequenceEqual(Graphs.Attributes.Of(c.Op))) c.Fail($"{how} it is written differently: {read}.");
    }

    /// <summary>
    /// Memory around the outputs stays as it was, and every element is written: two runs over different dirt agree. What the operator
    /// decomposes into has the same types.
    /// </summary>
    public static void Shapes(ConformanceCase c)
    {
        var types = c.Infer();
        if (c.Op.Reinterprets)
        {
            var (from, to) = (c.Types[0], types[0]);
            if (types.Length != 1 || from.Element != to.Element || from.Shape.Count != to.Shape.Count)
                c.Fail($"it reinterprets {from} as {to}.");
        }
        foreach (var kernel in c.Kernels(c.Values))
        {
            var first = KernelHarness.Run(kernel, c.Op, c.Values);
            var second = KernelHarness.Run(kernel, c.Op, new KernelRun { Dirt = 0x5A }, c.Values);
            for (int i = 0; i < types.Length; i++)
                if (ConformanceCase.BitDifference(first[i], second[i]) is { } difference)
                    c.Fail($"output {i} of {kernel.Name} depends on what memory held before "
                        + $"(is {types[i].Shape} its size?): {difference}.");
        }
        if (c.Decomposed(c.Types) is { } decomposed && !decomposed.SequenceEqual(types))
            c.Fail($"it decomposes into {string.Join(", ", decomposed.Select(t => t.ToString()))}, "
                + $"but infers {string.Join(", ", types.Select(t => t.ToString()))}.");
        var computed = c.Compiled(c.Values).Run(c.Values);
        if (computed.Length != types.Length) c.Fail($"it infers {types.Length} outputs, and {computed.Length} are computed.");
        for (int i = 0; i < computed.Length; i++)
            if (computed[i].Type != types[i]) c.Fail($"output {i} is {computed[i].Type}, inferred {types[i]}.");
        c.Count();
    }

    /// <summary>Any one axis of any input, and axis 0 of all inputs of one batch, as a symbol.</summary>
    public static void Symbols(ConformanceCase c)
    {
        var variants = new List<(int Input, int Axis)[]>();
        for (int i = 0; i < c.Types.Length; i++)
            for (int axis = 0; axis < c.Types[i].Rank; axis++) variants.Add([(i, axis)]);
        variants.AddRange(Enumerable.Range(0, c.Types.Length).Where(i => c.Types[i].Rank > 0).GroupBy(i => c.Types[i].Shape[0])
            .Where(g => g.Count() > 1).Select(g => g.Select(i => (i, 0)).ToArray()));
        var known = c.Infer();
        foreach (var variant in variants)
        {
            long size = c.Types[variant[0].Input].Shape[variant[0].Axis].Value;
            if (size < 1) continue;
            var constraints = new Constraints();
            TensorType[] symbolic;
            try
            {
                symbolic = c.Infer(Replace(c.Types, variant, Dim.Symbol(Symbol)), constraints);
            }
            catch (Exception e) when (e is ShapeMismatchException or InvalidOperationException)
            {
                continue;       // the rule needs the number
            }
            Compare(c, variant, size, symbolic, constraints, known);
            if (TryInfer(c, Replace(c.Types, variant, size + 1)) is { } grown) Compare(c, variant, size + 1, symbolic, constraints, grown);
            c.Count();
        }
    }

    static void Compare(ConformanceCase c, (int Input, int Axis)[] variant, long size, TensorType[] symbolic, Constraints constraints,
        TensorType[] known)
    {
        var sizes = new SymbolSizes { [Symbol] = size };
        string where = string.Create(CultureInfo.InvariantCulture,
            $"with {Symbol} = {size} for {string.Join(", ", variant.Select(v => $"axis {v.Axis} of input {v.Input}"))}");
        try
        {
            constraints.Check(sizes);
        }
        catch (ShapeMismatchException e)
        {
            // A size of 1 stretches; a symbol does not, whatever it is bound to: that is the rule of broadcasting.
            if (size > 1) c.Fail($"{where} the shape rule takes the number, but refuses the symbol: {e.Message}");
            return;
        }
        for (int i = 0; i < known.Length; i++)
            if (symbolic[i].Element != known[i].Element || symbolic[i].Shape.Bind(sizes) != known[i].Shape.ToDims())
                c.Fail($"{where} output {i} is {symbolic[i]}, that is {symbolic[i].Shape.Bind(sizes)}; "
                    + $"inferred with the number {known[i]}.");
    }

    /// <summary>The types with axes replaced.</summary>
    public static TensorType[] Replace(TensorType[] types, IEnumerable<(int Input, int Axis)> axes, Dim size)
    {
        var result = types.ToArray();
        foreach (var (input, axis) in axes) result[input] = result[input] with { Shape = result[input].Shape.With(axis, size) };
        return result;
    }

    /// <summary>The outputs' types, or null where the rule refuses the inputs.</summary>
    public static TensorType[]? TryInfer(ConformanceCase c, TensorType[] types)
    {
        try
        {
            return c.Infer(types);
        }
        catch (ShapeMismatchException)
        {
            return null;
        }
    }
}
