using Fovea.Modules;
using Fovea.Tensors;
using Xunit;
using static Fovea.Tests.Analyses.ArithmeticTests;

namespace Fovea.Tests.Analyses;

/// <summary>The products behind one number.</summary>
public sealed class ContributionTests
{
    static Tensor Input(params int[] shape) => SampleValue.Normal<float>(new Dims(shape), 8).ToTensor();

    // The article, 2.3: 6 × 6 × 3 by a kernel of 3 × 3 × 3: every output is a sum of 27 products.
    [Fact]
    public void Twenty_seven_products_make_an_output()
    {
        var layer = Built(new Conv2d(2, 3), [3, 6, 6]);
        layer.Bias!.Assign(Tensor.From(0.5f, -2f));
        var x = Input(3, 6, 6);
        var found = Analysis.Contributions(layer, x, "", [1, 2, 3]);
        Assert.Equal(27, found.Terms.Count);
        Assert.Equal(-2, found.Bias);
        Assert.Equal(found.Result, found.Sum, 1e-12);
        Assert.Equal(layer.Forward(x.Unsqueeze(0)).ToArray()[(1 * 4 + 2) * 4 + 3], found.Result, 1e-5);
        var weight = layer.Weight.Read().ToArray();
        Assert.All(found.Terms, term =>
        {
            Assert.Equal(new Dims([1, term.Place[0], term.Place[1] - 2, term.Place[2] - 3]), term.Weight);
            Assert.Equal(weight[((1 * 3 + term.Weight[1]) * 3 + term.Weight[2]) * 3 + term.Weight[3]], term.Factor);
            Assert.Equal(x.ToArray()[(term.Place[0] * 6 + term.Place[1]) * 6 + term.Place[2]], term.Value);
        });
    }

    public static TheoryData<string> Layers => ["conv", "grouped", "transposed", "max", "mean", "fc"];

    static Sequential Model() => Built(new Sequential(("conv", new Conv2d(4, 3, 2, padding: 2, dilation: 2)), ("relu", new Relu()),
        ("grouped", new Conv2d(4, 3, padding: 1, groups: 2)), ("transposed", new ConvTranspose2d(3, 3, 2)), ("max", new MaxPool2d(2)),
        ("mean", new AvgPool2d(2)), ("flatten", new Flatten()), ("fc", new Linear(3))), [2, 9, 9]);

    [Theory]
    [MemberData(nameof(Layers))]
    public void Products_and_bias_sum_to_the_number(string layer)
    {
        var model = Model();
        var found = Analysis.Contributions(model, Input(2, 9, 9), layer, layer == "fc" ? [1] : [1, 1, 0]);
        Assert.Equal(found.Result, found.Sum, 1e-10);
        Assert.NotEmpty(found.Terms);
        if (layer == "max") Assert.Equal(1, Assert.Single(found.Terms).Factor);
        if (layer == "mean") Assert.Equal([0.25, 0.25, 0.25, 0.25], found.Terms.Select(t => t.Factor));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Gradients_are_sums_of_products_too(string layer)
    {
        var found = Analysis.BackwardContributions(Model(), Input(2, 9, 9), layer, layer == "fc" ? [4] : [1, 2, 1], output: 2);
        Assert.Equal(found.Result, found.Sum, 1e-10);
        if (layer == "fc") Assert.Equal([0.0, 0.0, 1.0], found.Terms.Select(t => t.Value));
    }

    [Fact]
    public void What_is_no_sum_is_refused()
    {
        Assert.Contains("no sum of products", Assert.Throws<ArgumentException>(() => Analysis.Contributions(
            Model(), Input(2, 9, 9), "relu", [0, 0, 0])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Analysis.Contributions(Model(), Input(2, 9, 9), "conv", [4, 0, 0]));
        Assert.Throws<ArgumentException>(() => Analysis.BackwardContributions(Model(), Input(2, 9, 9), "conv", [0, 0, 0], 3));
    }
}
