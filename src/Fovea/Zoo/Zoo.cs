using Fovea.Errors;
using Fovea.Modules;

namespace Fovea;

/// <summary>Ready networks, created by name; not trained.</summary>
public static class Zoo
{
    /// <summary>The names, with what each network is.</summary>
    public static IReadOnlyList<(string Name, string Summary)> All { get; } = [.. ZooEntries.All.Select(e => (e.Name, e.Summary))];

    /// <summary>A network by name; its parameters exist after <see cref="Module.Build"/> (the trainer does it).</summary>
    /// <param name="name">One of <see cref="All"/>.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="inputShape">Channels, height, width.</param>
    /// <exception cref="ArgumentException">There is no network of that name; the message has the nearest one.</exception>
    /// <exception cref="ShapeMismatchException">The network cannot take inputs of that shape.</exception>
    public static Module Create(string name, int classes, Shape inputShape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        var entry = Array.Find(ZooEntries.All, e => e.Name == name) ?? throw new ArgumentException(
            $"There is no network \"{name}\"{Nearest.Hint(name, ZooEntries.All.Select(e => e.Name))}. "
            + $"There are: {string.Join(", ", ZooEntries.All.Select(e => e.Name))}.");
        if (inputShape.Rank != 3 || !inputShape.IsKnown)
            throw new ShapeMismatchException($"{name} takes images of channels, height and width; the input shape is {inputShape}.");
        return entry.Make(classes, inputShape);
    }
}

/// <summary>Makes a network for so many classes and inputs of channels, height, width.</summary>
delegate Module Maker(int classes, Shape input);

/// <summary>A network of the zoo.</summary>
/// <param name="Name">By which it is created.</param>
/// <param name="Summary">What it is, in one line.</param>
/// <param name="Make">Makes it.</param>
sealed record ZooEntry(string Name, string Summary, Maker Make);

/// <summary>The one list of networks.</summary>
static class ZooEntries
{
    public static readonly ZooEntry[] All =
    [
        new("lenet", "two 5×5 convolutions and two linear layers, in the manner of LeNet-5 with ReLU (LeCun and others, 1998)",
            LeNet.Create),
        new("fashion", "three stages of 3×3 convolutions with batch norm: the default for small images", FashionNet.Create),
        new("vgg11", "VGG with eleven layers (Simonyan and Zisserman, 2015); the small form below 64 pixels",
            (classes, input) => Vgg.Create(classes, input, false)),
        new("vgg11-bn", "vgg11 with batch norm", (classes, input) => Vgg.Create(classes, input, true)),
        new("resnet18", "ResNet with eighteen layers (He and others, 2016); the CIFAR stem below 64 pixels", ResNet.Create18),
    ];
}
