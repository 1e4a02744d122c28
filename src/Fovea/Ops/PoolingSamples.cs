namespace Fovea.Ops;

/// <summary>One case of the conformance suite for pools and their gradients.</summary>
/// <param name="Geometry">The windows.</param>
/// <param name="Input">N, C, spatial.</param>
sealed record PoolingSample(PoolingGeometry Geometry, Shape Input)
{
    public Shape InputSize => Input.Slice(2, Geometry.Rank);

    /// <summary>N, C, places.</summary>
    public Shape Output => Shape.Concat(Input.Slice(0, 2),
        new([.. Enumerable.Range(0, Geometry.Rank).Select(i => Geometry.OutputSize(i, InputSize[i]))]));
}

static class PoolingSamples
{
    public static IEnumerable<PoolingSample> Cases()
    {
        // Side by side, with pixels left over; overlapping; stride larger than the window; as large as the input; one pixel.
        yield return Case([2, 3, 5, 4], new([2], [], [], []));
        yield return Case([1, 2, 7, 7], new([3], [2], [1], []));
        yield return Case([1, 17, 6, 6], new([3], [1], [1], []));
        yield return Case([1, 2, 8, 7], new([2], [3], [], []));
        yield return Case([2, 2, 4, 5], new([4, 5], [], [], []));
        yield return Case([1, 1, 1, 1], new([1], [], [], []));

        // Asymmetric padding; a window larger than the input; dilation, also with padding.
        yield return Case([1, 2, 5, 6], new([3, 2], [1, 2], [0, 1, 2, 0], []));
        yield return Case([1, 2, 2, 3], new([4], [1], [2], []));
        yield return Case([1, 2, 8, 9], new([3, 2], [1, 2], [], [2, 3]));
        yield return Case([1, 2, 6, 6], new([3], [2], [2], [2]));

        // One and three axes.
        yield return Case([2, 3, 11], new([3], [2], [1], []));
        yield return Case([2, 3, 1], new([3], [1], [1], []));
        yield return Case([1, 4, 56], new([56], [], [], []));
        yield return Case([1, 2, 4, 5, 6], new([2, 3, 2], [2, 1, 2], [0, 1, 0], []));
    }

    readonly record struct Lists(Tensors.Dims Kernel, Tensors.Dims Stride, Tensors.Dims Padding, Tensors.Dims Dilation);

    static PoolingSample Case(Shape input, Lists lists) =>
        new(PoolingGeometry.Of(input.Rank - 2, lists.Kernel, lists.Stride, lists.Padding, lists.Dilation), input);
}
