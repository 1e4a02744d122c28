using Fovea.Modules;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Layers;

/// <summary>What layers make of shapes, and their parameters: names and sizes as in PyTorch, so that its weights fit.</summary>
public sealed class LayerTests
{
    sealed record Layer(Func<Module> Create, Dims Input, Dims Output, string Parameters = "");

    static readonly Dictionary<string, Layer> Layers = new()
    {
        ["Conv1d"] = new(() => new Conv1d(6, 3, stride: 2, padding: 1), [4, 9], [6, 5], "weight 6x4x3, bias 6"),
        ["Conv2d in groups"] = new(() => new Conv2d(8, [3, 2], groups: 2), [4, 6, 6], [8, 4, 5], "weight 8x2x3x2, bias 8"),
        ["Conv3d"] = new(() => new Conv3d(2, 2, bias: false), [3, 4, 4, 4], [2, 3, 3, 3], "weight 2x3x2x2x2"),
        ["ConvTranspose1d"] = new(() => new ConvTranspose1d(6, 4, stride: 3, padding: 1, outputPadding: 1, dilation: 2, groups: 2),
            [4, 5], [6, 18], "weight 4x3x4, bias 6"),
        ["ConvTranspose2d"] = new(() => new ConvTranspose2d(5, 3, stride: 2, padding: 1, outputPadding: 1),
            [4, 7, 8], [5, 14, 16], "weight 4x5x3x3, bias 5"),
        ["ConvTranspose3d"] = new(() => new ConvTranspose3d(2, 2, stride: 2, bias: false), [3, 2, 3, 4], [2, 4, 6, 8], "weight 3x2x2x2x2"),
        ["Conv1d, causal"] = new(() => new Conv1d(6, 3, padding: Padding.Causal, dilation: 4), [4, 9], [6, 9], "weight 6x4x3, bias 6"),
        ["Conv2d, same"] = new(() => new Conv2d(8, 4, stride: 2, padding: Padding.Same), [4, 7, 6], [8, 4, 3], "weight 8x4x4x4, bias 8"),
        ["Conv2d, reflecting"] = new(() => new Conv2d(8, 3, padding: [0, 1, 2, 1], padMode: PadMode.Reflect),
            [4, 7, 6], [8, 7, 6], "weight 8x4x3x3, bias 8"),
        ["ConvTranspose2d of a size"] = new(() => new ConvTranspose2d(5, 3, stride: 2, padding: 1, outputSize: [14, 15]),
            [4, 7, 8], [5, 14, 15], "weight 4x5x3x3, bias 5"),
        ["ConvTranspose1d, same"] = new(() => new ConvTranspose1d(6, 3, stride: 4, padding: Padding.Same),
            [4, 5], [6, 20], "weight 4x6x3, bias 6"),
        ["LocallyConnected1d"] = new(() => new LocallyConnected1d(6, 3, padding: Padding.Same), [4, 9], [6, 9], "weight 6x4x3x9, bias 6x9"),
        ["LocallyConnected2d"] = new(() => new LocallyConnected2d(4, [3, 2], stride: 2, groups: 2), [4, 7, 6],
            [4, 3, 3], "weight 4x2x3x2x3x3, bias 4x3x3"),
        ["LocallyConnected3d"] = new(() => new LocallyConnected3d(2, 2, bias: false), [3, 3, 4, 3],
            [2, 2, 3, 2], "weight 2x3x2x2x2x2x3x2"),
        ["SeparableConv1d"] = new(() => new SeparableConv1d(6, 3, padding: Padding.Causal), [4, 9], [6, 9],
            "depthwise.weight 4x1x3, pointwise.weight 6x4x1, pointwise.bias 6"),
        ["SeparableConv2d"] = new(() => new SeparableConv2d(8, 3, stride: 2, padding: 1, multiplier: 2), [4, 7, 6], [8, 4, 3],
            "depthwise.weight 8x1x3x3, pointwise.weight 8x8x1x1, pointwise.bias 8"),
        ["SeparableConv3d"] = new(() => new SeparableConv3d(2, 2, bias: false), [3, 3, 4, 3], [2, 2, 3, 2],
            "depthwise.weight 3x1x2x2x2, pointwise.weight 2x3x1x1x1"),
        ["DeformableConv2d"] = new(() => new DeformableConv2d(6, 3, stride: 2, padding: 1), [4, 7, 6], [6, 4, 3],
            "weight 6x4x3x3, bias 6, offset.weight 27x4x3x3, offset.bias 27"),
        ["Unfold"] = new(() => new Unfold([2, 3], padding: 1), [4, 5, 6], [24, 36]),
        ["Fold"] = new(() => new Fold([5, 6], [2, 3], padding: 1), [24, 36], [4, 5, 6]),
        ["Linear"] = new(() => new Linear(3), [5], [3], "weight 3x5, bias 3"),
        ["Embedding"] = new(() => new Embedding(10, 4), [7], [7, 4], "weight 10x4"),
        ["Embedding in a Sequential"] = new(() => new Sequential(new Embedding(10, 4), new Flatten()), [7], [28], "0.weight 10x4"),
        ["BatchNorm2d"] = new(() => new BatchNorm2d(), [3, 4, 4], [3, 4, 4], "weight 3, bias 3"),
        ["MaxPool1d"] = new(() => new MaxPool1d(2), [3, 7], [3, 3]),
        ["MaxPool2d"] = new(() => new MaxPool2d(3, 2, 1), [3, 8, 6], [3, 4, 3]),
        ["MaxPool3d"] = new(() => new MaxPool3d(2), [2, 4, 6, 8], [2, 2, 3, 4]),
        ["AvgPool3d"] = new(() => new AvgPool3d(3, 2, 1), [2, 5, 5, 5], [2, 3, 3, 3]),
        ["GlobalAvgPool1d"] = new(() => new GlobalAvgPool1d(), [3, 7], [3, 1]),
        ["GlobalAvgPool3d"] = new(() => new GlobalAvgPool3d(), [3, 2, 4, 5], [3, 1, 1, 1]),
        ["GlobalMaxPool1d"] = new(() => new GlobalMaxPool1d(), [3, 7], [3, 1]),
        ["GlobalMaxPool3d"] = new(() => new GlobalMaxPool3d(), [3, 2, 4, 5], [3, 1, 1, 1]),
        ["Relu"] = new(() => new Relu(), [3, 4], [3, 4]),
        ["Relu6"] = new(() => new Relu6(), [3, 4], [3, 4]),
        ["LeakyRelu"] = new(() => new LeakyRelu(0.2), [3, 4], [3, 4]),
        ["Elu"] = new(() => new Elu(0.5), [3, 4], [3, 4]),
        ["Celu"] = new(() => new Celu(0.5), [3, 4], [3, 4]),
        ["Selu"] = new(() => new Selu(), [3, 4], [3, 4]),
        ["Gelu"] = new(() => new Gelu(), [3, 4], [3, 4]),
        ["Silu"] = new(() => new Silu(), [3, 4], [3, 4]),
        ["HardSwish"] = new(() => new HardSwish(), [3, 4], [3, 4]),
        ["HardSigmoid"] = new(() => new HardSigmoid(), [3, 4], [3, 4]),
        ["HardTanh"] = new(() => new HardTanh(), [3, 4], [3, 4]),
        ["Mish"] = new(() => new Mish(), [3, 4], [3, 4]),
        ["Softplus"] = new(() => new Softplus(), [3, 4], [3, 4]),
        ["Softsign"] = new(() => new Softsign(), [3, 4], [3, 4]),
        ["Softmax"] = new(() => new Softmax(), [5], [5]),
        ["LogSoftmax of channels"] = new(() => new LogSoftmax(1), [5, 2, 3], [5, 2, 3]),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Layers_give_the_shapes_of_PyTorch(string name)
    {
        var layer = Layers[name];
        var module = layer.Create();
        module.Build(layer.Input, seed: 1);

        Assert.Equal(layer.Parameters, string.Join(", ", module.Parameters.Select(p => $"{p.Name} {p.Shape}")));
        Shape batch = Shape.Concat([2], layer.Input);
        var x = Tensor.Zeros([.. batch]);
        Assert.Equal(Shape.Concat([2], layer.Output), module.Forward(x.Cast(module.InputElement)).Shape);
        Assert.All(module.Forward(x.Cast(module.InputElement)).ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void A_transposed_convolution_spreads_its_kernel()
    {
        var layer = new ConvTranspose1d(1, 2, stride: 2);
        layer.Build([1, 2]);
        layer.Weight.Set<float>([1, 2]);
        layer.Bias!.Set<float>([0.5f]);

        Assert.Equal([1.5f, 2.5f, 3.5f, 6.5f], layer.Forward(Tensor.From([1f, 3f], [1, 1, 2])).ToArray());
    }

    [Fact]
    public void An_embedding_looks_vectors_up_and_learns_those_that_occur()
    {
        var layer = new Embedding(4, 2, Initializer.Zeros);
        layer.Build([3]);
        layer.Weight.Set<float>([0, 1, 10, 11, 20, 21, 30, 31]);
        var y = layer.Forward(Tensor.From([2L, 0, 2], [1, 3]));

        Assert.Equal([20, 21, 0, 1, 20, 21], y.ToArray());
        Assert.Equal([1, 1, 0, 0, 2, 2, 0, 0], Gradients.Of(y.Sum(), layer.Parameters)[0].ToArray());
    }

    [Fact]
    public void Layers_print_what_was_set()
    {
        Assert.Equal("LeakyRelu(0.2)", new LeakyRelu(0.2).ToString());
        Assert.Equal("Gelu(tanh)", new Gelu(approximate: true).ToString());
        Assert.Equal("ConvTranspose2d(5, 3x3)", new ConvTranspose2d(5, 3).ToString());
        Assert.Equal("Embedding(10, 4)", new Embedding(10, 4).ToString());
    }
}
