using Fovea.Errors;
using Fovea.Modules;
using Xunit;

namespace Fovea.Tests.Layers;

/// <summary>Layers that do not fit are refused when the model is built: the message names the layer, both shapes and the mend.</summary>
public sealed class LayerErrorTests
{
    static Sequential Classifier() => new(
        ("features", new Sequential(new Conv2d(6, 5), new Relu(), new MaxPool2d(2), new Conv2d(16, 5), new Relu(), new MaxPool2d(2))),
        ("flatten", new Flatten()),
        ("classifier", new Sequential(new Linear(120), new Relu(), new Linear(10))));

    static string Refused(Action action) => Assert.Throws<ShapeMismatchException>(action).Message;

    [Fact]
    public void Another_input_size_is_answered_with_the_one_the_model_was_built_for()
    {
        var model = Classifier();
        model.Build([3, 32, 32], seed: 1);

        Assert.Equal(
            "Linear \"classifier.0\" expects 400 input features; Flatten gives 576 = 16x6x6 (input 3x36x36; was 3x32x32 meant?)",
            Refused(() => model.Forward(Tensor.Zeros(2, 3, 36, 36))));
        var compiled = Function.Compile((Tensor x) => model.Forward(x));
        Assert.EndsWith("(input 3x36x36; was 3x32x32 meant?)",
            Refused(() => compiled.Run(Tensor.Zeros(2, 3, 36, 36))), StringComparison.Ordinal);
        Assert.EndsWith("(input 1x32x32; was 3x32x32 meant?)",
            Refused(() => model.Forward(Tensor.Zeros(2, 1, 32, 32))), StringComparison.Ordinal);
        Assert.EndsWith("(the input 3x32x32 has no batch axis: Unsqueeze(0) adds one)",
            Refused(() => model.Forward(Tensor.Zeros(3, 32, 32))), StringComparison.Ordinal);
        Assert.Equal([2, 10], model.Forward(Tensor.Zeros(2, 3, 32, 32)).Shape);
    }

    [Fact]
    public void A_layer_alone_says_what_it_was_given()
    {
        var linear = new Linear(3);
        linear.Build([5]);

        Assert.Equal("Linear expects 5 input features; the input 2x4 has 4 (input 4; was 5 meant?)",
            Refused(() => linear.Forward(Tensor.Zeros(2, 4))));
        Assert.Equal("Linear expects 5 input features; the input 2x4x4 has 4: Flatten gives 16 (input 4x4; was 5 meant?)",
            Refused(() => linear.Forward(Tensor.Zeros(2, 4, 4))));
    }

    public static TheoryData<string, string> Builds => new()
    {
        {
            "flat",
            "Conv2d \"layer\" takes N, C and 2 spatial axes; the input Nx784 has 2 axes: Reshape it, or use the layer for as many axes."
        },
        { "groups", "Conv2d \"layer\" cannot share the 3 channels of the input Nx3x8x8 among 2 groups: groups must divide 3 and 4." },
        {
            "transposed",
            "ConvTranspose1d \"layer\" takes N, C and 1 spatial axes; the input Nx3x8x8 has 4 axes: "
            + "Reshape it, or use the layer for as many axes."
        },
        {
            "kernel",
            "Convolution \"layer\" has a kernel 5x5 that reaches over 5 pixels of axis 2; "
            + "the input Nx3x4x4 has 4 there and 0 of padding: pad by 1 more."
        },
        { "norm", "BatchNorm2d \"layer\" takes 4 axes, N and C first; the input is Nx3x8." },
        { "words", "Embedding \"layer\" takes numbers of things, int32 or int64; the input is Float32 Nx7: Cast it first." },
    };

    [Theory]
    [MemberData(nameof(Builds))]
    public void Build_names_the_layer_both_shapes_and_the_mend(string name, string message)
    {
        (Module Layer, Shape Input) made = name switch
        {
            "flat" => (new Conv2d(4, 3), [784]),
            "groups" => (new Conv2d(4, 3, groups: 2), [3, 8, 8]),
            "transposed" => (new ConvTranspose1d(4, 3), [3, 8, 8]),
            "kernel" => (new Conv2d(4, 5), [3, 4, 4]),
            "norm" => (new BatchNorm2d(), [3, 8]),
            _ => (new Embedding(10, 2), [7]),
        };
        var model = new Sequential(("first", new Relu()), ("layer", made.Layer));

        Assert.Equal(message, Refused(() => model.Build(made.Input)));
    }

    [Fact]
    public void Settings_that_cannot_be_are_refused_at_once()
    {
        Assert.Throws<ArgumentException>(() => new ConvTranspose2d(5, 3, groups: 2));
        Assert.Throws<ArgumentException>(() => new Conv2d(4, [3, 3, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Embedding(0, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Linear(0));
    }
}
