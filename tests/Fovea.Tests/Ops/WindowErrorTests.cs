using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

/// <summary>Geometry that cannot be is refused while the graph is built, with the numbers.</summary>
public sealed class WindowErrorTests
{
    static Tensor T(params Dims sizes) => Tensor.Zeros([.. sizes.Select(s => (Dim)s)]);

    // Nothing is computed: sizes may be larger than any memory.
    static Tensor Huge(params Dims sizes) => Tensor.Zeros(1).BroadcastTo(sizes);

    static readonly Dictionary<string, (Action Build, string Message)> Faults = new()
    {
        ["a kernel larger than the image"] = (() => T(1, 2, 5).Convolution(T(3, 2, 9), padding: 1),
            "has a kernel 9 that reaches over 9 pixels of axis 2; the input 1x2x5 has 5 there and 2 of padding: pad by 2 more."),
        ["a dilated kernel larger than the image"] = (() => T(1, 2, 5, 5).Convolution(T(3, 2, 3, 3), dilation: 3),
            "has a kernel 3x3 that reaches over 7 pixels of axis 2; the input 1x2x5x5 has 5 there and 0 of padding: pad by 2 more."),
        ["channels that are not the weights'"] = (() => T(1, 4, 5).Convolution(T(6, 3, 3), groups: 2),
            "expects 6 input channels (weights 6x3x3, 2 groups); the input 1x4x5 has 4."),
        ["outputs that do not fall into groups"] = (() => T(1, 6, 5).Convolution(T(5, 3, 3), groups: 2),
            "cannot split 5 output channels (weights 5x3x3) into 2 groups."),
        ["no groups"] = (() => T(1, 6, 5).Convolution(T(5, 3, 3), groups: 0), "has 0 groups: at least 1."),
        ["dilation 0"] = (() => T(1, 2, 5, 5).Convolution(T(3, 2, 3, 3), dilation: [1, 0]),
            "has Dilation 1x0: every entry must be at least 1."),
        ["stride 0"] = (() => T(1, 2, 5, 5).Convolution(T(3, 2, 3, 3), stride: 0), "has Stride 0x0: every entry must be at least 1."),
        ["stride 0 under a rule"] = (() => T(1, 2, 5, 5).Convolution(T(3, 2, 3, 3), stride: 0, padding: Padding.Same),
            "has Stride 0x0: every entry must be at least 1."),
        ["negative padding"] = (() => T(1, 2, 5).Convolution(T(3, 2, 3), padding: [0, -1]),
            "has PadEnd -1: every entry must be at least 0."),
        ["a kernel of nothing"] = (() => T(1, 2, 5).Convolution(T(3, 2, 0)), "has a kernel 0: every entry must be at least 1."),
        ["weights of another rank"] = (() => T(1, 2, 5, 5).Convolution(T(3, 2, 3)),
            "takes weights of 4 axes (outputs, inputs / groups, kernel), not 3x2x3."),
        ["weights of another rank under a rule"] = (() => T(1, 2, 5, 5).Convolution(T(3, 2, 3), padding: Padding.Full),
            "takes weights of 4 axes (outputs, inputs / groups, kernel), not 3x2x3."),
        ["four spatial axes"] = (() => T(1, 2, 3, 3, 3, 3).Convolution(T(2, 2, 1, 1, 1, 1)),
            "takes N, C and one to three spatial axes; 1x2x3x3x3x3 has 6 axes: Reshape first."),
        ["an extent that overflows"] = (() => Huge(1, 1, 100).Convolution(T(1, 1, 3), dilation: 2_000_000_000),
            "has a kernel 3 that reaches over 4000000001 pixels of axis 2 (dilation 2000000000): at most 2147483647."),
        ["an extent that overflows under a rule"] = (() =>
            Huge(1, 1, 100).Convolution(T(1, 1, 3), dilation: int.MaxValue, padding: Padding.Same),
            "has a kernel 3 that reaches over 4294967295 pixels of axis 2 (dilation 2147483647): at most 2147483647."),
        ["padding that overflows"] = (() => Huge(1, 1, 100).Convolution(T(1, 1, 3), padding: [int.MaxValue, int.MaxValue]),
            "pads axis 2 of 1x1x100 by 2147483647 and 2147483647: that is more than 2147483647 pixels."),
        ["a padded image that overflows"] = (() => Huge(1, 1, 2_000_000_000).Convolution(T(1, 1, 3), padding: 500_000_000),
            "pads axis 2 of 1x1x2000000000 by 500000000 and 500000000: that is more than 2147483647 pixels."),

        ["an output padding of a whole stride"] = (() => T(1, 2, 5).TransposedConvolution(T(2, 3, 3), stride: 2, outputPadding: 2),
            "The output padding 2 must lie between 0 and the stride 2 − 1."),
        ["an output size too large"] = (() => T(1, 2, 5).TransposedConvolution(T(2, 3, 3), stride: 2, padding: 1, outputSize: 11),
            "cannot give 11 pixels on axis 2: 5 with stride 2, a kernel over 3 pixels and padding 1 and 1 give 9 to 10."),
        ["an output size too small"] = (() => T(1, 2, 5, 5).TransposedConvolution(T(2, 3, 3, 2), stride: 1, outputSize: [7, 5]),
            "cannot give 5 pixels on axis 3: 5 with stride 1, a kernel over 2 pixels and padding 0 and 0 give 6."),
        ["an output size besides an output padding"] = (() =>
            T(1, 2, 5).TransposedConvolution(T(2, 3, 3), stride: 2, outputPadding: 1, outputSize: 12),
            "The output size 12 and the output padding 1 say the same thing: give one."),
        ["an output padding besides a rule"] = (() =>
            T(1, 2, 5).TransposedConvolution(T(2, 3, 3), stride: 2, padding: Padding.Same, outputPadding: 1),
            "Same padding gives size · stride, whatever the output padding (1)"),
        ["a size that no convolution of the rule reduces"] = (() =>
            T(1, 2, 5).TransposedConvolution(T(2, 3, 3), stride: 2, padding: Padding.Same, outputSize: 12),
            "turns 12 into 6 (kernel 3, stride 2, padding 0 and 1, dilation 1); 1x2x5 has 5."),
        ["padding that leaves nothing"] = (() => T(1, 2, 3).TransposedConvolution(T(2, 3, 3), padding: 3),
            "makes -1 pixels of the 3 on axis 2 (stride 1, a kernel over 3 pixels, padding 3 and 3): pad less."),
        ["transposed channels that are not the weights'"] = (() => T(1, 4, 5).TransposedConvolution(T(2, 3, 3)),
            "expects 2 input channels (weights 2x3x3); the input 1x4x5 has 4."),

        ["unfolded windows larger than the image"] = (() => T(1, 2, 4, 5).Unfold([5, 2]),
            "has a kernel 5x2 that reaches over 5 pixels of axis 2; the input 1x2x4x5 has 4 there and 0 of padding: pad by 1 more."),
        ["columns of other windows"] = (() => T(1, 8, 12).Fold([4, 5], 2, stride: 2),
            "expects 4 places (2x2: kernel 2x2, stride 2x2, padding 0x0 and 0x0, dilation 1x1 over 4x5); 1x8x12 has 12."),
        ["columns that are no taps"] = (() => T(1, 9, 4).Fold([4, 4], 2, stride: 2),
            "cannot share the 9 rows of 1x9x4 among 4 taps (kernel 2x2)."),

        ["weights for other places"] = (() => T(1, 2, 6).LocallyConnected(T(3, 2, 3, 5)),
            "has weights for 5 places (weights 3x2x3x5); the image 1x2x6 has 4: each place has weights of its own"),
        ["weights that are shared"] = (() => T(1, 2, 6).LocallyConnected(T(3, 2, 3)),
            "takes weights of 4 axes (outputs, inputs / groups, kernel, places), not 3x2x3."),
        ["a locally connected layer of a size not known"] = (() => new LocallyConnected1d(2, 3).Build([2, Dim.Symbol("L")]),
            "has weights for every place, so it needs known sizes; the input is "),
        ["another image than the layer was built for"] = (() =>
        {
            var layer = new LocallyConnected1d(3, 3);
            layer.Build([2, 6]);
            layer.Forward(T(1, 2, 7));
        }, "has weights for 4 places (weights 3x2x3x4); the image 1x2x7 has 5"),

        ["a reflection wider than the image"] = (() => T(1, 2, 3).Convolution(T(1, 2, 7), padding: 3, padMode: PadMode.Reflect),
            "cannot reflect 3 elements of axis 2, which has 3: at most 2 (the input is 1x2x3)."),
        ["a border that wraps more than once"] = (() => T(1, 2, 3).Pad([0, 0, 0], [0, 0, 4], mode: PadMode.Circular),
            "cannot wrap 4 elements of axis 2, which has 3: at most 3 (the input is 1x2x3)."),
        ["a border of pixels that are none"] = (() => T(1, 0).Pad([0, 1], [0, 0], mode: PadMode.Replicate),
            "cannot replicate the outermost element of axis 1, which has none"),
        ["a value for a border that shows the image"] = (() => T(1, 3).Pad([0, 1], [0, 0], 2, PadMode.Replicate),
            "has the value 2 for a border, but takes it from the input (Replicate)."),
        ["a border that overflows"] = (() => Huge(1, 2_000_000_000).Pad([0, 2_000_000_000], [0, 0]),
            "pads axis 1 of 1x2000000000 by 2000000000 and 0: 4000000000 is more than 2147483647."),
        ["a causal image"] = (() => T(1, 2, 5, 5).Convolution(T(3, 2, 3, 3), padding: Padding.Causal),
            "Causal padding is for sequences, one spatial axis, not 2: give the padding in numbers."),
        ["three numbers of padding for two axes"] = (() => T(1, 2, 5, 5).Convolution(T(3, 2, 3, 3), padding: [1, 2, 3]),
            "The padding 1x2x3 has 3 entries: write one, 2 (one a spatial axis), or 4 (beginnings, then ends)."),
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_refused_with_the_numbers(string name)
    {
        var (build, message) = Faults[name];
        var error = Assert.ThrowsAny<Exception>(build);

        Assert.True(error is ShapeMismatchException or ArgumentException, $"{error.GetType().Name}: {error.Message}");
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
