using System.Globalization;
using System.Text.RegularExpressions;
using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;
using Fovea.Tests.Architecture;
using Xunit;

namespace Fovea.Tests.Conformance;

/// <summary>
/// Samples with one thing wrong: a size, an axis more or less, a number of an attribute. An operator refuses them by name, or takes them;
/// and what the shape rule takes the reference kernel computes.
/// </summary>
public sealed partial class RefusalTests
{
    // So many samples of an operator, spread over all of them.
    const int Most = 6;
    const long MostElements = 20_000, MostMultiplyAdds = 200_000;

    public static TheoryData<string> Names => [.. OpCatalog.All.Select(op => op.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_not_refused_can_be_computed(string name) =>
        Findings.None("An operator takes what it cannot compute, or refuses without saying why:", Faults(Named(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Operators_are_equal_where_their_attributes_are(string name) =>
        Findings.None("Operators and their attributes differ:", Unequal(Named(name)));

    static Op Named(string name) => OpCatalog.All.Single(op => op.Name == name);

    /// <summary>Pairs of samples' operators whose equality is not that of their attributes, each attribute alone changed too.</summary>
    internal static IEnumerable<string> Unequal(Op prototype)
    {
        Op[] ops = [.. prototype.Samples().Select(s => s.Op).SelectMany(op => Changed(prototype, op).Prepend(op)).Distinct().Take(200)];
        foreach (var a in ops)
        {
            foreach (var b in ops)
            {
                var same = Attributes.Of(a).SequenceEqual(Attributes.Of(b));
                if (a.Equals(b) != same || (same && a.GetHashCode() != b.GetHashCode()))
                {
                    yield return $"{a} and {b}";
                }
            }
        }
    }

    /// <summary>What goes wrong with samples that are.</summary>
    internal static IEnumerable<string> Faults(Op prototype)
    {
        Sample[] samples = [.. prototype.Samples()];
        var step = Math.Max(1, samples.Length / Most);
        foreach (var sample in samples.Where((_, i) => i % step == 0).Take(Most + 1))
        {
            TensorType[] types = [.. sample.Inputs.Select(i => i.Type)];
            foreach (var op in Changed(prototype, sample.Op))
            {
                if (Fault(op, sample, types) is { } fault)
                {
                    yield return fault;
                }
            }

            for (var i = 0; i < types.Length; i++)
            {
                foreach (var other in Others(types[i].Shape))
                {
                    TensorType[] changed = [.. types];
                    changed[i] = types[i] with { Shape = other };
                    if (Fault(sample.Op, sample, changed) is { } fault)
                    {
                        yield return fault;
                    }
                }
            }
        }
    }

    static string? Fault(Op op, Sample sample, TensorType[] types)
    {
        // Integers are drawn for the sizes of the sample; what they point to and is not there is found when it is read.
        var isTaken = false;
        try
        {
            var outputs = op.Infer(Inputs.Of(op, types));
            isTaken = true;
            if (types.Concat(outputs).Sum(t => t.Shape.Count.Value) > MostElements
                || op.Cost(Inputs.Of(op, types), outputs).MultiplyAdds.Value > MostMultiplyAdds)
            {
                return null;
            }

            SampleInput[] inputs = [.. sample.Inputs.Select((input, i) => input with { Type = types[i] })];
            var @case = new ConformanceCase(new ConformanceLog(op.Name), op, new Sample(op, inputs), 0);
            _ = @case.Reference;
            return null;
        }
        catch (ShapeMismatchException e) when (e.Message.StartsWith(op.Name, StringComparison.Ordinal))
        {
            return null;
        }
        catch (Exception e) when (isTaken && e is IndexOutOfRangeException or ArgumentException
            && sample.Inputs.Any(i => i.Values == SampleValues.Integers))
        {
            return null;
        }
        catch (Exception e)
        {
            var what = string.Join(", ", types.Select(t => t.ToString()));
            return $"{op} of {what}: {e.GetType().Name}: {e.Message.Split('\n')[0]}";
        }
    }

    /// <summary>One size more, less, or none; an axis more or less.</summary>
    static IEnumerable<Shape> Others(Shape shape)
    {
        for (var axis = 0; axis < shape.Rank; axis++)
        {
            var size = shape[axis].Value;
            yield return shape.With(axis, size + 1);
            if (size > 1)
            {
                yield return shape.With(axis, size - 1);
            }

            yield return shape.With(axis, 0);
        }

        yield return Shape.Concat(shape, [2]);
        if (shape.Rank > 0)
        {
            yield return shape.Slice(0, shape.Rank - 1);
        }
    }

    /// <summary>The operator with one number of one attribute replaced by its neighbours, by −1 and by 0; those that can be read.</summary>
    static IEnumerable<Op> Changed(Op prototype, Op op)
    {
        var attributes = Attributes.Of(op);
        for (var a = 0; a < attributes.Count; a++)
        {
            foreach (Match number in Number().Matches(attributes[a].Value))
            {
                foreach (var other in Neighbours(number.Value))
                {
                    var list = attributes.ToList();
                    var text = list[a].Value.Remove(number.Index, number.Length).Insert(number.Index, other);
                    list[a] = new(list[a].Key, text);
                    if (Read(prototype, list) is { } changed)
                    {
                        yield return changed;
                    }
                }
            }

            if (bool.TryParse(attributes[a].Value, out var truth))
            {
                var list = attributes.ToList();
                list[a] = new(list[a].Key, truth ? "false" : "true");
                yield return Attributes.Read(prototype, list);
            }
        }
    }

    static IEnumerable<string> Neighbours(string number) => long.TryParse(number, NumberStyles.AllowLeadingSign,
        CultureInfo.InvariantCulture, out var value) && Math.Abs(value) < int.MaxValue
        ? ((IEnumerable<long>)[value + 1, value - 1, -1, 0]).Where(v => v != value).Distinct()
            .Select(v => v.ToString(CultureInfo.InvariantCulture)) : [];

    static Op? Read(Op prototype, List<KeyValuePair<string, string>> attributes)
    {
        try
        {
            return Attributes.Read(prototype, attributes);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"(?<![\w.])-?\d+(?![\w.])")]
    private static partial Regex Number();
}
