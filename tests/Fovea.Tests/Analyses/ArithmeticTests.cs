using Fovea.Modules;
using Xunit;

namespace Fovea.Tests.Analyses;

/// <summary>Sizes, connections and weights: the article's numbers, and those of Dumoulin and Visin.</summary>
public sealed class ArithmeticTests
{
    // Relationship, input, kernel, stride, padding at each end, dilation, output: the figures of the guide.
    [Theory]
    [InlineData(1, 4, 3, 1, 0, 1, 2)]
    [InlineData(2, 5, 4, 1, 2, 1, 6)]
    [InlineData(3, 5, 3, 1, 1, 1, 5)]
    [InlineData(4, 5, 3, 1, 2, 1, 7)]
    [InlineData(5, 5, 3, 2, 0, 1, 2)]
    [InlineData(6, 5, 3, 2, 1, 1, 3)]
    [InlineData(6, 6, 3, 2, 1, 1, 3)]
    [InlineData(7, 5, 3, 1, 0, 1, 3)]
    [InlineData(15, 7, 3, 1, 0, 2, 3)]
    public void Sizes_of_convolution_and_pooling(int relationship, int input, int kernel, int stride, int padding, int dilation, int output)
    {
        var window = WindowArithmetic.Padded(kernel, padding, stride, dilation);
        Assert.Equal(output, window.OutputSize(input));
        var x = Tensor.Zeros(1, 1, input);
        Assert.Equal(output, (int)(relationship == 7 ? x.MaxPool([kernel], [stride], [padding], [dilation])
            : x.Convolution(Tensor.Zeros(1, 1, kernel), null, [stride], [padding], [dilation])).Shape[2]);
    }

    // Relationship, input, kernel, stride, padding, output padding, output; and the plain convolution that it equals: zeros, padding.
    [Theory]
    [InlineData(8, 2, 3, 1, 0, 0, 4, 0, 2)]
    [InlineData(9, 6, 4, 1, 2, 0, 5, 0, 1)]
    [InlineData(10, 5, 3, 1, 1, 0, 5, 0, 1)]
    [InlineData(11, 7, 3, 1, 2, 0, 5, 0, 0)]
    [InlineData(12, 2, 3, 2, 0, 0, 5, 1, 2)]
    [InlineData(13, 3, 3, 2, 1, 0, 5, 1, 1)]
    [InlineData(14, 3, 3, 2, 1, 1, 6, 1, 1)]
    public void Sizes_of_transposed_convolution(int relationship, int input, int kernel, int stride, int padding, int added, int output,
        int zeros, int plainPadding)
    {
        Assert.InRange(relationship, 8, 14);
        var window = WindowArithmetic.Padded(kernel, padding, stride);
        Assert.Equal(output, window.TransposedOutputSize(input, added));
        Assert.Equal(input, window.OutputSize(output));
        Assert.Equal(added, window.Unread(output));
        var plain = window.Transposed(input, added);
        Assert.Equal((zeros, plainPadding, plainPadding + added, output),
            (plain.ZerosBetween, plain.PadBegin, plain.PadEnd, plain.OutputSize));
        Assert.Equal(output, (int)Tensor.Zeros(1, 1, input)
            .TransposedConvolution(Tensor.Zeros(1, 1, kernel), null, [stride], [padding], [added]).Shape[2]);
    }

    [Fact]
    public void Half_and_full_padding()
    {
        for (int kernel = 1; kernel < 8; kernel += 2) Assert.Equal(11, WindowArithmetic.Half(kernel).OutputSize(11));
        Assert.Equal(5 + 3 - 1, WindowArithmetic.Full(3).OutputSize(5));
        Assert.Equal(11, WindowArithmetic.Half(3, dilation: 4).OutputSize(11));
    }

    // The article, 5.1: K' = K + (K − 1)(D − 1).
    [Theory]
    [InlineData(3, 1, 3)]
    [InlineData(3, 2, 5)]
    [InlineData(3, 4, 9)]
    [InlineData(1, 9, 1)]
    public void A_dilated_kernel_reaches_further(int kernel, int dilation, int effective) =>
        Assert.Equal(effective, new WindowArithmetic(kernel, Dilation: dilation).EffectiveKernel);

    [Fact]
    public void What_cannot_be_is_refused_with_its_numbers()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new WindowArithmetic(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WindowArithmetic(3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WindowArithmetic(3, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WindowArithmetic(3, Dilation: 0));
        Assert.Contains("reaches over 5", Assert.Throws<ArgumentOutOfRangeException>(() => new WindowArithmetic(5).OutputSize(4)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WindowArithmetic(3, 2).TransposedOutputSize(4, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => WindowArithmetic.Padded(3, 3).TransposedOutputSize(2));
        Assert.Throws<OverflowException>(() => new WindowArithmetic(3, int.MaxValue).TransposedOutputSize(3));
    }

    // The article, 2.1: dense m · n, local k · n; the connections are k · n, and the weights k for a pair of channels.
    [Fact]
    public void Connections_and_weights_are_counted_from_the_layer()
    {
        var convolution = Built(new Conv1d(1, 3), [1, 10]);
        var counted = Analysis.Connections(convolution);
        Assert.Equal((10L, 8L, 24L, 3L, 3L),
            (counted.Inputs, counted.Outputs, counted.Connections, counted.Weights, counted.MostOfOneOutput));
        Assert.Equal((80L, 24L), (counted.Dense, counted.Local));

        var dense = Analysis.Connections(Built(new Linear(8), [10]));
        Assert.Equal((80L, 80L), (dense.Connections, dense.Weights));

        // Three meanings of channels (2.3): 6 × 6 × 3 by 3 × 3 × 3, two kernels, is 4 × 4 × 2.
        var image = Analysis.Connections(Built(new Conv2d(2, 3), [3, 6, 6]));
        Assert.Equal((108L, 32L, 32L * 27, 54L, 27L),
            (image.Inputs, image.Outputs, image.Connections, image.Weights, image.MostOfOneOutput));

        // Padding gives no connection; groups and dilation, transposed or not, change who is joined.
        Assert.Equal(8 + 2 * 7, Analysis.Connections(Built(new Conv1d(1, 3, padding: 1, bias: false), [1, 8])).Connections);
        Assert.Equal(2 * 4 * 3, Analysis.Connections(Built(new Conv1d(4, 3, groups: 4, dilation: 2), [4, 6])).Connections);
        Assert.Equal(5 * 3, Analysis.Connections(Built(new ConvTranspose1d(1, 3, 2), [1, 5])).Connections);
    }

    [Fact]
    public void A_convolution_is_a_matrix_of_repeated_weights()
    {
        var layer = Built(new Conv1d(1, 3, bias: false), [1, 5]);
        var matrix = Analysis.Matrix(layer);
        Assert.Equal((3, 5, 9L, 3), (matrix.Rows, matrix.Columns, matrix.Connections, matrix.DistinctWeights));
        float[] weight = layer.Weight.Read().ToArray();
        for (int o = 0; o < 3; o++)
            for (int i = 0; i < 5; i++)
            {
                int tap = i - o;
                Assert.Equal(tap is >= 0 and < 3 ? tap : -1, matrix.WeightAt(o, i));
                Assert.Equal(tap is >= 0 and < 3 ? weight[tap] : 0, matrix[o, i]);
            }

        // The transposed layer is the transposed matrix.
        var back = Built(new ConvTranspose1d(1, 3, bias: false), [1, 3]);
        back.Weight.Assign(layer.Weight.Read().Reshape(1, 1, 3));
        var transposed = Analysis.Matrix(back);
        for (int o = 0; o < 5; o++)
            for (int i = 0; i < 3; i++) Assert.Equal(matrix.Transpose()[o, i], transposed[o, i]);
    }

    [Fact]
    public void A_layer_without_a_matrix_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Analysis.Matrix(Built(new Sequential(new Conv2d(2, 3), new Conv2d(2, 3)), [1, 8, 8])));
        Assert.Throws<ArgumentException>(() => Analysis.Matrix(Built(new Sequential(new Conv2d(2, 3), new Relu()), [1, 8, 8])));
        Assert.Contains("at most", Assert.Throws<ArgumentException>(() => Analysis.Matrix(Built(new Conv2d(16, 3), [16, 32, 32]))).Message,
            StringComparison.Ordinal);
    }

    internal static T Built<T>(T module, Shape input) where T : Module
    {
        module.Build(input, seed: 3);
        return module;
    }
}
