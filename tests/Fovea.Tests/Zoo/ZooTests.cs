using Fovea.Errors;
using Xunit;

namespace Fovea.Tests.Networks;

public sealed class ZooTests
{
    // Counted by hand from the papers' tables, and equal to torchvision's where it has the network.
    [Theory]
    [InlineData("lenet", 10, 1, 28, 1_663_370)]
    [InlineData("fashion", 10, 1, 28, 288_170)]
    [InlineData("alexnet", 1000, 3, 224, 61_100_840)]
    [InlineData("vgg11", 1000, 3, 224, 132_863_336)]
    [InlineData("vgg11-bn", 1000, 3, 224, 132_868_840)]
    [InlineData("vgg13", 1000, 3, 224, 133_047_848)]
    [InlineData("vgg13-bn", 1000, 3, 224, 133_053_736)]
    [InlineData("vgg16", 1000, 3, 224, 138_357_544)]
    [InlineData("vgg16-bn", 1000, 3, 224, 138_365_992)]
    [InlineData("resnet18", 1000, 3, 224, 11_689_512)]
    [InlineData("resnet18", 10, 3, 32, 11_173_962)]
    [InlineData("resnet34", 1000, 3, 224, 21_797_672)]
    [InlineData("resnet50", 1000, 3, 224, 25_557_032)]
    [InlineData("mobilenetv2", 1000, 3, 224, 3_504_872)]
    [InlineData("squeezenet", 1000, 3, 224, 1_235_496)]
    [InlineData("squeezenet1.0", 1000, 3, 224, 1_248_424)]
    public void Networks_have_the_known_number_of_parameters(string name, int classes, int channels, int side, long parameters)
    {
        var network = Zoo.Create(name, classes, [channels, side, side]);

        Assert.Equal(parameters, network.Measure([channels, side, side]).Where(p => p.IsTrainable).Sum(p => p.Sizes.Product()));
        Assert.False(network.IsBuilt);
    }

    [Fact]
    public void Every_network_is_counted() => Assert.Superset(
        Zoo.All.Select(entry => entry.Name).ToHashSet(),
        typeof(ZooTests).GetMethod(nameof(Networks_have_the_known_number_of_parameters))!.GetCustomAttributesData()
            .Where(data => data.AttributeType == typeof(InlineDataAttribute))
            .Select(data => (string)((System.Collections.ObjectModel.ReadOnlyCollection<System.Reflection.CustomAttributeTypedArgument>)
                data.ConstructorArguments[0].Value!)[0].Value!).ToHashSet());

    [Fact]
    public void What_is_measured_is_what_is_built()
    {
        var network = Zoo.Create("fashion", 10, [1, 28, 28]);
        var sizes = network.Measure([1, 28, 28]);
        network.Build([1, 28, 28], seed: 1);

        Assert.Equal(network.Variables.Select(v => (v.Name, v.Shape.ToDims(), v.IsTrainable)),
            sizes.Select(p => (p.Name, p.Sizes, p.IsTrainable)));
    }

    // Names as in torchvision, so that its weights fit.
    [Theory]
    [InlineData("alexnet", 63, "features.0.weight 64x3x11x11", "classifier.6.bias 5")]
    [InlineData("resnet34", 64, "layer3.5.conv2.weight 256x256x3x3", "fc.bias 5")]
    [InlineData("resnet50", 64, "layer1.0.downsample.0.weight 256x64x1x1", "layer4.2.bn3.running_var 2048")]
    [InlineData("mobilenetv2", 32, "features.0.0.weight 32x3x3x3", "features.1.conv.1.weight 16x32x1x1",
        "features.17.conv.1.0.weight 960x1x3x3", "features.18.1.bias 1280", "classifier.1.weight 5x1280")]
    [InlineData("squeezenet", 32, "features.0.weight 64x3x3x3", "features.3.squeeze.weight 16x64x1x1",
        "features.12.expand3x3.bias 256", "classifier.1.weight 5x512x1x1")]
    [InlineData("squeezenet1.0", 32, "features.0.weight 96x3x7x7", "features.12.expand1x1.weight 256x64x1x1")]
    public void Parameters_have_the_names_of_torchvision(string name, int side, params string[] expected)
    {
        var found = Zoo.Create(name, 5, [3, side, side]).Measure([3, side, side]).Select(p => $"{p.Name} {p.Sizes}").ToHashSet();
        Assert.All(expected, parameter => Assert.Contains(parameter, found));
    }

    // Of the whole network one thing can be seen at once: a step that follows its gradient lowers its loss.
    [Theory]
    [InlineData("alexnet", 63, 3e-4)]
    [InlineData("vgg13-bn", 32, 0.01)]
    [InlineData("resnet34", 32, 0.01)]
    [InlineData("resnet50", 32, 0.001)]
    [InlineData("mobilenetv2", 32, 0.02)]
    [InlineData("squeezenet", 32, 0.01)]
    [InlineData("squeezenet1.0", 32, 0.01)]
    public void Some_steps_lower_the_loss(string name, int side, double rate)
    {
        const int classes = 3;
        var network = Zoo.Create(name, classes, [3, side, side]);
        network.Build([3, side, side], seed: 1);
        // It begins with values so small that a few plain steps get nowhere.
        var (optimizer, steps) = name == "alexnet" ? ((Optimizer)new Adam(rate), 20) : (new Sgd(rate), 6);
        var step = Function.Compile((Tensor x, Tensor labels) =>
        {
            // What is dropped is the same in every step: so losses are those of one network.
            Randomness.Use(Tensor.From(0L, 0L), seed: 1);
            var loss = network.Forward(x).CrossEntropy(labels);
            optimizer.Update(network.Parameters, Gradients.Of(loss, network.Parameters));
            return loss;
        }, Mode.Training);
        var images = Modules.SampleModels.Random([6, 3, side, side]);
        var classesOf = Tensor.From(0L, 1, 2, 0, 1, 2);

        var losses = Enumerable.Range(0, steps).Select(_ => step.Run(images, classesOf).Item()).ToArray();
        Assert.True(losses.TakeLast(3).Average() < losses.Take(3).Average(), string.Join(", ", losses));
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest()
    {
        Assert.Contains(
            "did you mean \"resnet18\"", Assert.Throws<ArgumentException>(() => Zoo.Create("restnet18", 10, [3, 32, 32])).Message);
        Assert.DoesNotContain("did you mean", Assert.Throws<ArgumentException>(() => Zoo.Create("transformer", 10, [3, 32, 32])).Message);
        Assert.Throws<ShapeMismatchException>(() => Zoo.Create("vgg11", 10, [1, 28, 28]));
        Assert.Throws<ShapeMismatchException>(() => Zoo.Create("alexnet", 10, [3, 62, 64]));
        Assert.Throws<ShapeMismatchException>(() => Zoo.Create("squeezenet", 10, [3, 31, 31]));
        Assert.Throws<ShapeMismatchException>(() => Zoo.Create("lenet", 10, [28, 28]));
    }

    [Fact]
    public void Building_twice_with_one_seed_gives_one_model_and_another_seed_another()
    {
        var a = Zoo.Create("fashion", 10, [1, 28, 28]);
        a.Build([1, 28, 28], seed: 5);
        float[] first = a.Parameters[0].ToArray();
        a.Build([1, 28, 28], seed: 5);
        Assert.Equal(first, a.Parameters[0].ToArray());
        a.Build([1, 28, 28], seed: 6);
        Assert.NotEqual(first, a.Parameters[0].ToArray());
    }

    // torchvision fills each of these by its own rule; what shows is the deviation of each kind of layer.
    [Fact]
    public void Weights_begin_as_in_torchvision()
    {
        var resnet = Zoo.Create("resnet34", 10, [3, 64, 64]);
        resnet.Build([3, 64, 64], seed: 1);
        Deviation(resnet, "layer2.0.conv1.weight", Math.Sqrt(2.0 / (128 * 9)));
        Deviation(resnet, "fc.weight", Math.Sqrt(1.0 / 512 / 3));

        var mobile = Zoo.Create("mobilenetv2", 10, [3, 32, 32]);
        mobile.Build([3, 32, 32], seed: 1);
        Deviation(mobile, "features.14.conv.0.0.weight", Math.Sqrt(2.0 / 576));
        Deviation(mobile, "classifier.1.weight", 0.01);

        var squeeze = Zoo.Create("squeezenet", 10, [3, 32, 32]);
        squeeze.Build([3, 32, 32], seed: 1);
        Deviation(squeeze, "features.12.expand3x3.weight", Math.Sqrt(2.0 / (64 * 9)));
        Deviation(squeeze, "classifier.1.weight", 0.01);

        var linear = new Fovea.Modules.Linear(4000, initializer: Fovea.Modules.Initializer.PyTorch);
        linear.Build([75]);
        Deviation(linear, "weight", Math.Sqrt(1.0 / 75 / 3));
        Deviation(linear, "bias", Math.Sqrt(1.0 / 75 / 3));

        static void Deviation(Fovea.Modules.Module network, string name, double expected)
        {
            var values = Assert.Single(network.Variables, v => v.Name == name).ToArray();
            Assert.Equal(expected, Math.Sqrt(values.Average(v => (double)v * v)), 0.05 * expected);
        }
    }
}
