using Fovea.Errors;
using Fovea.Ops;
using Xunit;

namespace Fovea.Tests.Ops;

public sealed class MovementTests
{
    // Python's own slicing, element by element.
    static float[] Python(float[] x, long? start, long? stop, int step)
    {
        long low = step > 0 ? 0 : -1, high = x.Length + low;
        long Inside(long end) => Math.Clamp(end < 0 ? end + x.Length : end, low, high);
        long from = start is { } a ? Inside(a) : step > 0 ? 0 : high, to = stop is { } b ? Inside(b) : step > 0 ? high : -1;
        var y = new List<float>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) y.Add(x[i]);
        return [.. y];
    }

    [Fact]
    public void Slice_range_is_that_of_Python_of_known_and_of_symbolic_sizes()
    {
        long?[] ends = [null, 0, 1, 3, 6, 7, 9, -1, -3, -7, -9];
        int[] steps = [1, 2, 3, -1, -2, -4];
        foreach (int length in new[] { 7, 1, 4 })
        {
            float[] values = [.. Enumerable.Range(0, length).Select(i => (float)i)];
            var x = Tensor.From(values);
            foreach (int step in steps)
            {
                foreach (var start in ends)
                {
                    foreach (var stop in ends)
                    {
                        Assert.Equal(Python(values, start, stop, step), x.SliceRange(0, start, stop, step).ToArray());
                    }
                }
            }
        }

        foreach (var (start, stop, step) in new (long?, long?, int)[]
            { (1, null, 2), (-3, -1, 1), (null, null, -1), (9, 2, -2), (5, 9, 1) })
        {
            var slice = Function.Compile((Tensor t) => t.SliceRange(0, start, stop, step));
            foreach (int length in new[] { 12, 6, 7 })
            {
                float[] values = [.. Enumerable.Range(0, length).Select(i => (float)i)];
                Assert.Equal(Python(values, start, stop, step), slice.Run(Tensor.From(values)).ToArray());
            }

            Assert.Equal(1, slice.TraceCount);
        }
    }

    [Fact]
    public void A_slice_that_leaves_the_axis_is_refused_when_a_symbolic_size_is_bound()
    {
        var last = Function.Compile((Tensor t) => t.Slice(0, t.Shape[0] - 3, 3));

        Assert.Equal([2, 3, 4], last.Run(Tensor.From(0f, 1, 2, 3, 4)).ToArray());
        var refused = Assert.Throws<ShapeMismatchException>(() => last.Run(Tensor.From(0f, 1)));
        Assert.Contains("takes 3 elements from -1", refused.Message);
    }

    [Fact]
    public void Roll_brings_in_what_leaves_and_a_flip_of_symbolic_size_turns_it_round()
    {
        Assert.Equal([3, 4, 0, 1, 2], Tensor.From(0f, 1, 2, 3, 4).Roll(2, 0).ToArray());
        Assert.Equal([1, 2, 3, 4, 0], Tensor.From(0f, 1, 2, 3, 4).Roll(-11, -1).ToArray());
        var roll = Function.Compile((Tensor t) => t.Roll(-1, 0).Flip());
        Assert.Equal([0, 2, 1], roll.Run(Tensor.From(0f, 1, 2)).ToArray());
        Assert.Equal([0, 4, 3, 2, 1], roll.Run(Tensor.From(0f, 1, 2, 3, 4)).ToArray());
    }

    [Fact]
    public void Parts_that_do_not_add_up_are_refused_with_the_numbers()
    {
        var x = Tensor.From(new float[12], [2, 6]);

        Assert.Contains("1 + 2 = 3; it has 6", Assert.Throws<ShapeMismatchException>(() => x.Split(1, 1, 2)).Message);
        Assert.Contains("4 equal parts", Assert.Throws<ShapeMismatchException>(() => x.SplitEvenly(4, 1)).Message);
        Assert.Equal([2, 2], x.SplitEvenly(3, -1)[2].Shape);
    }

    [Fact]
    public void Every_update_of_one_element_counts_by_its_rule()
    {
        var x = Tensor.From([1f, 2, 3]).Watch();
        var updates = Tensor.From([5f, 7, 11]).Watch();
        var twice = Tensor.From([0L, 2, -3]);

        var put = x.ScatterElements(twice, updates, 0);
        Assert.Equal([11, 2, 7], put.ToArray());
        // The first update was put over: it has no gradient.
        var slopes = Gradients.Of((put * Tensor.From(10f, 20, 30)).Sum(), [x, updates]);
        Assert.Equal([0, 20, 0], slopes[0].ToArray());
        Assert.Equal([0, 30, 10], slopes[1].ToArray());
        Assert.Equal([17, 2, 10], x.ScatterElements(twice, updates, 0, ScatterReduction.Add).ToArray());
        Assert.Equal([55, 2, 21], x.ScatterElements(twice, updates, 0, ScatterReduction.Multiply).ToArray());
    }

    [Fact]
    public void The_gradient_of_a_scattered_product_is_right_at_zeros()
    {
        var x = Tensor.From([2f, 0, 5, 0]).Watch();
        var updates = Tensor.From([0f, 3, 4, 7, 6]).Watch();
        var y = x.ScatterElements(Tensor.From([0L, 0, 1, 2, 3]), updates, 0, ScatterReduction.Multiply);

        var slopes = Gradients.Of(y.Sum(), [x, updates]);
        Assert.Equal([0, 4, 7, 6], slopes[0].ToArray());
        Assert.Equal([6, 0, 0, 5, 0], slopes[1].ToArray());
    }

    [Fact]
    public void Indices_outside_are_refused_when_they_are_known()
    {
        var x = Tensor.From(new float[12], [3, 4]);

        Assert.Throws<IndexOutOfRangeException>(() => x.GatherElements(Tensor.From([4L, 0, 0], [3, 1]), 1).ToArray());
        Assert.Throws<IndexOutOfRangeException>(() =>
            x.ScatterElements(Tensor.From([-5L, 0, 0], [3, 1]), Tensor.From(new float[3], [3, 1]), 1).ToArray());
        // As a number of all elements it would be inside.
        Assert.Throws<IndexOutOfRangeException>(() => x.GatherND(Tensor.From([0L, 4], [1, 2])).ToArray());
        Assert.Contains("name 3 axes", Assert.Throws<ShapeMismatchException>(() => x.GatherND(Tensor.From([0L, 1, 2]))).Message);
        Assert.Contains("takes updates 2x4",
            Assert.Throws<ShapeMismatchException>(() => x.ScatterND(Tensor.From([0L, 1], [2, 1]), x)).Message);
    }

    [Fact]
    public void GatherND_takes_batch_axes_of_any_size()
    {
        var x = Tensor.From([.. Enumerable.Range(0, 24).Select(i => (float)i)], [2, 3, 4]);
        var indices = Tensor.From([1L, 0, 2, 3], [2, 1, 2]);

        Assert.Equal([4, 23], x.GatherND(indices, batchAxes: 1).ToArray());
        var gather = Function.Compile((Tensor values, Tensor places) => values.GatherND(places, batchAxes: 1));
        Assert.Equal([4, 23], gather.Run(x, indices).ToArray());
        Assert.Equal([4f], gather.Run(x.Slice(0, 0, 1), indices.Slice(0, 0, 1)).ToArray());
        Assert.Equal(1, gather.TraceCount);
    }

    [Fact]
    public void Triangles_of_matrices_of_any_size_and_type()
    {
        var upper = Function.Compile((Tensor x) => x.UpperTriangle(1));
        Assert.Equal([0, 1, 1, 0, 0, 1], upper.Run(Tensor.From([1f, 1, 1, 1, 1, 1], [2, 3])).ToArray());
        Assert.Equal([0, 1, 0, 0, 0, 0], upper.Run(Tensor.From([1f, 1, 1, 1, 1, 1], [3, 2])).ToArray());
        Assert.Equal([1L, 0, 3, 4], Tensor.From([1L, 2, 3, 4], [2, 2]).LowerTriangle().ToArray<long>());
    }
}
