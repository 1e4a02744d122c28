using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Conformance;

/// <summary>The same checks on shapes and windows that nobody chose: the long form of the suite.</summary>
[Trait("Category", "Long")]
public sealed class RandomShapeTests(ITestOutputHelper output)
{
    const int Seed = 20261;
    const int VariantsOfASample = 3;
    const int Geometries = 120;
    const long MostElements = 6_000, MostMultiplyAdds = 400_000;

    public static TheoryData<string> Names => [.. OpCatalog.All.Select(op => op.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Operator_conforms_on_other_sizes(string name)
    {
        var op = OpCatalog.All.Single(o => o.Name == name);
        var random = new Random(Seed);
        Sample[] samples = [.. op.Samples().SelectMany(sample => Vary(sample, random))];
        // Where all sizes are attributes nothing can be varied, and the samples stand as they are.
        if (samples.Length > 0)
        {
            output.WriteLine(Fovea.Conformance.Check(op, samples).ToString());
        }
    }

    [Fact]
    public void Convolutions_conform_in_random_windows() => CheckGeometries(RandomConvolution,
        c => c.Convolution(), c => c.TransposedConvolution(), c => c.WeightGradient());

    [Fact]
    public void Pools_conform_in_random_windows() => CheckGeometries(RandomPool,
        c => new Sample(new MaxPool(c.Geometry, true), SampleInput.Of(c.Input, SampleValues.Distinct)),
        c => new Sample(new AveragePool(c.Geometry, c.Input[0] == 1), c.Input),
        c => new Sample(new AveragePoolGradient(c.Geometry, c.Input[0] == 1, c.InputSize), c.Output),
        c => new Sample(new LpPool(c.Geometry, 1 + (double)c.Input[1].Value / 4), SampleInput.Of(c.Input, SampleValues.Distinct)),
        c => new Sample(new StochasticPool(c.Geometry), SampleInput.Of(c.Input, SampleValues.Distinct), c.Output));

    void CheckGeometries<T>(Func<Random, T?> draw, params Func<T, Sample>[] operators) where T : class
    {
        var random = new Random(Seed);
        var cases = new List<T>();
        while (cases.Count < Geometries)
        {
            if (draw(random) is { } drawn)
            {
                cases.Add(drawn);
            }
        }

        foreach (var make in operators)
        {
            Sample[] samples = [.. cases.Select(make)];
            output.WriteLine(Fovea.Conformance.Check(samples[0].Op, samples).ToString());
        }
    }

    static ConvolutionSample? RandomConvolution(Random random)
    {
        int rank = random.Next(1, 4), groups = random.Next(3) == 0 ? random.Next(1, 4) : 1;
        int per = random.Next(1, 4), outputs = groups * random.Next(1, 5);
        var geometry = ConvolutionGeometry.Of(rank, Many(random, rank, 1, 4), Many(random, 2 * rank, 0, 4), Many(random, rank, 1, 4),
            groups);
        var kernel = Many(random, rank, 1, 5);
        Shape input = new([random.Next(1, 3), groups * per, .. Many(random, rank, 1, rank == 3 ? 5 : 9).Select(s => (Dim)s)]);
        var sample = new ConvolutionSample(geometry, input, new([outputs, per, .. kernel.Select(s => (Dim)s)]), true);
        return Fits(new Sample(new Convolution(geometry), input, sample.Weight)) ? sample : null;
    }

    static PoolingSample? RandomPool(Random random)
    {
        int rank = random.Next(1, 4);
        var geometry = PoolingGeometry.Of(rank, Many(random, rank, 1, 5), Many(random, rank, 1, 4), Many(random, 2 * rank, 0, 3),
            Many(random, rank, 1, 3));
        Shape input = new([random.Next(1, 3), random.Next(1, 20), .. Many(random, rank, 1, rank == 3 ? 5 : 9).Select(s => (Dim)s)]);
        return Fits(new Sample(new MaxPool(geometry), input)) ? new(geometry, input) : null;
    }

    static Dims Many(Random random, int count, int least, int end) =>
        new([.. Enumerable.Range(0, count).Select(_ => random.Next(least, end))]);

    // Other sizes for a sample: what was of one size stays of one size, so that most rules hold; the shape rule decides.
    static IEnumerable<Sample> Vary(Sample sample, Random random)
    {
        // Indices must stay inside what they point into.
        bool onlyGrow = sample.Inputs.Any(i => i.Values == SampleValues.Integers);
        int found = 0;
        for (int attempt = 0; attempt < 12 * VariantsOfASample && found < VariantsOfASample; attempt++)
        {
            var sizes = new Dictionary<long, long>();
            bool first = attempt % 2 == 0;
            SampleInput[] inputs =
                [.. sample.Inputs.Select(input => input with { Type = input.Type with { Shape = Other(input.Type.Shape, first) } })];
            var variant = sample with { Inputs = inputs };
            if (inputs.SequenceEqual(sample.Inputs) || !Fits(variant))
            {
                continue;
            }

            found++;
            yield return variant;

            // Every axis, or, where that breaks rules, axis 0 alone.
            Shape Other(Shape shape, bool every) =>
                new([.. shape.Select((dim, axis) => every || axis == 0 ? (Dim)OtherSize(dim.Value) : dim)]);

            long OtherSize(long size) => sizes.TryGetValue(size, out long other) ? other
                : sizes[size] = random.Next(onlyGrow ? (int)size : 1, (int)Math.Min(2 * size, size + 20) + 3);
        }
    }

    static bool Fits(Sample sample)
    {
        try
        {
            TensorType[] types = [.. sample.Inputs.Select(i => i.Type)];
            var outputs = sample.Op.Infer(Inputs.Of(sample.Op, types));
            return types.Concat(outputs).All(t => t.Shape.Count.Value <= MostElements)
                && sample.Op.Cost(Inputs.Of(sample.Op, types), outputs).MultiplyAdds.Value <= MostMultiplyAdds;
        }
        catch (Errors.ShapeMismatchException)
        {
            return false;
        }
    }
}
