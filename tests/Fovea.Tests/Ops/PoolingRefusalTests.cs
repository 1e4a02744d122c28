using Fovea.Errors;
using Xunit;

namespace Fovea.Tests.Ops;

/// <summary>Pools that cannot be are refused when the graph is built: nothing is evaluated here. The message holds the numbers.</summary>
public sealed class PoolingRefusalTests
{
    static readonly Tensor Image = Tensor.Zeros(1, 3, 4, 8), Sequence = Tensor.Zeros(2, 3, 5), Flat = Tensor.Zeros(2, 3);
    static readonly Tensor Counted = Tensor.From(Enumerable.Range(0, 6).Select(i => (long)i).ToArray(), [2, 3, 1]);

    static readonly Dictionary<string, (Func<Tensor> Build, string[] Holds)> Refused = new()
    {
        ["a window larger than the image"] = (() => Image.MaxPool(5), ["5 pixels of axis 2", "1x3x4x8 has 4"]),
        ["a dilated window larger than the image"] = (() => Image.MaxPool(3, dilation: 2), ["5 pixels of axis 2", "1x3x4x8"]),
        ["a mean over more than there is"] = (() => Image.AveragePool([2, 9]), ["9 pixels of axis 3", "has 8"]),
        ["a norm over more than there is"] = (() => Image.LpPool(2, 6), ["6 pixels of axis 2"]),
        ["stochastic over more than there is"] = (() => Image.StochasticPool(6), ["6 pixels of axis 2"]),
        ["ceil mode does not make a window"] = (() => Image.MaxPool(9, 2, ceilMode: true), ["9 pixels of axis 2"]),
        ["padding as wide as the window"] = (() => Image.MaxPool(2, 2, 2), ["padding 2x2 and 2x2", "2 pixels"]),
        ["a negative padding"] = (() => Image.AveragePool(2, 2, [-1]), ["PadBegin -1x-1", "at least 0"]),
        ["a stride of 0"] = (() => Image.MaxPool(2, 0), ["Stride 0x0", "at least 1"]),
        ["a dilation of 0"] = (() => Image.MaxPool(2, dilation: 0), ["Dilation 0x0", "at least 1"]),
        ["a kernel of 0"] = (() => Image.AveragePool(0), ["Kernel 0x0", "at least 1"]),
        ["same padding at a stride of 0"] = (() => Image.MaxPool(2, 0, Padding.Same), ["Stride 0x0", "at least 1"]),
        ["same padding of a matrix"] = (() => Flat.AveragePool(2, padding: Padding.Same), ["2x3 has 2 axes"]),
        ["a negative divisor"] = (() => Image.AveragePool(2, divisor: -3), ["-3", "at least 1"]),
        ["two spatial axes missing"] = (() => Flat.MaxPool(2), ["2x3 has 2 axes"]),
        ["four spatial axes"] = (() => Tensor.Zeros(1, 1, 2, 2, 2, 2).AveragePool(2), ["1x1x2x2x2x2 has 6 axes"]),
        ["an extent past 32 bits"] = (() => Image.MaxPool(3, dilation: 1 << 30), ["dilation 1073741824", "2³¹"]),
        ["an extent that padding takes past 32 bits"] =
            (() => Image.MaxPool(2, 1, [1_000_000_000, 0, 1_200_000_000, 0], 1_200_000_000), ["dilation 1200000000", "2³⁰"]),
        ["an extent beside much padding"] =
            (() => Image.AveragePool(1_000_000_000 - 1, 1, [999_999_998, 0, 999_999_998, 0]), ["999999998", "2147483647"]),
        ["taps past 32 bits"] = (() => Image.AveragePool(50_000, 1, 49_999), ["50000x50000", "2³¹"]),
        ["an exponent of 0"] = (() => Image.LpPool(0, 2), ["exponent 0", "above 0"]),
        ["an exponent that is no number"] = (() => Image.LpPool(double.NaN, 2), ["exponent NaN"]),
        ["an infinite exponent"] = (() => Image.LpPool(double.PositiveInfinity, 2), ["MaxPool"]),
        ["bins of an empty axis"] = (() => Tensor.Zeros(1, 2, 0, 4).AdaptiveMaxPool(2), ["2 bins along axis 2", "1x2x0x4"]),
        ["a pyramid of an empty axis"] = (() => Tensor.Zeros(1, 2, 4, 0).SpatialPyramidPool(2), ["axis 3 of 1x2x4x0"]),
        ["more than there are"] = (() => Sequence.KMaxPool(6), ["6 largest of 5", "2x3x5"]),
        ["none at all"] = (() => Sequence.KMaxPool(0), ["0 largest", "at least 1"]),
        ["k-max of images"] = (() => Image.KMaxPool(2), ["1x3x4x8 has 4 axes"]),
        ["a dynamic k past the layer"] = (() => Sequence.DynamicKMaxPool(1, 2, 3, 20), ["10 largest of 5"]),
        ["lengths of another batch"] = (() => Sequence.MaxOverTime(Tensor.From(1L, 2, 3)), ["one length for each of 2", "Int64 3"]),
        ["lengths that are no integers"] = (() => Sequence.KMaxPool(1, Tensor.From(1f, 2f)), ["Int64 2", "Float32"]),
        ["unpooling with other indices"] = (() => Tensor.Zeros(2, 3, 2).MaxUnpool(Counted, outputSize: [4]), ["2x3x1", "2x3x2"]),
        ["unpooling with floating indices"] = (() => Sequence.MaxUnpool(Sequence, outputSize: [9]), ["Int64"]),
        ["unpooling to another rank"] = (() => Sequence.MaxUnpool(Counted, outputSize: [2, 2]), ["2x3x5", "2x2"]),
        ["mirroring more than there is"] = (() => Tensor.Zeros(1, 1, 2).BlurPool(5), ["axis 2 of 1x1x2", "needs 3"]),
        ["blurring volumes"] = (() => Tensor.Zeros(1, 1, 4, 4, 4).BlurPool(), ["1x1x4x4x4 has 5 axes"]),
    };

    public static TheoryData<string> Names => [.. Refused.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_cannot_be_is_refused_when_the_graph_is_built(string name)
    {
        var (build, holds) = Refused[name];
        string message = Assert.Throws<ShapeMismatchException>(build).Message;
        foreach (string part in holds) Assert.Contains(part, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_that_mean_nothing_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Image.MaxPool([2, 2, 2]));
        Assert.Throws<ArgumentException>(() => Image.AdaptiveMaxPool([-1, 2]));
        Assert.Throws<ArgumentException>(() => Image.SpatialPyramidPool([1, 0]));
        Assert.Throws<ArgumentException>(() => Sequence.DynamicKMaxPool(3, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Image.GlobalLpPool(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Image.BlurPool(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Image.BlurPool(3, 0));
    }

    /// <summary>A window counts in PyTorch's ceil mode if it starts inside the image or the padding before it.</summary>
    [Theory]
    [InlineData(6, 2, 3, 0, 0, 2, 2, 3)]
    [InlineData(5, 3, 3, 1, 1, 2, 2, 3)]
    [InlineData(5, 2, 3, 1, 1, 2, 2, 3)]
    [InlineData(7, 1, 3, 0, 0, 3, 3, 3)]
    [InlineData(4, 2, 4, 1, 1, 2, 2, 2)]
    [InlineData(2, 3, 2, 0, 0, 0, 1, 1)]
    public void Rounding_counts_windows(int size, int kernel, int stride, int before, int after, int floor, int ceiling, int anywhere)
    {
        var geometry = Fovea.Ops.PoolingGeometry.Of(1, kernel, stride, [before, after], []);

        Assert.Equal(floor, geometry.OutputSize(0, size));
        Assert.Equal(ceiling, (geometry with { Rounding = Fovea.Ops.PoolingRounding.Ceiling }).OutputSize(0, size));
        Assert.Equal(anywhere, (geometry with { Rounding = Fovea.Ops.PoolingRounding.CeilingAnywhere }).OutputSize(0, size));
        var symbolic = geometry with { Rounding = Fovea.Ops.PoolingRounding.Ceiling };
        Assert.Equal(ceiling, symbolic.OutputSize(0, Dim.Symbol("L")).Bind(new SymbolSizes { ["L"] = size }));
    }
}
