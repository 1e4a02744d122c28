using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

public sealed class NormalizationTests
{
    static TestValue Of(Dims sizes, params double[] values) => TestValue.Of<double>(sizes, values);

    static void Equal(double[] expected, TestValue actual)
    {
        double[] values = actual.To<double>();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], values[i], 1e-12);
    }

    [Fact]
    public void Training_takes_statistics_by_channel_over_the_batch()
    {
        // Channel 0 holds 1, 3, 5, 7 (mean 4, variance 5); channel 1 holds 2 everywhere.
        var x = Of([2, 2, 2], 1, 3, 2, 2, 5, 7, 2, 2);
        var y = Naive.Run(new BatchNormalizationTraining(4f), x, Of([2], 3, 1), Of([2], 10, -1));

        Equal([7, 9, -1, -1, 11, 13, -1, -1], y[0]);
        Equal([4, 2], y[1]);
        Equal([5, 0], y[2]);
    }

    [Fact]
    public void Inference_takes_the_statistics_given()
    {
        var x = Of([1, 2, 2], 1, 3, 5, 7);
        var y = Naive.Run(new BatchNormalization(0f), x, Of([2], 2, 1), Of([2], 0, 100), Of([2], 1, 5), Of([2], 4, 0.25));

        Equal([0, 2, 100, 104], y[0]);
    }

    [Fact]
    public void Gradient_is_orthogonal_to_the_ones_and_to_the_normalised_input()
    {
        var x = Of([2, 1, 2], 1, 3, 5, 7);
        var outputs = Naive.Run(new BatchNormalizationGradient(4f), x, Of([1], 3), Of([1], 4), Of([1], 5), Of([2, 1, 2], 4, 0, 0, 0));

        // x̂ = −1, −1/3, 1/3, 1; dshift = 4, dscale = −4; dx = 3/3 · (dy − 1 + x̂).
        Equal([2, -4 / 3.0, -2 / 3.0, 0], outputs[0]);
        Equal([-4], outputs[1]);
        Equal([4], outputs[2]);
    }

    [Fact]
    public void Layouts_change_nothing()
    {
        var x = TestValue.Normal<double>([2, 3, 4, 2], 1);
        var channels = TestValue.Normal<double>([3], 2);
        var last = new KernelRun { Free = Layout.ChannelsLast };

        Assert.Equal(Naive.Run(new BatchNormalizationTraining(), x, channels, channels)[0].Bytes,
            Naive.Run(new BatchNormalizationTraining(), last, x, channels, channels)[0].Bytes);
    }

    [Fact]
    public void Errors_name_the_vector() =>
        Assert.Equal("BatchNormalization expects a mean of 3, one number a channel of 2x3x4; it is 4.",
            Naive.Fault(new BatchNormalization(), TensorType.Float([2, 3, 4]), TensorType.Float([3]), TensorType.Float([3]),
                TensorType.Float([4]), TensorType.Float([3])));
}
