using Fovea.Errors;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

public sealed class MathematicsTests
{
    [Theory]
    [InlineData("ij,jk", "2 operands; 1")]
    [InlineData("i1->i", "holds \"1\"")]
    [InlineData("ij->ijk", "which no operand has")]
    [InlineData("ij->ii", "twice")]
    [InlineData("i->i", "which has 2 axes")]
    [InlineData("ijk...->i", "names more axes")]
    [InlineData("ii->i", "a diagonal has one size")]
    public void An_equation_that_does_not_fit_is_refused(string equation, string why)
    {
        var x = Tensor.From(new float[6], [2, 3]);

        Assert.Contains(why, Assert.ThrowsAny<Exception>(() => Tensor.Einsum(equation, x)).Message);
    }

    [Fact]
    public void Sizes_of_one_label_must_be_equal_or_stretch()
    {
        Tensor a = Tensor.From(new float[6], [2, 3]), b = Tensor.From(new float[8], [4, 2]);

        Assert.Contains("3 and 4", Assert.Throws<ShapeMismatchException>(() => Tensor.Einsum("ij,jk->ik", a, b)).Message);
    }

    [Fact]
    public void Einsum_keeps_a_batch_of_any_size_and_takes_integers()
    {
        var product = Function.Compile((Tensor a) => Tensor.Einsum("bij,bkj->bik", a, a));
        var trace = Function.Compile((Tensor a) => Tensor.Einsum("ii->", a));
        foreach (int count in new[] { 3, 1, 5 })
        {
            var x = Tensor.From([.. Enumerable.Range(0, count * 4).Select(i => (float)i)], [count, 2, 2]);
            Assert.Equal(x.MatMul(x, transposeY: true).ToArray(), product.Run(x).ToArray());
            var square = Tensor.From([.. Enumerable.Range(0, count * count).Select(i => (float)i)], [count, count]);
            Assert.Equal(Enumerable.Range(0, count).Sum(i => i * (count + 1)), trace.Run(square).Item());
        }

        Assert.Equal([19L, 22, 43, 50],
            Tensor.Einsum("ij,jk->ik", Tensor.From([1L, 2, 3, 4], [2, 2]), Tensor.From([5L, 6, 7, 8], [2, 2])).ToArray<long>());
    }

    [Fact]
    public void Einsum_of_matrices_is_one_product_without_copies()
    {
        Tensor a = Tensor.From(new float[24], [2, 3, 4]), b = Tensor.From(new float[40], [2, 5, 4]);
        var product = Tensor.Einsum("bij,bkj->bik", a, b);

        var matMul = product.Node!.Op is Fovea.Ops.Reshape ? product.Node.Inputs[0] : product;
        Assert.IsType<Fovea.Ops.MatMul>(matMul.Node!.Op);
        Assert.All(matMul.Node.Inputs, input => Assert.False(input.Node is { Op: Fovea.Ops.Transpose }));
    }

    [Fact]
    public void LogSumExp_of_infinities_is_what_mathematics_says()
    {
        const float none = float.NegativeInfinity, all = float.PositiveInfinity;
        var x = Tensor.From([none, none, none, 0, all, 1, float.NaN, 0], [4, 2]);

        Assert.Equal([none, 0, all, float.NaN], x.LogSumExp([1], keepAxes: false).ToArray());
        var minus = x.Slice(0, 0, 2).Watch();
        Assert.Equal([0, 0, 0, 1], Gradients.Of(minus.LogSumExp(1).Sum(), minus).ToArray());
        Assert.Equal([none], Tensor.From(new float[0], [1, 0]).LogSumExp(1).ToArray());
    }

    [Fact]
    public void LogSumExp_takes_axes_that_do_not_lie_side_by_side()
    {
        var x = Tensor.From([.. Enumerable.Range(0, 24).Select(i => i / 7f)], [2, 3, 4]);

        var expected = x.Exp().Sum([0, 2], keepAxes: true).Log().ToArray();
        var y = x.LogSumExp([0, 2], keepAxes: true);
        Assert.Equal([1, 3, 1], y.Shape);
        Assert.All(expected.Zip(y.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void A_variance_divides_by_the_size_of_the_call()
    {
        var variance = Function.Compile((Tensor x) => x.Variance([0], keepAxes: false, unbiased: true));

        Assert.Equal(2f, variance.Run(Tensor.From(1f, 3)).Item(), 1e-6f);
        Assert.Equal(5f / 3, variance.Run(Tensor.From(1f, 2, 3, 4)).Item(), 1e-6f);
        Assert.True(float.IsNaN(variance.Run(Tensor.From(1f)).Item()));
        var flat = Tensor.From([2f, 2, 2]).Watch();
        Assert.Equal([0, 0, 0], Gradients.Of(flat.StandardDeviation(), flat).ToArray());
    }

    [Fact]
    public void Sorting_keeps_equals_in_order_and_puts_NaN_last()
    {
        var x = Tensor.From(2f, float.NaN, -0f, 0f, 2f, float.NegativeInfinity, float.NaN);

        Assert.Equal([5L, 2, 3, 0, 4, 1, 6], x.ArgSort().ToArray<long>());
        Assert.Equal([1L, 6, 0, 4, 2, 3, 5], x.ArgSort(descending: true).ToArray<long>());
        Assert.Equal([1L, 6, 0], x.TopK(3).Indices.ToArray<long>());
        Assert.Equal([0L, 1, 6], x.TopK(3, sorted: false).Indices.ToArray<long>());
        var sort = Function.Compile((Tensor t) => t.Sort(0).Values);
        Assert.Equal([1, 2, 3], sort.Run(Tensor.From(3f, 1, 2)).ToArray());
        Assert.Equal([1, 2], sort.Run(Tensor.From(2f, 1)).ToArray());
        Assert.Contains("takes 8 elements: axis 0 of 7 has 7", Assert.Throws<ShapeMismatchException>(() => x.TopK(8)).Message);
    }

    [Fact]
    public void Top_of_long_rows_is_that_of_a_sort()
    {
        var random = new Random(3);
        float[] values = [.. Enumerable.Range(0, 3000).Select(_ => (float)random.Next(-400, 400))];
        long[] order = [.. Enumerable.Range(0, values.Length).OrderByDescending(i => values[i]).Select(i => (long)i)];
        foreach (int k in new[] { 1, 15, 16, 17, 100, 2999, 3000 })
        {
            Assert.Equal(order[..k], Tensor.From(values).TopK(k).Indices.ToArray<long>());
        }
    }

    [Fact]
    public void Rests_have_the_sign_of_Python_or_of_C()
    {
        Tensor x = Tensor.From([7, -7, 7, -7, int.MinValue]), y = Tensor.From([3, 3, -3, -3, -1]);

        Assert.Equal([1, 2, -2, -1, 0], x.Modulo(y).ToArray<int>());
        Assert.Equal([1, -1, 1, -1, 0], (x % y).ToArray<int>());
        Assert.Equal([2, -3, -3, 2, int.MinValue], x.FloorDivide(y).ToArray<int>());
        Assert.Equal([0.5f, 2.5f, -2.5f, -0.5f], Tensor.From(6.5f, -6.5f, 6.5f, -6.5f).Modulo(Tensor.From(3f, 3, -3, -3)).ToArray());
        Assert.Throws<DivideByZeroException>(() => x.Modulo(0).ToArray<int>());
    }

    [Fact]
    public void Bits_and_infinities()
    {
        Assert.Equal([(byte)0xF0, (byte)0xFF], (~Tensor.From((byte)0x0F, (byte)0)).ToArray<byte>());
        Assert.Equal([0b1000L, -1], (Tensor.From(0b1100L, -1) & Tensor.From(0b1010L, -1)).ToArray<long>());
        Assert.Equal([true, false], (!Tensor.From(false, true)).ToArray<bool>());
        Assert.Throws<ShapeMismatchException>(() => Tensor.From(1f) & Tensor.From(2f));
        var x = Tensor.From(1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity);
        Assert.Equal([false, false, true, true], x.IsInfinite().ToArray<bool>());
        Assert.Equal([true, false, false, false], x.IsFinite().ToArray<bool>());
    }

    [Fact]
    public void A_recurrence_is_an_exponential_average()
    {
        var average = Tensor.From([1f, 0, 0, 2], [1, 4]).LinearRecurrence(Tensor.From([0.5f, 0.5f, 0.5f, 0.5f], [1, 4]), 1);

        Assert.Equal([1, 0.5f, 0.25f, 2.125f], average.ToArray());
        Assert.Equal(ElementType.Float32, average.ElementType);
    }
}
