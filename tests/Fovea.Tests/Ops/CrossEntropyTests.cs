using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

public sealed class CrossEntropyTests
{
    // Softmax of ln 1, ln 2, ln 5 is 1/8, 2/8, 5/8.
    static readonly double[] Logarithms = [0, Math.Log(2), Math.Log(5)];

    static TestValue Of(Dims sizes, params double[] values) => TestValue.Of<double>(sizes, values);

    static void Equal(double[] expected, TestValue actual)
    {
        double[] values = actual.To<double>();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], values[i], 1e-12);
    }

    [Fact]
    public void Softmax_sums_to_one_along_its_axis()
    {
        Equal([0.125, 0.25, 0.625], Naive.Run(new Softmax(1), Of([1, 3], Logarithms))[0]);
        Equal([0.125, 0.5, 0.25, 0.25, 0.625, 0.25],
            Naive.Run(new Softmax(0), Of([3, 2], 0, Math.Log(2), Math.Log(2), 0, Math.Log(5), 0))[0]);
        Equal([1, 0], Naive.Run(new Softmax(0), Of([2], 1e4, -1e4))[0]);
    }

    [Fact]
    public void Log_softmax_is_its_logarithm_without_overflow()
    {
        Equal([Math.Log(0.125), Math.Log(0.25), Math.Log(0.625)], Naive.Run(new LogSoftmax(1), Of([1, 3], Logarithms))[0]);
        Equal([0, -2e4], Naive.Run(new LogSoftmax(0), Of([2], 1e4, -1e4))[0]);
    }

    [Fact]
    public void Loss_is_the_surprise_at_the_label()
    {
        var logits = Of([2, 3], [.. Logarithms, .. Logarithms]);

        Equal([-Math.Log(0.625), -Math.Log(0.125)], Naive.Run(new CrossEntropy(), logits, TestValue.Of<long>([2], 2, 0))[0]);
    }

    [Fact]
    public void Smoothing_shares_the_target_out()
    {
        double everywhere = (Math.Log(0.125) + Math.Log(0.25) + Math.Log(0.625)) / 3;

        Equal([-(0.75 * Math.Log(0.625) + 0.25 * everywhere)],
            Naive.Run(new CrossEntropy(0.25f), Of([1, 3], Logarithms), TestValue.Of<long>([1], 2))[0]);
        Equal([0.125 - 0.25 / 3, 0.25 - 0.25 / 3, 0.625 - 0.75 - 0.25 / 3],
            Naive.Run(new CrossEntropyGradient(0.25f), Of([1, 3], Logarithms), TestValue.Of<long>([1], 2), Of([1], 1))[0]);
    }

    [Fact]
    public void A_negative_label_is_none()
    {
        var logits = Of([1, 3, 2], 0, 9, Math.Log(2), 9, Math.Log(5), 9);
        var labels = TestValue.Of<long>([1, 2], 1, -1);

        Equal([-Math.Log(0.25), 0], Naive.Run(new CrossEntropy(), logits, labels)[0]);
        Equal([0.25, 0, -1.5, 0, 1.25, 0], Naive.Run(new CrossEntropyGradient(), logits, labels, Of([1, 2], 2, 7))[0]);
    }

    [Fact]
    public void A_class_may_be_ruled_out() =>
        Equal([Math.Log(2)], Naive.Run(new CrossEntropy(), Of([1, 3], 1, double.NegativeInfinity, 1), TestValue.Of<long>([1], 0))[0]);

    [Fact]
    public void A_label_beyond_the_classes_is_refused()
    {
        var fault = Assert.Throws<ArgumentException>(
            () => Naive.Run(new CrossEntropy(), Of([1, 3], Logarithms), TestValue.Of<long>([1], 3)));
        Assert.Equal("The label 3 is no class: there are 3, counted from 0.", fault.Message);
    }

    [Fact]
    public void Layouts_change_nothing()
    {
        var x = TestValue.Normal<double>([2, 5, 3, 2], 1);
        var labels = TestValue.Of<long>([2, 3, 2], 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, -1, 1);
        var last = new KernelRun { Free = Layout.ChannelsLast };

        Assert.Equal(Naive.Run(new CrossEntropy(0.1f), x, labels)[0].Bytes, Naive.Run(new CrossEntropy(0.1f), last, x, labels)[0].Bytes);
        Assert.Equal(Naive.Run(new Softmax(1), x)[0].Bytes, Naive.Run(new Softmax(1), last, x)[0].Bytes);
    }

    [Fact]
    public void Errors_name_both_shapes()
    {
        Assert.Equal("CrossEntropy takes logits N, C, … and one label for each N, …; the logits are 4x10, the labels 5.",
            Naive.Fault(new CrossEntropy(), TensorType.Float([4, 10]), new TensorType(ElementType.Int64, [5])));
        Assert.Contains("Cast", Naive.Fault(new CrossEntropy(), TensorType.Float([4, 10]), TensorType.Float([4])),
            StringComparison.Ordinal);
        Assert.Contains("from 0 to 1", Naive.Fault(new CrossEntropy(2), TensorType.Float([4, 10]), new TensorType(ElementType.Int64, [4])),
            StringComparison.Ordinal);
    }
}
