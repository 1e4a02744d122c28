using System.Globalization;
using System.Runtime.InteropServices;
using Fovea.Cpu;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea;

/// <summary>Kernels held to the reference kernel, and to their recipes.</summary>
static class ConformanceKernels
{
    const double Unit = 1.0 / (1 << 24);        // half of the distance between neighbouring floats of [1, 2)

    // A decomposition rounds after each of its operators.
    const double DecompositionFactor = 16;

    /// <summary>Every kernel in every layout, and the decomposition.</summary>
    public static void Kernels(ConformanceCase c)
    {
        var kernels = c.Kernels(c.Values);
        if (kernels.Count == 0 && !c.Op.Reinterprets && c.Decomposed(c.Types) is null)
        {
            c.Fail("no kernel computes it, it does not override Evaluate, and it does not decompose.");
            return;
        }
        var exact = c.Reference;
        var truth = Truth(c, kernels, c.Values) ?? exact;
        bool moves = Moves(c.Values, exact);
        double tolerance = Tolerance(c);
        foreach (var kernel in kernels)
        {
            foreach (var (layout, run) in Runs(c, kernel))
            {
                var actual = KernelHarness.Run(kernel, c.Op, run, c.Values);
                for (int i = 0; i < exact.Length; i++)
                {
                    var fault = moves ? ConformanceCase.BitDifference(actual[i], exact[i]) : Difference(actual[i], truth[i], tolerance);
                    if (fault is not null) c.Fail($"output {i} of {kernel.Name}, {layout}: {fault}.");
                }
                c.Count();
            }
        }
        if (kernels.Count == 0 || c.Decomposed(c.Types) is null) return;
        var decomposed = ValueFunction.Of(c.Types, x => c.Op.Decompose(x)!).Run(c.Values);
        for (int i = 0; i < exact.Length; i++)
            if (Difference(decomposed[i], truth[i], tolerance * DecompositionFactor) is { } fault)
                c.Fail($"output {i} of the decomposition: {fault}.");
        c.Count();
    }

    /// <summary>One input after the other with NaN, infinities, −0 and subnormals here and there.</summary>
    public static void NotFinite(ConformanceCase c)
    {
        foreach (int input in c.Floating)
        {
            if (c.Values[input].Element != ElementType.Float32) continue;
            foreach (float special in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, 1e-42f])
            {
                var inputs = c.Values.ToArray();
                inputs[input] = Sprinkle(inputs[input], special);
                // Which NaN and which zero is not the matter here.
                Others(c, inputs, string.Create(CultureInfo.InvariantCulture, $"with {special} in input {input}"), byBits: false);
            }
        }
    }

    // Two places without a pattern; a scalar has one.
    static SampleValue Sprinkle(SampleValue value, float special)
    {
        float[] numbers = value.To<float>();
        if (numbers.Length > 0) numbers[numbers.Length / 3] = numbers[numbers.Length * 5 / 7] = special;
        return SampleValue.Of<float>(value.Sizes, numbers);
    }

    /// <summary>The sample's float32 inputs as other types, where the operator takes them and several kernels do.</summary>
    public static void ElementTypes(ConformanceCase c)
    {
        foreach (var element in (ElementType[])[ElementType.Float64, ElementType.Float16, ElementType.Int32, ElementType.Int64,
            ElementType.UInt8, ElementType.Bool])
        {
            SampleValue[] inputs = [.. c.Values.Select(v => v.Element == ElementType.Float32 ? v.As(element) : v)];
            if (inputs.SequenceEqual(c.Values) || ConformanceShapes.TryInfer(c, [.. inputs.Select(i => i.Type)]) is null) continue;
            Others(c, inputs, string.Create(CultureInfo.InvariantCulture, $"of {element}"), byBits: true);
        }
    }

    /// <summary>All kernels but the reference kernel, on other inputs.</summary>
    static void Others(ConformanceCase c, SampleValue[] inputs, string what, bool byBits)
    {
        var kernels = c.Kernels(inputs);
        if (kernels.Count < 2) return;
        SampleValue[] expected;
        try
        {
            expected = KernelHarness.Run(kernels[^1], c.Op, inputs);
        }
        catch (ArgumentException) when (kernels[^1] is EvaluateKernel)
        {
            c.Note($"Evaluate takes no inputs {what}.");
            return;
        }
        // What moves elements moves them whatever their sign; a norm of one element gives its absolute value.
        SampleValue[] opposite = [.. inputs.Select(Opposite)];
        bool moves = Moves(inputs, expected) && Moves(opposite, KernelHarness.Run(kernels[^1], c.Op, opposite));
        double tolerance = moves ? 0 : Tolerance(c) * (expected.Any(e => e.Element == ElementType.Float16) ? 1 << 13 : 1);
        moves &= byBits;
        foreach (var kernel in kernels.SkipLast(1))
        {
            foreach (var (layout, run) in Runs(c, kernel))
            {
                var actual = KernelHarness.Run(kernel, c.Op, run, inputs);
                for (int i = 0; i < expected.Length; i++)
                {
                    var fault = moves ? ConformanceCase.BitDifference(actual[i], expected[i])
                        : Difference(actual[i], expected[i], tolerance, !byBits && c.Sample.SpreadsNaN is not null);
                    if (fault is not null) c.Fail($"output {i} of {kernel.Name}, {layout}, {what}: {fault}.");
                }
                c.Count();
            }
        }
    }

    /// <summary>The reference in double where there is one: what floats are compared to has then no error of its own.</summary>
    static SampleValue[]? Truth(ConformanceCase c, List<Kernel> kernels, SampleValue[] inputs)
    {
        SampleValue[] wide = [.. inputs.Select(v => v.Widened())];
        if (kernels.Count == 0 || kernels[^1] is EvaluateKernel) return null;
        if (ConformanceShapes.TryInfer(c, [.. wide.Select(w => w.Type)]) is null) return null;
        return kernels[^1].Supports(c.Op, c.KernelCase(wide)) ? KernelHarness.Run(kernels[^1], c.Op, wide) : null;
    }

    /// <summary>
    /// Into how many pieces the longest phase falls for inputs of such types, in the kernel that cuts least; 0 where nothing but the
    /// reference computes them.
    /// </summary>
    public static int Pieces(ConformanceCase c, TensorType[] types)
    {
        var open = c.KernelCase(types);
        Kernel[] kernels = [.. CpuKernels.For(c.Op).Where(k => k.Supports(c.Op, open)).Distinct()];
        return kernels.SkipLast(c.Op.HasEvaluate ? 0 : 1)
            .Select(k => k.Prepare(c.Op, KernelHarness.Placed(k, c.Op, new(), open)).Pieces.Max()).DefaultIfEmpty().Min();
    }

    /// <summary>All kernels but the reference kernel, on inputs that are cut.</summary>
    public static void Large(ConformanceCase c, SampleValue[] inputs, string what)
    {
        var kernels = c.Kernels(inputs);
        var exact = KernelHarness.Run(kernels[^1], c.Op, inputs);
        bool moves = Moves(inputs, exact);
        var truth = moves ? exact : Truth(c, kernels, inputs) ?? exact;
        double tolerance = Tolerance(c, [.. inputs.Select(i => i.Type)]);
        foreach (var kernel in kernels.SkipLast(1))
            foreach (var (layout, run) in Runs(c, kernel))
            {
                var actual = KernelHarness.Run(kernel, c.Op, run, inputs);
                for (int i = 0; i < exact.Length; i++)
                {
                    var fault = moves ? ConformanceCase.BitDifference(actual[i], exact[i]) : Difference(actual[i], truth[i], tolerance);
                    if (fault is not null) c.Fail($"output {i} of {kernel.Name}, {layout}, {what}: {fault}.");
                }
                c.Count();
            }
    }

    static SampleValue Opposite(SampleValue value) => value.Element == ElementType.Float32
        ? SampleValue.Of<float>(value.Sizes, Array.ConvertAll(value.To<float>(), number => -number)) : value;

    /// <summary>Whether every element of the outputs is an element of an input, or 0: then nothing may round.</summary>
    static bool Moves(SampleValue[] inputs, SampleValue[] outputs)
    {
        foreach (var output in outputs)
        {
            if (output.Element != ElementType.Float32) continue;
            bool any = false;
            var known = inputs.Where(i => i.Element == ElementType.Float32).SelectMany(i => Bits(i)).Append(0).ToHashSet();
            foreach (int bits in Bits(output))
            {
                if (!known.Contains(bits)) return false;
                any |= bits != 0;
            }
            // Sums may all be 0.
            if (!any) return false;
        }
        return true;
    }

    static int[] Bits(SampleValue value) => MemoryMarshal.Cast<byte, int>(value.Bytes).ToArray();

    /// <summary>Rounding of the longest sum, relative to the largest number about.</summary>
    static double Tolerance(ConformanceCase c, TensorType[]? of = null)
    {
        var types = of ?? c.Types;
        var outputs = c.Infer(types);
        double least = outputs.Min(o => Math.Max(1, o.Shape.Count.Value)), terms = types.Sum(t => t.Shape.Count.Value) / least;
        double products = c.Op.Cost(new Inputs(c.Op, types, null), outputs).MultiplyAdds.Value / least;
        return Unit * (32 + 2 * Math.Max(terms, products));
    }

    static string? Difference(SampleValue actual, SampleValue expected, double tolerance, bool spreadsNaN = false)
    {
        if (actual.Sizes != expected.Sizes || actual.Element != expected.Element && !actual.Element.IsFloating())
            return $"{actual.Type} instead of {expected.Type}";
        if (!actual.Element.IsFloating()) return ConformanceCase.BitDifference(actual, expected);
        double[] a = actual.Numbers(), e = expected.Numbers();
        double scale = e.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max() + 1;
        for (int i = 0; i < a.Length; i++)
        {
            bool same = double.IsNaN(a[i]) ? spreadsNaN || double.IsNaN(e[i]) : a[i] == e[i] || Math.Abs(a[i] - e[i]) <= tolerance * scale;
            if (!same)
                return string.Create(CultureInfo.InvariantCulture,
                    $"{ConformanceCase.Difference(actual, expected, i)}, {Math.Abs(a[i] - e[i]):G3} apart, allowed {tolerance * scale:G3}");
        }
        return null;
    }

    /// <summary>The layouts that make a difference to a kernel.</summary>
    static IEnumerable<(string Layout, KernelRun Run)> Runs(ConformanceCase c, Kernel kernel)
    {
        yield return ("row-major", new());
        var rule = kernel.Layouts(c.Op, c.KernelCase(c.Values));
        if (rule.Inputs.Concat(rule.Outputs).Any(p => p is Placement.Any or Placement.Common)
            && c.Types.Concat(c.Infer()).Any(t => t.Rank > 2))
            yield return ("channels-last", new() { Free = Layout.ChannelsLast });
    }

    /// <summary>All runs of all kernels of a recipe agree to the bit.</summary>
    public static void Recipes(ConformanceCase c)
    {
        var known = new Dictionary<string, (string Who, SampleValue[] Outputs)>(StringComparer.Ordinal);
        foreach (var kernel in c.Kernels(c.Values))
        {
            foreach (var (layout, run) in Runs(c, kernel))
            {
                var @case = KernelHarness.Case(kernel, c.Op, run, c.Values);
                string recipe = kernel.Recipe(c.Op, @case);
                Compare(recipe, $"{kernel.Name}, {layout}", KernelHarness.Run(kernel, c.Op, run, c.Values));
                Compare(recipe, $"{kernel.Name}, {layout}, pieces last to first",
                    KernelHarness.Run(kernel, c.Op, run with { LastFirst = true }, c.Values));
                for (int input = 0; input < c.Values.Length; input++)
                    for (int output = 0; output < @case.Outputs.Length; output++)
                        if (kernel.WritesOver(c.Op, @case, input, output) && @case.Inputs[input] == @case.Outputs[output])
                            Compare(recipe, $"{kernel.Name}, {layout}, output {output} over input {input}",
                                KernelHarness.Run(kernel, c.Op, run with { Over = (input, output) }, c.Values));
            }
        }

        void Compare(string recipe, string who, SampleValue[] outputs)
        {
            c.Count();
            if (!known.TryGetValue(recipe, out var first))
            {
                known[recipe] = (who, outputs);
                return;
            }
            for (int i = 0; i < outputs.Length; i++)
                if (ConformanceCase.BitDifference(outputs[i], first.Outputs[i]) is { } difference)
                    c.Fail($"recipe {recipe}: output {i} of {who} and of {first.Who} differ: {difference}.");
        }
    }
}
