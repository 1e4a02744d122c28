using Xunit;

namespace Fovea.Tests.Ops;

public sealed class TileTests
{
    [Fact]
    public void Tile_lays_whole_copies_side_by_side()
    {
        var x = Tensor.From([1f, 2, 3, 4], [2, 2]).Watch();
        var y = x.Tile(2, 3);

        Assert.Equal([4, 6], y.Shape);
        Assert.Equal([1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4], y.ToArray());
        Assert.Equal([6, 6, 6, 6], Gradients.Of(y.Sum(), x).ToArray());
        Assert.Throws<ArgumentException>(() => x.Tile(2));
        Assert.Throws<ArgumentException>(() => x.Tile(0, 1));
    }

    [Fact]
    public void Repeat_puts_equal_slices_in_a_row()
    {
        var x = Tensor.From([1f, 2, 3, 4], [2, 2]);

        Assert.Equal([1, 1, 2, 2, 3, 3, 4, 4], x.Repeat(-1, 2).ToArray());
        Assert.Equal([1, 2, 1, 2, 3, 4, 3, 4], x.Repeat(0, 2).ToArray());
    }

    [Fact]
    public void Arange_counts_to_but_not_including_the_stop()
    {
        Assert.Equal([0L, 1, 2], Tensor.Arange(3).ToArray<long>());
        Assert.Equal([2L, 5, 8], Tensor.Arange(2, 10, 3).ToArray<long>());
        Assert.Equal([3L, 1], Tensor.Arange(3, 0, -2).ToArray<long>());
        Assert.Equal([0], Tensor.Arange(3, 1).Shape);
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Arange(0, 3, 0));
        Assert.Throws<OverflowException>(() => Tensor.Arange(long.MinValue, long.MaxValue, 1));
    }
}
