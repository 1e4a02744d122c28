using System.Globalization;
using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea;

/// <summary>The same bits in any batch and on any number of threads.</summary>
static class ConformanceBatches
{
    const int Large = 64, LargestBatch = 1 << 17;

    // What the reference kernel does in a fraction of a second.
    const long MostElements = 400_000, MostMultiplyAdds = 4_000_000;

    /// <summary>The engine on 1, 2, 3 and 5 threads: on a large batch where there is one, so that there is work to share out.</summary>
    public static void Threads(ConformanceCase c)
    {
        var inputs = Batched(c) is { } batched && Grow(c, batched) is { } grown ? grown : c.Values;
        var function = c.Compiled(inputs);
        var alone = function.Run(inputs, 1);
        foreach (int threads in (int[])[2, 3, 5])
        {
            var together = function.Run(inputs, threads);
            for (int i = 0; i < alone.Length; i++)
                if (ConformanceCase.BitDifference(together[i], alone[i]) is { } difference)
                    c.Fail(string.Create(CultureInfo.InvariantCulture, $"output {i} on {threads} threads and on 1 differ: {difference}."));
        }
        c.Count();
    }

    /// <summary>
    /// Every kernel on a batch so large that its work falls into several pieces, where that is not too much for the reference kernel.
    /// </summary>
    public static void Pieces(ConformanceCase c)
    {
        if (Batched(c) is not { } batched) return;
        // An odd batch: the last piece is none of the others'.
        for (int batch = 67; batch < LargestBatch; batch = 2 * batch + 1)
        {
            var types = ConformanceShapes.Replace(c.Types, Axes(batched), batch);
            if (ConformanceShapes.TryInfer(c, types) is not { } outputs
                || types.Concat(outputs).Sum(t => t.Shape.Count.Value) > MostElements
                || c.Op.Cost(new Inputs(c.Op, types, null), outputs).MultiplyAdds.Value > MostMultiplyAdds) return;
            if (ConformanceKernels.Pieces(c, types) < 2) continue;
            ConformanceKernels.Large(c, Grow(c, batched, batch)!, string.Create(CultureInfo.InvariantCulture, $"in a batch of {batch}"));
            return;
        }
    }

    /// <summary>Some entries of a batch of 64, alone and seven together.</summary>
    public static void Batch(ConformanceCase c)
    {
        if (Batched(c) is not { } batched) return;
        if (c.Sample.MixesBatch is { } why)
        {
            c.Note(why);
            return;
        }
        if (Grow(c, batched) is not { } inputs) return;
        None(c, batched, inputs);
        var types = c.Infer([.. inputs.Select(i => i.Type)]);
        var whole = c.Compiled(inputs).Run(inputs);
        ValueFunction? single = null;
        foreach (var (start, count) in ((int, int)[])[(0, 1), (1, 1), (Large / 2 - 1, 1), (Large - 1, 1), (Large / 4, 7)])
        {
            SampleValue[] part = [.. inputs.Select((v, i) => batched[i] ? v.Rows(start, count) : v)];
            var function = count == 1 ? single ??= c.Compiled(part) : c.Compiled(part);
            var outputs = function.Run(part);
            for (int i = 0; i < outputs.Length; i++)
            {
                if (types[i].Rank == 0 || types[i].Shape[0] != Large || outputs[i].Sizes[0] != count) continue;
                if (ConformanceCase.BitDifference(outputs[i], whole[i].Rows(start, count)) is { } difference)
                    c.Fail(string.Create(CultureInfo.InvariantCulture,
                        $"output {i} of entries {start} to {start + count - 1}, "
                        + $"computed as a batch of {count} and in one of {Large}: {difference}."));
            }
        }
        c.Count();
    }

    static void None(ConformanceCase c, bool[] batched, SampleValue[] inputs)
    {
        SampleValue[] none = [.. inputs.Select((v, i) => batched[i] ? v.Rows(0, 0) : v)];
        if (ConformanceShapes.TryInfer(c, [.. none.Select(n => n.Type)]) is null) return;
        var output = c.Compiled(none).Run(none)[0];
        if (output.Sizes[0] != 0) c.Fail($"a batch of none gives {output.Type}.");
    }

    /// <summary>
    /// The inputs whose axis 0 is the batch, found by the shape rule: with a symbol for each, those whose symbol is the first output's
    /// size, or must equal it. Null where axis 0 of the output is no batch.
    /// </summary>
    static bool[]? Batched(ConformanceCase c)
    {
        var symbols = new Dim?[c.Types.Length];
        var types = c.Types.ToArray();
        for (int i = 0; i < types.Length; i++)
        {
            if (types[i].Rank == 0) continue;
            symbols[i] = Dim.Symbol(string.Create(CultureInfo.InvariantCulture, $"N{i}"));
            types[i] = types[i] with { Shape = types[i].Shape.With(0, symbols[i]!.Value) };
        }
        var constraints = new Constraints();
        TensorType output;
        try
        {
            output = c.Infer(types, constraints)[0];
        }
        catch (Exception e) when (e is ShapeMismatchException or InvalidOperationException)
        {
            return Alike(c);
        }
        if (output.Rank == 0) return null;
        // Every size that must equal the output's, step by step.
        var equal = new HashSet<Dim> { output.Shape[0] };
        bool more = true;
        while (more)
        {
            more = false;
            foreach (var (a, b) in constraints.Pairs)
                if (equal.Contains(a) != equal.Contains(b)) more |= equal.Add(a) | equal.Add(b);
        }
        if (equal.Any(d => d.IsKnown)) return null;
        bool[] batched = [.. symbols.Select(s => s is { } symbol && equal.Contains(symbol))];
        return batched.Contains(true) ? batched : null;
    }

    /// <summary>Where the rule needs numbers for some: all inputs of the first one's size share a symbol.</summary>
    static bool[]? Alike(ConformanceCase c)
    {
        if (c.Types.Length == 0 || c.Types[0].Rank == 0) return null;
        var size = c.Types[0].Shape[0];
        bool[] batched = [.. c.Types.Select(t => t.Rank > 0 && t.Shape[0] == size)];
        var symbol = Dim.Symbol("N");
        try
        {
            var output = c.Infer(ConformanceShapes.Replace(c.Types, Axes(batched), symbol))[0];
            return output.Rank > 0 && output.Shape[0] == symbol ? batched : null;
        }
        catch (Exception e) when (e is ShapeMismatchException or InvalidOperationException)
        {
            return null;
        }
    }

    static IEnumerable<(int, int)> Axes(bool[] batched) => Enumerable.Range(0, batched.Length).Where(i => batched[i]).Select(i => (i, 0));

    /// <summary>The sample's inputs with a large batch, of the same kinds of numbers; null where the shape rule refuses it.</summary>
    static SampleValue[]? Grow(ConformanceCase c, bool[] batched, int batch = Large)
    {
        var types = ConformanceShapes.Replace(c.Types, Axes(batched), batch);
        if (ConformanceShapes.TryInfer(c, types) is null) return null;
        return [.. c.Sample.Inputs.Select((input, i) =>
            batched[i] ? SampleValue.Draw(input with { Type = types[i] }, c.Seed(i)) : c.Values[i])];
    }
}
