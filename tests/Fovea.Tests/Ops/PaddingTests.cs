using Fovea.Cpu;
using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

/// <summary>Padding in numbers and by rules, borders that show the image, and kernels chosen by name.</summary>
public sealed class PaddingTests
{
    static readonly Tensor Line = Tensor.From([1f, 2, 3, 4], [1, 1, 4]);

    static void Finds(Dims begin, Dims end, Padding padding, Dims sizes, Dims extents, Dims strides) =>
        Assert.Equal((begin, end), padding.Resolve([.. sizes.Select(s => (Dim)s)], extents.AsSpan(), strides));

    [Fact]
    public void Rules_find_the_pixels()
    {
        // Odd padding: the end has the extra pixel, or the beginning.
        Finds([1, 0], [2, 1], Padding.Same, [7, 6], [4, 2], [1, 1]);
        Finds([2, 1], [1, 0], Padding.SameLower, [7, 6], [4, 2], [1, 1]);
        // At a stride it depends on the size, and never goes below nothing.
        Finds([1, 0], [1, 1], Padding.Same, [7, 8], [3, 3], [2, 2]);
        Finds([0], [0], Padding.Same, [8], [2], [4]);
        Finds([4], [0], Padding.Causal, [9], [5], [2]);
        Finds([4, 0], [4, 0], Padding.Full, [9, 2], [5, 1], [1, 3]);
        Finds([0, 0], [0, 0], Padding.Valid, [9, 2], [5, 1], [1, 3]);
        Finds([1, 2], [3, 4], [1, 2, 3, 4], [9, 2], [5, 1], [1, 3]);
        Finds([3, 3], [3, 3], 3, [9, 2], [5, 1], [1, 3]);
    }

    [Fact]
    public void Rules_print_and_compare()
    {
        Assert.Equal(["Valid", "Same", "SameLower", "Causal", "Full", "1x2"],
            new Padding[] { default, Padding.Same, Padding.SameLower, Padding.Causal, Padding.Full, [1, 2] }.Select(p => p.ToString()));
        Assert.Equal(new Padding(new Dims([1, 2])), new Padding([1, 2]));
        Assert.NotEqual(Padding.Same, Padding.SameLower);
    }

    [Fact]
    public void Causal_outputs_see_no_later_input()
    {
        var w = Tensor.From([100f, 10, 1], [1, 1, 3]);
        Assert.Equal([1, 12, 123, 234], Line.Convolution(w, padding: Padding.Causal).ToArray());
        Assert.Equal([1, 2, 103, 204], Line.Convolution(Tensor.From([100f, 1], [1, 1, 2]), padding: Padding.Causal, dilation: 2).ToArray());

        // Its transposed layer neither: 4 inputs at stride 2 give 8, of which the first come from the first input alone.
        Assert.Equal([100, 10, 201, 20, 302, 30, 403, 40],
            Line.TransposedConvolution(w, stride: 2, padding: Padding.Causal).ToArray());
    }

    [Fact]
    public void Full_convolution_is_a_product_of_polynomials() =>
        Assert.Equal([10, 21, 32, 43, 4], Line.Convolution(Tensor.From([1f, 10], [1, 1, 2]), padding: Padding.Full).ToArray());

    [Theory]
    [InlineData(PadMode.Reflect, new float[] { 3, 2, 1, 2, 3, 4, 3, 2, 1 })]
    [InlineData(PadMode.Replicate, new float[] { 1, 1, 1, 2, 3, 4, 4, 4, 4 })]
    [InlineData(PadMode.Circular, new float[] { 3, 4, 1, 2, 3, 4, 1, 2, 3 })]
    [InlineData(PadMode.Constant, new float[] { 0, 0, 1, 2, 3, 4, 0, 0, 0 })]
    public void Borders_show_the_image(PadMode mode, float[] padded)
    {
        Assert.Equal(padded, Line.Pad([0, 0, 2], [0, 0, 3], mode: mode).ToArray());
        Assert.Equal(padded, Line.Convolution(Tensor.Ones([1, 1, 1]), padding: [2, 3], padMode: mode).ToArray());
    }

    [Fact]
    public void Same_keeps_sizes_that_are_not_known_where_it_can()
    {
        Dim n = Dim.Symbol("N"), length = Dim.Symbol("L");
        var shape = Shapes(x => x.Convolution(Tensor.Ones([5, 2, 4]), padding: Padding.Same), [n, 2, length]);
        Assert.Equal([n, 5, length], shape);

        shape = Shapes(x => x.TransposedConvolution(Tensor.Ones([2, 5, 4]), stride: 3, padding: Padding.Same), [n, 2, length]);
        Assert.Equal([n, 5, 3 * length], shape);

        var fault = Assert.Throws<Errors.ShapeMismatchException>(() =>
            Shapes(x => x.Convolution(Tensor.Ones([5, 2, 4]), stride: 2, padding: Padding.Same), [n, 2, length]));
        Assert.Contains("Same padding at stride 2 depends on the size L", fault.Message, StringComparison.Ordinal);
    }

    static Shape Shapes(Func<Tensor, Tensor> function, Shape input) =>
        Trace.Run([TensorType.Float(input)], Mode.Inference, x => [function(x[0])]).Outputs[0].Shape;

    [Fact]
    public void Sizes_bound_late_are_checked_before_memory_is_touched()
    {
        var op = new Pad([0, 5], [0, 0], 0, PadMode.Reflect);
        Assert.Equal([1, Dim.Symbol("L") + 5], op.Infer(Inputs.Of(op, TensorType.Float([1, Dim.Symbol("L")])))[0].Shape);

        var bound = new KernelCase([new(ElementType.Float32, [1, 3], Layout.RowMajor)],
            [new(ElementType.Float32, [1, 8], Layout.RowMajor)]);
        foreach (var kernel in CpuKernels.For(op).SkipLast(1))
        {
            Assert.Contains("cannot reflect 5 elements of axis 1, which has 3: at most 2",
                Assert.Throws<Errors.ShapeMismatchException>(() => kernel.Prepare(op, bound)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Separable_is_a_filter_a_channel_and_then_a_mixture()
    {
        var layer = new SeparableConv1d(1, 2, bias: false);
        layer.Build([2, 3]);
        layer.Parameters[0].Set<float>([1, 10, 100, 1000]);
        layer.Parameters[1].Set<float>([1, -1]);

        Assert.Equal([21 - 5400f, 32 - 6500f], layer.Forward(Tensor.From([1f, 2, 3, 4, 5, 6], [1, 2, 3])).ToArray());
    }

    [Fact]
    public void Locally_connected_places_have_filters_of_their_own()
    {
        var layer = new LocallyConnected1d(1, 2);
        layer.Build([1, 3], seed: 3);
        Assert.Distinct(layer.Weight.ToArray());
        layer.Weight.Set<float>([1, 100, 10, 1000]);
        layer.Bias!.Set<float>([0.5f, 0.25f]);

        // Weights are kernel, places: tap 0 is 1 and 100, tap 1 is 10 and 1000.
        Assert.Equal([21.5f, 3200.25f], layer.Forward(Tensor.From([1f, 2, 3], [1, 1, 3])).ToArray());
    }

    [Fact]
    public void An_algorithm_can_be_chosen_by_name()
    {
        var sample = new Convolution(ConvolutionGeometry.Unit(2)).Samples().First();
        var outputs = sample.Op.Infer(Inputs.Of(sample.Op, [.. sample.Inputs.Select(i => i.Type)]));
        var @case = new KernelCase([.. sample.Inputs.Select(i => Bound(i.Type))], [.. outputs.Select(Bound)]);

        Assert.StartsWith("Convolution.im2col.", CpuKernels.Choose(sample.Op, @case, ["Convolution.Im2Col"])!.Name,
            StringComparison.Ordinal);
        Assert.Equal("Convolution.naive", CpuKernels.Choose(sample.Op, @case, ["MatMul", "convolution.naive"])!.Name);
        Assert.DoesNotContain("im2col", CpuKernels.Choose(sample.Op, @case, [])!.Name, StringComparison.Ordinal);

        static BoundType Bound(TensorType type) => new(type.Element, type.Shape.ToDims(), Layout.RowMajor);
    }
}
