using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

public sealed class PoolingTests
{
    static readonly TestValue Image = TestValue.Of<float>([1, 1, 3, 3],
        1, 5, 5,
        7, 2, 5,
        7, 0, -3);

    static PoolingGeometry Windows(int rank, Dims kernel, Dims stride = default, Dims padding = default, Dims dilation = default) =>
        PoolingGeometry.Of(rank, kernel, stride, padding, dilation);

    static float[] Run(Op op, params TestValue[] inputs) => Naive.Run(op, inputs)[0].To<float>();

    [Fact]
    public void Max_pool_takes_the_first_of_the_largest()
    {
        var outputs = Naive.Run(new MaxPool(Windows(2, [2], [1]), true), Image);

        Assert.Equal([7, 5, 7, 5], outputs[0].To<float>());
        Assert.Equal([3, 1, 3, 5], outputs[1].To<long>());
    }

    [Fact]
    public void Padding_is_never_the_largest()
    {
        var x = TestValue.Of<float>([1, 1, 3], -4, -2, -3);
        var outputs = Naive.Run(new MaxPool(Windows(1, [3], [2], [1]), true), x);

        Assert.Equal([-2, -2], outputs[0].To<float>());
        Assert.Equal([1, 1], outputs[1].To<long>());
    }

    [Fact]
    public void A_window_without_a_pixel_gives_minus_infinity_or_0()
    {
        var x = TestValue.Of<float>([1, 1, 1], 5);
        var windows = Windows(1, [2], [1], [1], [2]);
        var outputs = Naive.Run(new MaxPool(windows, true), x);

        Assert.Equal([float.NegativeInfinity], outputs[0].To<float>());
        Assert.Equal([-1], outputs[1].To<long>());
        Assert.Equal([0], Run(new AveragePool(windows), x));
        Assert.Equal([0], Run(new MaxPoolGradient([1]), TestValue.Of<float>([1, 1, 1], 9), outputs[1]));
    }

    [Fact]
    public void NaN_wins_and_the_last_one_is_named()
    {
        var x = TestValue.Of([1, 1, 4], 3, float.NaN, float.PositiveInfinity, float.NaN);
        var outputs = Naive.Run(new MaxPool(Windows(1, [4]), true), x);

        Assert.True(float.IsNaN(outputs[0].To<float>()[0]));
        Assert.Equal([3], outputs[1].To<long>());
    }

    [Fact]
    public void Dilated_windows_skip_pixels() =>
        Assert.Equal([7], Run(new MaxPool(Windows(2, [2], [1], [], [2])), Image));

    [Fact]
    public void Gradients_go_to_the_largest_and_add_up()
    {
        var indices = Naive.Run(new MaxPool(Windows(2, [2], [1]), true), Image)[1];
        var dy = TestValue.Of<float>([1, 1, 2, 2], 1, 10, 100, 1000);

        Assert.Equal([0, 10, 0, 101, 0, 1000, 0, 0, 0], Run(new MaxPoolGradient([3, 3]), dy, indices));
        Assert.Equal([7, 5, 7, 5], Run(new MaxPoolGather(), Image, indices));
    }

    [Fact]
    public void Average_divides_by_pixels_or_by_taps()
    {
        var x = TestValue.Of<float>([1, 1, 3], 3, 6, 12);

        Assert.Equal([4.5f, 9], Run(new AveragePool(Windows(1, [3], [2], [1])), x));
        Assert.Equal([3, 6], Run(new AveragePool(Windows(1, [3], [2], [1]), true), x));
        Assert.Equal([2.75f], Run(new AveragePool(Windows(2, [2], [2])), TestValue.Of<float>([1, 1, 3, 3], 1, 2, 9, 3, 5, 9, 9, 9, 9)));
    }

    [Fact]
    public void Average_and_its_gradient_are_transposes_in_every_case_and_layout()
    {
        foreach (var c in PoolingSamples.Cases())
            foreach (bool countPadding in new[] { false, true })
            {
                var x = TestValue.Normal<double>(c.Input.ToDims(), 1);
                var dy = TestValue.Normal<double>(c.Output.ToDims(), 2);
                var last = new KernelRun { Free = Layout.ChannelsLast };
                var y = Naive.Run(new AveragePool(c.Geometry, countPadding), last, x)[0];
                var dx = Naive.Run(new AveragePoolGradient(c.Geometry, countPadding, c.InputSize), last, dy)[0];

                Assert.Equal(Dot(y, dy), Dot(x, dx), 1e-9);
            }

        static double Dot(TestValue a, TestValue b) => a.To<double>().Zip(b.To<double>(), (p, q) => p * q).Sum();
    }

    [Fact]
    public void Layouts_change_nothing()
    {
        foreach (var c in PoolingSamples.Cases())
        {
            var x = TestValue.Normal(c.Input.ToDims(), 1);
            var plain = Naive.Run(new MaxPool(c.Geometry, true), x);
            var last = Naive.Run(new MaxPool(c.Geometry, true), new KernelRun { Free = Layout.ChannelsLast }, x);

            Assert.Equal(plain[0].Bytes, last[0].Bytes);
            Assert.Equal(plain[1].Bytes, last[1].Bytes);
            Assert.Equal(plain[0].Bytes, Naive.Run(new MaxPool(c.Geometry), x)[0].Bytes);
        }
    }

    [Fact]
    public void Errors_name_the_sizes_and_the_mend()
    {
        Assert.Equal("MaxPool has windows 5x5 that reach over 5 pixels of axis 2; the input 1x3x4x8 has 4 there and 0 of padding: "
            + "use smaller windows, or pool less before.", Naive.Fault(new MaxPool(Windows(2, [5])), TensorType.Float([1, 3, 4, 8])));
        Assert.Contains("pad less", Naive.Fault(new AveragePool(Windows(2, [2], [], [2])), TensorType.Float([1, 3, 4, 8])),
            StringComparison.Ordinal);
        Assert.Contains("indices of Int64", Naive.Fault(new MaxPoolGradient([4]), TensorType.Float([1, 3, 4]), TensorType.Float([1, 3, 4])),
            StringComparison.Ordinal);
        Assert.Contains("1x3x5", Naive.Fault(new MaxPoolGradient([4]), TensorType.Float([1, 3, 4]),
            new TensorType(ElementType.Int64, [1, 3, 5])), StringComparison.Ordinal);
    }
}
