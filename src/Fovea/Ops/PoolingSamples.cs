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

        // Ceil mode: a last window that is cut; with padding; one that starts beyond the input and is dropped, or kept; larger than the
        // input.
        yield return Case([1, 2, 6, 7], new([3, 2], [2, 3], [], []), PoolingRounding.Ceiling);
        yield return Case([2, 3, 8, 5], new([3], [2], [1], []), PoolingRounding.Ceiling);
        yield return Case([1, 2, 9], new([3], [3], [1], []), PoolingRounding.Ceiling);
        yield return Case([1, 2, 5, 6], new([1, 2], [3], [], [1, 3]), PoolingRounding.CeilingAnywhere);
        yield return Case([1, 17, 2, 3], new([3, 4], [2], [], []), PoolingRounding.Ceiling);
    }

    /// <summary>Bins that divide evenly, and that do not; as many as pixels, more than pixels, one; one to three axes.</summary>
    public static IEnumerable<(Shape Input, Shape Outputs)> Bins() =>
    [
        ([2, 3, 6, 4], [3, 2]), ([1, 2, 7, 5], [3, 4]), ([1, 17, 5, 5], [5, 5]), ([1, 2, 3, 4], [5, 7]), ([2, 2, 4, 3], [1, 1]),
        ([2, 3, 11], [4]), ([1, 2, 1], [3]), ([1, 33, 10], [3]), ([1, 2, 4, 5, 6], [2, 3, 4]),
    ];

    readonly record struct Lists(Tensors.Dims Kernel, Tensors.Dims Stride, Tensors.Dims Padding, Tensors.Dims Dilation);

    static PoolingSample Case(Shape input, Lists lists, PoolingRounding rounding = PoolingRounding.Floor) => new(
        PoolingGeometry.Of(input.Rank - 2, lists.Kernel, lists.Stride, lists.Padding, lists.Dilation) with { Rounding = rounding }, input);
}
