namespace Peers.Training;

/// <summary>What is trained: a network by name, its batch and its input.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Title">The row's title in the tables.</param>
/// <param name="Batch">Images a step.</param>
/// <param name="Input">Channels, height, width.</param>
internal sealed record TrainingNetwork(string Name, string Title, int Batch, long[] Input)
{
    /// <summary>Adam's learning rate; betas 0.9 and 0.999 and epsilon 1e-8 are every engine's defaults.</summary>
    public const double LearningRate = 1e-3;

    /// <summary>Classes of every network here.</summary>
    public const int Classes = 10;

    /// <summary>The networks of the comparison; bench/README.md defines them layer by layer.</summary>
    public static IReadOnlyList<TrainingNetwork> All { get; } =
    [
        new("lenet", "LeNet-like, batch 64, 1×28×28", 64, [1, 28, 28]),
        new("vgg-bn", "VGG-BN, batch 64, 3×32×32", 64, [3, 32, 32]),
        new("resnet18", "ResNet-18 (CIFAR stem), batch 32, 3×32×32", 32, [3, 32, 32]),
    ];

    /// <summary>The network of a name.</summary>
    public static TrainingNetwork Named(string name) => All.First(network => network.Name == name);
}
