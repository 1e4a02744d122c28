using Fovea.Modules;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Modules;

public sealed class InitializerTests
{
    static float[] Fill(Initializer initializer, params int[] sizes)
    {
        var values = new float[new Dims(sizes).Product()];
        initializer.Fill(values, new Dims(sizes), seed: 3, path: "layer.weight");
        return values;
    }

    [Theory]
    [InlineData(5, 5), InlineData(3, 17), InlineData(40, 8), InlineData(1, 6), InlineData(6, 1)]
    [InlineData(16, 4, 3, 3)]
    public void Orthogonal_rows_or_columns_are_at_right_angles(params int[] sizes)
    {
        float[] q = Fill(Initializer.Orthogonal(gain: 2), sizes);
        int rows = sizes[0], columns = q.Length / rows;
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        double At(int vector, int place) => rows > columns ? q[place * columns + vector] : q[vector * columns + place];
        for (int i = 0; i < count; i++)
            for (int j = 0; j <= i; j++)
                Assert.Equal(i == j ? 4 : 0, Enumerable.Range(0, length).Sum(k => At(i, k) * At(j, k)), 1e-5);
    }

    [Fact]
    public void Orthogonal_matrices_prefer_no_direction()
    {
        // The first vector is the normalised first draw, so both signs occur; R's diagonal is positive.
        float[] normal = Fill(Initializer.Normal(1), 4, 9), q = Fill(Initializer.Orthogonal(), 4, 9);
        double norm = Math.Sqrt(normal[..9].Sum(v => (double)v * v));
        for (int i = 0; i < 9; i++) Assert.Equal(normal[i] / norm, q[i], 1e-6);
        Assert.Equal(q, Fill(Initializer.Orthogonal(), 4, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.Orthogonal(double.NaN));
    }

    [Fact]
    public void Identity_passes_a_layers_input_on()
    {
        Assert.Equal([1, 0, 0, 0, 1, 0], Fill(Initializer.Identity, 2, 3));
        var x = Tensor.From([.. Enumerable.Range(0, 2 * 3 * 5 * 4).Select(i => (float)i)], [2, 3, 5, 4]);
        var w = Tensor.From(Fill(Initializer.Identity, 3, 3, 3, 5), [3, 3, 3, 5]);
        Assert.Equal(x.ToArray(), x.Convolution(w, null, [1, 1], [1, 2], [1, 1]).ToArray());
        Assert.Equal([0, 0, 0], Fill(Initializer.Identity, 3));
    }

    // Sizes 64, 32, 3, 3: fan-in 288, fan-out 576.
    public static TheoryData<string, double> Deviations => new()
    {
        { nameof(Initializer.He), Math.Sqrt(2.0 / 288) }, { nameof(Initializer.HeUniform), Math.Sqrt(2.0 / 288) },
        { nameof(Initializer.Glorot), Math.Sqrt(2.0 / 864) }, { nameof(Initializer.GlorotNormal), Math.Sqrt(2.0 / 864) },
        { nameof(Initializer.LeCun), Math.Sqrt(1.0 / 288) }, { nameof(Initializer.LeCunUniform), Math.Sqrt(1.0 / 288) },
    };

    [Theory]
    [MemberData(nameof(Deviations))]
    public void Deviations_are_those_of_the_papers(string name, double deviation)
    {
        float[] values = Fill((Initializer)typeof(Initializer).GetProperty(name)!.GetValue(null)!, 64, 32, 3, 3);
        double measured = Math.Sqrt(values.Average(v => (double)v * v));
        Assert.Equal(deviation, measured, deviation * 0.02);
        Assert.Equal(0, values.Average(), deviation * 0.03);
        bool uniform = name is "Glorot" || name.EndsWith("Uniform", StringComparison.Ordinal);
        double limit = Math.Sqrt(3) * deviation;
        Assert.Equal(uniform, values.Max(Math.Abs) <= limit * 1.000001);
    }
}
