using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Tests.Documentation;

/// <summary>What an operator's own rules say of it, asked on its samples.</summary>
internal sealed class OperatorDescription
{
    const int ShownOperators = 6;

    internal OperatorDescription(Op op)
    {
        Op = op;
        var log = new ConformanceLog(op.Name);
        ConformanceCase[] cases = [.. op.Samples().Select((sample, index) => new ConformanceCase(log, op, sample, index))];
        Samples = cases.Length;
        Differentiated = [.. cases.Where(c => c.Sample.NotDifferentiable is null)];
        GradientCases = Differentiated.Length + Differentiated.Count(c => c.Sample.NotTwiceDifferentiable is null);
        Gradient = DescribeGradient(cases);
        Field = DescribeField(cases);
    }

    internal Op Op { get; }

    internal int Samples { get; }

    /// <summary>Finite differences: samples, once and twice.</summary>
    internal int GradientCases { get; }

    internal string Gradient { get; }

    internal string Field { get; }

    internal string Formula => Op switch
    {
        Unary unary => $"y = {unary.Row.Formula}",
        Binary binary => $"z = {binary.Row.Formula}",
        _ => XmlDocs.Type(Op.GetType()),
    };

    internal string Parameters => string.Join(", ", Attributes.Of(Op).Select(attribute => attribute.Key));

    ConformanceCase[] Differentiated { get; }

    string DescribeGradient(ConformanceCase[] cases)
    {
        if (Differentiated.Length == 0)
        {
            return $"none: {cases[0].Sample.NotDifferentiable}";
        }

        var names = new SortedSet<string>(StringComparer.Ordinal);
        var decomposes = false;
        foreach (var @case in Differentiated)
        {
            names.UnionWith(GradientOperators(@case, ref decomposes));
        }

        var shown = names.Count == 0 ? "the gradient itself" : string.Join(", ", names.Take(ShownOperators))
            + (names.Count > ShownOperators ? $" and {names.Count - ShownOperators} more" : "");
        var once = Differentiated.All(c => c.Sample.NotTwiceDifferentiable is not null)
            ? $"; once: {Differentiated[0].Sample.NotTwiceDifferentiable}" : "";
        return (decomposes ? "that of its decomposition" : shown) + once;
    }

    /// <summary>The operators of the graph that the rule writes.</summary>
    static IEnumerable<string> GradientOperators(ConformanceCase @case, ref bool decomposes)
    {
        Tensor[] inputs = [.. @case.Values.Select(v => v.ToTensor())];
        foreach (var input in inputs.Where(i => i.ElementType.IsFloating()))
        {
            input.Watch();
        }

        var outputs = Tensor.ApplyAll(@case.Op, inputs);
        Tensor?[] seeds = [.. outputs.Select(o => o.ElementType.IsFloating()
            ? TestValue.From(o.ElementType, o.Shape.ToDims(), new double[o.Shape.Count.Value]).ToTensor() : null)];
        var through = false;
        var context = new GradientContext(outputs[0].Node!, seeds, [.. inputs.Select(i => i.ElementType.IsFloating())], (_, _, x) =>
        {
            through = true;
            return new Tensor?[x.Count];
        });
        var gradients = @case.Op.Gradient(context);
        decomposes |= through;
        HashSet<Tensor> ends = [.. inputs, .. outputs, .. seeds.OfType<Tensor>()];
        return VectorCounts.Names(Walk.Order(gradients.OfType<Tensor>().Where(g => !ends.Contains(g)), throughValues: false, ends));
    }

    static string DescribeField(ConformanceCase[] cases)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var @case in cases.Where(c => c.Types.Length > 0 && c.Types[0].Rank > 2))
        {
            ReceptiveField?[] fields = [.. @case.Types.Select(t => t.Rank > 2 ? ReceptiveField.Pixels(t.Rank - 2) : null)];
            var field = @case.Op.Field(fields, new Inputs(@case.Op, @case.Types, null));
            found.Add(field is null ? "unknown" : field.Axes.SequenceEqual(fields[0]!.Axes) ? "unchanged" : "known");
        }

        // Windows of one pixel change nothing, whatever the operator.
        return found.Contains("known") ? "known" : found.Count == 0 ? "no spatial axes" : string.Join(" or ", found);
    }
}
