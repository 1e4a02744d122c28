using Fovea.Modules;
using Fovea.Tensors;
using Xunit;
using static Fovea.Tests.Analyses.ArithmeticTests;

namespace Fovea.Tests.Analyses;

/// <summary>The article, 4.4: a convolution as one product of matrices.</summary>
public sealed class Im2ColTests
{
    static Tensor Ramp(params int[] shape) => Tensor.From(
        Enumerable.Range(1, shape.Aggregate(1, (a, b) => a * b)).Select(i => (float)i).ToArray(), shape);

    [Fact]
    public void A_5x5_image_and_a_3x3_kernel_make_9x9_then_1x9_then_3x3()
    {
        var form = Analysis.Im2Col(Ramp(1, 1, 5, 5), Ramp(1, 1, 3, 3));
        Assert.Equal((9, 9, 1, 9, 1, 9), (form.Columns.GetLength(0), form.Columns.GetLength(1), form.Kernels.GetLength(0),
            form.Kernels.GetLength(1), form.Product.GetLength(0), form.Product.GetLength(1)));
        Assert.Equal(new Dims([1, 1, 3, 3]), form.Output.Shape.ToDims());
        // The first window, and the one in the middle, tap after tap.
        Assert.Equal([1.0, 2, 3, 6, 7, 8, 11, 12, 13], Enumerable.Range(0, 9).Select(tap => form.Columns[tap, 0]));
        Assert.Equal([7.0, 8, 9, 12, 13, 14, 17, 18, 19], Enumerable.Range(0, 9).Select(tap => form.Columns[tap, 4]));
        Assert.Equal(Enumerable.Range(0, 9).Sum(tap => (tap + 1) * form.Columns[tap, 4]), form.Product[0, 4]);
        Assert.Equal(0, form.Difference);
    }

    // Rows are taps times channels, columns windows times images: where both were 9, nobody saw which is which.
    [Fact]
    public void Rows_are_taps_and_columns_are_windows()
    {
        var form = Analysis.Im2Col(Ramp(2, 2, 5, 6), Ramp(3, 2, 3, 3));
        Assert.Equal((3 * 3 * 2, 2 * 3 * 4), (form.Columns.GetLength(0), form.Columns.GetLength(1)));
        Assert.Equal((3, 24), (form.Product.GetLength(0), form.Product.GetLength(1)));
        Assert.Equal(4L * 2 * 2 * 5 * 6, form.ImageBytes);
        Assert.Equal(4L * 18 * 24, form.ColumnBytes);
        Assert.Equal(61, form.Columns[0, 12]);                          // the second image begins behind the windows of the first
        Assert.Equal(0, form.Difference);
    }

    [Fact]
    public void Stride_padding_and_dilation_are_in_the_columns()
    {
        var form = Analysis.Im2Col(Ramp(1, 1, 7, 6), Ramp(1, 1, 3, 2), [2, 1], [1, 1], [2, 3]);
        Assert.Equal(0, form.Difference);
        Assert.Equal((2, 1, 2), (form.Windows[0].Stride, form.Windows[0].PadBegin, form.Windows[0].Dilation));
        Assert.Equal(0, form.Columns[0, 0]);                            // padding
    }

    [Fact]
    public void Layers_are_compared_in_bytes_and_time()
    {
        var times = Analysis.CompareIm2Col(Built(new Conv2d(8, 3, padding: 1), [4, 16, 16]), batch: 2, runs: 3);
        Assert.Equal((4L * 2 * 4 * 256, 4L * 2 * 4 * 9 * 256), (times.ImageBytes, times.ColumnBytes));
        Assert.True(times.DirectMilliseconds > 0 && times.Im2ColMilliseconds > 0);
        Assert.Throws<ArgumentException>(() => Analysis.Im2Col(Tensor.Zeros(1, 64, 256, 256), Tensor.Zeros(1, 64, 3, 3)));
    }
}
