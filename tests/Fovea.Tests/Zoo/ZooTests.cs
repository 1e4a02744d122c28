using Fovea.Errors;
using Xunit;

namespace Fovea.Tests.Networks;

public sealed class ZooTests
{
    // Counted by hand from the papers' tables, and equal to torchvision's where it has the network.
    [Theory]
    [InlineData("lenet", 10, 1, 28, 1_663_370)]
    [InlineData("fashion", 10, 1, 28, 288_170)]
    [InlineData("vgg11", 1000, 3, 224, 132_863_336)]
    [InlineData("vgg11-bn", 1000, 3, 224, 132_868_840)]
    [InlineData("resnet18", 1000, 3, 224, 11_689_512)]
    [InlineData("resnet18", 10, 3, 32, 11_173_962)]
    public void Networks_have_the_known_number_of_parameters(string name, int classes, int channels, int side, long parameters)
    {
        var network = Zoo.Create(name, classes, [channels, side, side]);
        network.Build([channels, side, side], seed: 1);
        Assert.Equal(parameters, network.Parameters.Sum(p => p.Count));
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest()
    {
        Assert.Contains(
            "did you mean \"resnet18\"", Assert.Throws<ArgumentException>(() => Zoo.Create("restnet18", 10, [3, 32, 32])).Message);
        Assert.DoesNotContain("did you mean", Assert.Throws<ArgumentException>(() => Zoo.Create("transformer", 10, [3, 32, 32])).Message);
        Assert.Throws<ShapeMismatchException>(() => Zoo.Create("vgg11", 10, [1, 28, 28]));
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
}
