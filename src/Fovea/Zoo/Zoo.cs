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
        new("alexnet", "AlexNet in its one-tower form (Krizhevsky, 2014), for 63 pixels and more", AlexNet.Create),
        new("vgg11", "VGG with eleven layers (Simonyan and Zisserman, 2015); the small form below 64 pixels", Vgg.Maker(11, norm: false)),
        new("vgg11-bn", "vgg11 with batch norm", Vgg.Maker(11, norm: true)),
        new("vgg13", "VGG with thirteen layers", Vgg.Maker(13, norm: false)),
        new("vgg13-bn", "vgg13 with batch norm", Vgg.Maker(13, norm: true)),
        new("vgg16", "VGG with sixteen layers", Vgg.Maker(16, norm: false)),
        new("vgg16-bn", "vgg16 with batch norm", Vgg.Maker(16, norm: true)),
        new("resnet18", "ResNet with eighteen layers (He and others, 2016); the CIFAR stem below 64 pixels", ResNet.Basic(2, 2, 2, 2)),
        new("resnet34", "ResNet with thirty-four layers", ResNet.Basic(3, 4, 6, 3)),
        new("resnet50", "ResNet with fifty layers, of bottlenecks that reduce in their 3×3 convolution", ResNet.Bottlenecks(3, 4, 6, 3)),
        new("mobilenetv2", "MobileNetV2 of inverted residuals (Sandler and others, 2018)", MobileNet.Create),
        new("squeezenet", "SqueezeNet 1.1 of fire modules (Iandola and others, 2016)", SqueezeNet.Create11),
        new("squeezenet1.0", "SqueezeNet as first published: more than twice the work", SqueezeNet.Create10),
    ];
}
