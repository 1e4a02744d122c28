using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

public sealed class ConvolutionTests
{
    static readonly TestValue Image = TestValue.Fill([1, 1, 3, 3], i => i + 1f);            // 1 2 3 / 4 5 6 / 7 8 9
    static readonly TestValue Square = TestValue.Of<float>([1, 1, 2, 2], 1, 10, 100, 1000);

    static ConvolutionGeometry Geometry(int rank, Dims stride = default, Dims padding = default, Dims dilation = default, int groups = 1) =>
        ConvolutionGeometry.Of(rank, stride, padding, dilation, groups);

    static float[] Run(Op op, params TestValue[] inputs) => Naive.Run(op, inputs)[0].To<float>();

    [Fact]
    public void Convolution_correlates_and_does_not_flip() =>
        Assert.Equal([5421, 6532, 8754, 9865], Run(new Convolution(Geometry(2)), Image, Square));

    [Fact]
    public void Padding_reads_zeros_and_may_differ_at_both_ends() =>
        Assert.Equal([2100, 3200, 5421, 6532, 8754, 9865],
            Run(new Convolution(Geometry(2, padding: [1, 0, 0, 0])), Image, Square));

    [Fact]
    public void Stride_and_dilation_step_over_pixels()
    {
        Assert.Equal([9731], Run(new Convolution(Geometry(2, dilation: [2])), Image, Square));
        Assert.Equal([1000, 3200, 7040, 9865], Run(new Convolution(Geometry(2, stride: [2], padding: [1, 1, 0, 0])), Image, Square));
    }

    [Fact]
    public void Bias_and_groups_belong_to_output_channels()
    {
        var x = TestValue.Of<float>([1, 4, 2], 1, 2, 3, 4, 5, 6, 7, 8);
        var w = TestValue.Of<float>([2, 2, 1], 1, 10, 100, 1000);
        var bias = TestValue.Of<float>([2], 0.5f, -0.5f);

        Assert.Equal([31.5f, 42.5f, 7499.5f, 8599.5f], Run(new Convolution(Geometry(1, groups: 2)), x, w, bias));
    }

    [Fact]
    public void Depthwise_in_three_dimensions()
    {
        var x = TestValue.Fill([1, 2, 2, 2, 2], i => i + 1f);
        var w = TestValue.Fill([2, 1, 2, 2, 2], i => i < 8 ? 1f : 2f);

        Assert.Equal([36, 200], Run(new Convolution(Geometry(3, groups: 2)), x, w));
    }

    [Fact]
    public void Transposed_convolution_spreads_each_input()
    {
        var y = TestValue.Of<float>([1, 1, 2], 1, 2);
        var w = TestValue.Of<float>([1, 1, 3], 1, 10, 100);

        Assert.Equal([1, 12, 120, 200], Run(new TransposedConvolution(Geometry(1), [4]), y, w));
        Assert.Equal([1, 10, 102, 20, 200, 0], Run(new TransposedConvolution(Geometry(1, stride: [2]), [6]), y, w));
        Assert.Equal([4, 13, 105, 23, 203], Run(new TransposedConvolution(Geometry(1, stride: [2]), [5]), y, w,
            TestValue.Of<float>([1], 3)));
        Assert.Equal([10, 102, 20], Run(new TransposedConvolution(Geometry(1, stride: [2], padding: [1]), [3]), y, w));
    }

    [Fact]
    public void Weight_gradient_sums_over_batch_and_places()
    {
        var x = TestValue.Of<float>([2, 1, 3], 1, 2, 3, 4, 5, 6);
        var dy = TestValue.Of<float>([2, 1, 2], 1, 10, 100, 1000);

        Assert.Equal([5421, 6532], Run(new ConvolutionWeightGradient(Geometry(1), [2]), x, dy));
    }

    // <y, conv(x, w)> = <conv'(y, w), x> = <weight gradient(x, y), w>: the three operators are one trilinear form.
    [Fact]
    public void The_three_operators_are_one_form_in_every_case_and_layout()
    {
        foreach (var c in ConvolutionSamples.Cases())
        {
            var x = TestValue.Normal<double>(c.Input.ToDims(), 1);
            var w = TestValue.Normal<double>(c.Weight.ToDims(), 2);
            var y = TestValue.Normal<double>(c.Output.ToDims(), 3);
            var last = new KernelRun { Free = Layout.ChannelsLast };

            double forward = Dot(Naive.Run(new Convolution(c.Geometry), last, x, w)[0], y);
            double transposed = Dot(Naive.Run(new TransposedConvolution(c.Geometry, c.InputSpatial), last, y, w)[0], x);
            double weight = Dot(Naive.Run(new ConvolutionWeightGradient(c.Geometry, c.Kernel), x, y)[0], w);

            Assert.Equal(forward, transposed, 1e-9);
            Assert.Equal(forward, weight, 1e-9);
        }

        static double Dot(TestValue a, TestValue b) => a.To<double>().Zip(b.To<double>(), (p, q) => p * q).Sum();
    }

    [Fact]
    public void Sizes_may_be_symbols()
    {
        Dim n = Dim.Symbol("N"), h = Dim.Symbol("H");
        var op = new Convolution(Geometry(2, stride: [2], padding: [1]));
        var type = op.Infer(Inputs.Of(op, TensorType.Float([n, 3, h, 8]), TensorType.Float([16, 3, 3, 3])))[0];

        Assert.Equal([n, 16, Dim.Floor(h - 1, 2) + 1, 4], type.Shape);
    }

    [Fact]
    public void Errors_name_both_shapes_and_the_mend()
    {
        var op = new Convolution(Geometry(2));
        Assert.Equal("Convolution expects 3 input channels (weights 8x3x3x3, 1 groups); the input 1x4x5x5 has 4.",
            Fault(op, [1, 4, 5, 5], [8, 3, 3, 3]));
        Assert.Equal("Convolution has a kernel 7x7 that reaches over 7 pixels of axis 2; the input 1x3x5x5 has 5 there and 0 of padding: "
            + "pad by 2 more.",
            Fault(op, [1, 3, 5, 5], [8, 3, 7, 7]));
        Assert.Equal("Convolution expects a bias of 8, one number an output channel; it is 4.", Fault(op, [1, 3, 5, 5], [8, 3, 3, 3], [4]));
        Assert.Contains("cannot split 8 output channels", Fault(new Convolution(Geometry(2, groups: 3)), [1, 9, 5, 5], [8, 3, 3, 3]),
            StringComparison.Ordinal);
        Assert.Contains("Stride of 1 entries (1) for 2 spatial axes", Fault(new Convolution(Geometry(1)), [1, 3, 5, 5], [8, 3, 3, 3]),
            StringComparison.Ordinal);
        Assert.Contains("every entry must be at least 1", Fault(new Convolution(Geometry(2, stride: [0])), [1, 3, 5, 5], [8, 3, 3, 3]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Receptive_fields_grow_and_shrink()
    {
        var pixels = new ReceptiveField[] { ReceptiveField.Pixels(1) };
        var convolution = new Convolution(Geometry(1, stride: [2], padding: [1], dilation: [2]));
        var field = convolution.Field(pixels, Inputs.Of(convolution, TensorType.Float([1, 1, 9]), TensorType.Float([1, 1, 3])));
        Assert.Equal(new FieldAxis(5, 2, -1), field!.Axes[0]);

        var transposed = new TransposedConvolution(Geometry(1, stride: [2], padding: [1]), [8]);
        field = transposed.Field(pixels, Inputs.Of(transposed, TensorType.Float([1, 1, 4]), TensorType.Float([1, 1, 4])));
        Assert.Equal(new FieldAxis(2.5, 0.5, -1), field!.Axes[0]);
    }

    [Fact]
    public void The_catalog_reads_what_operators_write()
    {
        foreach (var op in OpCatalog.All.SelectMany(p => p.Samples()).Select(s => s.Op))
            Assert.Equal(op, OpCatalog.Create(op.Name, Attributes.Of(op)));

        var unknown = Assert.Throws<UnsupportedOperatorException>(() => OpCatalog.Create("Konvolution", []));
        Assert.Contains("\"Konvolution\"", unknown.Message, StringComparison.Ordinal);
    }

    static string Fault(Op op, params Shape[] shapes) => Naive.Fault(op, [.. shapes.Select(TensorType.Float)]);
}
