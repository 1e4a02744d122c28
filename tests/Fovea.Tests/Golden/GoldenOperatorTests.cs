using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Golden;

/// <summary>Every operator, forward and backward, gives PyTorch's numbers: in float32 to its rounding, in float64 to its own.</summary>
public sealed class GoldenOperatorTests
{
    // Relative to the largest value of the tensor: what the longest of these sums (54 terms) may lose, and the elementary functions.
    const double FloatTolerance = 4e-6;
    const double DoubleTolerance = 1e-12;

    // Vectors that wait for their operators: nothing is left out in silence.
    static readonly string[] Waiting = [];

    // Run by GoldenOptimizerTests, GoldenTrainingTests, NormLayerTests and EmbeddingTests.
    static readonly string[] Elsewhere =
    [
        "adadelta", "adam", "adamw", "embedding_layer", "instance_norm_layer", "network", "rmsprop", "schedule_cosine",
        "schedule_one_cycle", "schedule_step", "sgd", "sparse_adam", "sparse_sgd",
    ];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var family in GoldenCase.Families)
            {
                foreach (var golden in GoldenCase.Read(family).Where(golden => GoldenOperators.All.ContainsKey(golden.Operator)))
                {
                    data.Add(family, golden.Name);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operator_gives_the_numbers_of_PyTorch(string family, string name)
    {
        Check(Assert.Single(GoldenCase.Read(family), golden => golden.Name == name));
    }

    internal static void Check(GoldenCase golden)
    {
        Check(golden, ElementType.Float32, FloatTolerance);
        // PyTorch's gradient of this one multiplies by a sixth in single precision, whatever the element type.
        Check(golden, ElementType.Float64, golden.Operator == "hardsigmoid" ? FloatTolerance : DoubleTolerance);
    }

    [Fact]
    public void No_vector_is_left_out_in_silence() =>
        Assert.Equal(
            Waiting.Concat(Elsewhere).Order(StringComparer.Ordinal),
            GoldenCase.Families.SelectMany(GoldenCase.Read).Select(golden => golden.Operator).Distinct()
                .Where(name => !GoldenOperators.All.ContainsKey(name)).Order(StringComparer.Ordinal));

    static void Check(GoldenCase golden, ElementType element, double tolerance)
    {
        var (outputs, gradients, _) = Build(golden, element);
        Assert.Equal(golden.Outputs.Length, outputs.Length);
        for (var i = 0; i < outputs.Length; i++)
        {
            Close(golden, golden.Outputs[i], outputs[i], tolerance);
        }

        for (var i = 0; i < golden.Gradients.Length; i++)
        {
            Close(golden, golden.Gradients[i], gradients[i], tolerance);
        }
    }

    /// <summary>The outputs, the gradients that leave at the inputs, and those that arrive at the outputs, not computed yet.</summary>
    internal static (Tensor[] Outputs, Tensor[] Gradients, Tensor[] Arriving) Build(GoldenCase golden, ElementType element)
    {
        var inputs = new GoldenInputs(golden, element);
        var outputs = GoldenOperators.All[golden.Operator](inputs);
        if (golden.Gradients.Length == 0)
        {
            return (outputs, [], []);
        }

        // The gradient of Σ y · g is what arrives at the inputs when g arrives at y.
        Tensor[] summed = [.. golden.Upstream.Select(role => outputs[Array.IndexOf(golden.Outputs, role["g_".Length..])])];
        var loss = golden.Upstream.Select((role, i) => (summed[i] * inputs[role].StopGradient()).Sum())
            .Aggregate((sum, term) => sum + term);
        var gradients = Gradients.Of(loss, [.. golden.Gradients.Select(role => inputs[role["d_".Length..]]), .. summed]);
        return (outputs, [.. gradients.Take(golden.Gradients.Length)], [.. gradients.Skip(golden.Gradients.Length)]);
    }

    internal static void Close(GoldenCase golden, string role, Tensor actual, double tolerance)
    {
        var expected = golden[role];
        Assert.Equal(expected.Shape, actual.Shape.Select(size => (int)size));
        var values = actual.ElementType switch
        {
            ElementType.Float32 => Array.ConvertAll(actual.ToArray(), value => (double)value),
            ElementType.Float64 => actual.ToArray<double>(),
            ElementType.Int64 => Array.ConvertAll(actual.ToArray<long>(), value => (double)value),
            _ => throw new InvalidOperationException($"{golden.Name} gives {actual.ElementType}."),
        };
        var scale = expected.Values.Length == 0 ? 0 : expected.Values.Max(Math.Abs);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(values[i] - expected.Values[i]) <= tolerance * scale,
                $"{golden.Name}, {actual.ElementType}, {role}[{i}]: {values[i]:R} instead of {expected.Values[i]:R} (largest {scale:R})");
        }
    }
}
