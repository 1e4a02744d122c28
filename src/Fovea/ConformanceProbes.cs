using System.Globalization;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// What an operator says of itself, found out from outside: its cost by counting, its receptive field by touching pixels.
/// </summary>
static class ConformanceProbes
{
    /// <summary>
    /// A product of two inputs (doubling either doubles the output) of ones counts its own multiply-adds: each adds 1 to one output. Taps
    /// that fall on padding cost, as the field counts them, but add nothing: with padding the count is at most the cost.
    /// </summary>
    public static void Cost(ConformanceCase c)
    {
        var outputs = c.Infer();
        var cost = c.Op.Cost(new Inputs(c.Op, c.Types, null), outputs);
        long read = c.Types.Sum(t => t.Shape.Count.Value * t.Element.Size()),
            written = outputs.Sum(t => t.Shape.Count.Value * t.Element.Size());
        if (cost.BytesRead != read || cost.BytesWritten != written)
            c.Fail($"bytes read {cost.BytesRead}, written {cost.BytesWritten}; the inputs have {read}, the outputs {written}.");
        if (cost.MultiplyAdds == 0 || outputs.Length != 1 || c.Types.Length < 2) return;
        if (c.Types[0].Element != ElementType.Float32 || c.Types[1].Element != ElementType.Float32) return;


        SampleValue[] inputs =
            [.. c.Values.Select((v, i) => i < 2 || !v.Element.IsFloating() ? v : v with { Bytes = new byte[v.Bytes.Length] })];
        double[] plain = Run(1, 1), first = Run(2, 1), second = Run(1, 2);
        for (int i = 0; i < plain.Length; i++)
            if (first[i] != 2 * plain[i] || second[i] != 2 * plain[i]) return;

        // One weight alone meets each output at most once: that shows by what a product is scaled. Only plain ones count themselves.
        var ones = inputs.ToArray();
        ones[0] = SampleValue.Fill(inputs[0].Sizes, _ => 1f);
        ones[1] = SampleValue.Fill(inputs[1].Sizes, i => i == inputs[1].Sizes.Product() / 2 ? 1f : 0f);
        if (c.ReferenceOf(ones)[0].Numbers().Max(Math.Abs) != 1) return;
        ones[1] = SampleValue.Fill(inputs[1].Sizes, _ => 1f);
        double counted = c.ReferenceOf(ones)[0].Numbers().Sum();
        bool padded =
            Attributes.Of(c.Op).Any(a => a.Key.StartsWith("Pad", StringComparison.Ordinal) && a.Value.AsSpan().ContainsAnyExcept("0x"));
        if (padded ? counted > cost.MultiplyAdds.Value : counted != cost.MultiplyAdds.Value)
            c.Fail(string.Create(CultureInfo.InvariantCulture, $"it costs {cost.MultiplyAdds} multiply-adds; counted {counted}."));
        c.Count();

        double[] Run(double a, double b)
        {
            var scaled = inputs.ToArray();
            scaled[0] = Scale(scaled[0], a);
            scaled[1] = Scale(scaled[1], b);
            return c.ReferenceOf(scaled)[0].Numbers();
        }
    }

    static SampleValue Scale(SampleValue value, double factor) =>
        SampleValue.From(value.Element, value.Sizes, [.. value.Numbers().Select(v => v * factor)]);

    /// <summary>For each input with spatial axes: which of its pixels change which outputs.</summary>
    public static void Field(ConformanceCase c)
    {
        var output = c.Infer()[0];
        if (output.Rank < 3) return;
        ValueFunction? function = null;
        foreach (int input in c.Floating)
        {
            if (c.Types[input].Rank != output.Rank) continue;
            var fields = new ReceptiveField?[c.Types.Length];
            fields[input] = ReceptiveField.Pixels(output.Rank - 2);
            if (c.Op.Field(fields, new Inputs(c.Op, c.Types, null)) is not { } field) continue;
            if (field.Axes.Count != output.Rank - 2)
            {
                c.Fail($"the receptive field has {field.Axes.Count} axes; the output {output} has {output.Rank - 2}.");
                continue;
            }
            function ??= c.Compiled(c.Values);
            for (int axis = 2; axis < output.Rank; axis++)
            {
                // A stretched axis is seen whole by every output: one number cannot say that, and it is not a matter of pixels.
                if (c.Values[input].Sizes[axis] == 1 && output.Shape[axis] != 1) continue;
                Probe(c, function, input, axis, field.Axes[axis - 2], (int)output.Shape[axis]);
            }
            c.Count();
        }
    }

    static void Probe(ConformanceCase c, ValueFunction function, int input, int axis, FieldAxis field, int units)
    {
        const double slack = 1e-9;
        int pixels = c.Values[input].Sizes[axis];
        int[] first = [.. Enumerable.Repeat(int.MaxValue, units)], last = [.. Enumerable.Repeat(-1, units)];
        var before = function.Run(c.Values)[0];
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            foreach (bool nan in (bool[])[false, true])
            {
                var touched = c.Values.ToArray();
                touched[input] = Touch(touched[input], axis, pixel, nan);
                var after = function.Run(touched)[0];
                foreach (int unit in Changed(before, after, axis))
                {
                    first[unit] = Math.Min(first[unit], pixel);
                    last[unit] = Math.Max(last[unit], pixel);
                }
            }
        }
        // A truth value or a place shows only that it changed, not that it did not: floating outputs show everything they see.
        bool whole = before.Element.IsFloating() && field.Jump == Math.Floor(field.Jump) && field.Size == Math.Floor(field.Size)
            && field.Start == Math.Floor(field.Start);
        // Windows that lie on padding along another axis see nothing at all.
        whole &= last.Max() >= 0;
        for (int unit = 0; unit < units; unit++)
        {
            double begin = field.Start + unit * field.Jump, end = begin + field.Size - 1;
            bool inside = begin >= 0 && end <= pixels - 1;
            if (!inside && c.Sample.FieldHoldsInside is not null) continue;
            if (last[unit] >= 0 && (first[unit] < begin - slack || last[unit] > end + slack)
                || whole && inside && (first[unit] != (int)begin || last[unit] != (int)end))
                c.Fail(string.Create(CultureInfo.InvariantCulture,
                    $"unit {unit} of axis {axis} sees pixels {first[unit]} to {last[unit]} of input {input}; "
                    + $"its field says {begin} to {end}."));
        }
    }

    // One plane of pixels changed, past 0 and past any neighbour, or NaN: what neither shows, nothing does.
    static SampleValue Touch(SampleValue value, int axis, int pixel, bool nan)
    {
        double[] numbers = value.Numbers();
        int inner = Inner(value.Sizes, axis), size = value.Sizes[axis];
        for (int i = 0; i < numbers.Length; i++)
            if (i / inner % size == pixel) numbers[i] = nan ? double.NaN : 100 - 3 * numbers[i];
        return SampleValue.From(value.Element, value.Sizes, numbers);
    }

    static HashSet<int> Changed(SampleValue before, SampleValue after, int axis)
    {
        int width = before.Element.Size(), inner = Inner(before.Sizes, axis), size = before.Sizes[axis];
        var units = new HashSet<int>();
        for (int i = 0; i < before.Bytes.Length / width; i++)
            if (!before.Bytes.AsSpan(i * width, width).SequenceEqual(after.Bytes.AsSpan(i * width, width))) units.Add(i / inner % size);
        return units;
    }

    static int Inner(Dims sizes, int axis)
    {
        int inner = 1;
        for (int i = axis + 1; i < sizes.Count; i++) inner *= sizes[i];
        return inner;
    }
}
