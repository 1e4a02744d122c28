using Fovea;
using Fovea.Modules;
using Peers.Training;

namespace Peers.Candidate;

/// <summary>The networks of the training comparison, in Fovea; parameters in the order of <see cref="Torch.TorchNetworks"/>.</summary>
internal static class FoveaNetworks
{
    /// <summary>A new network, not built yet.</summary>
    public static Module Create(string name, Shape input) => name == "vgg-bn" ? VggBn() : Zoo.Create(name, TrainingNetwork.Classes, input);

    private static Sequential VggBn() => new(
        ConvBnRelu(64), ConvBnRelu(64), new MaxPool2d(2),
        ConvBnRelu(128), ConvBnRelu(128), new MaxPool2d(2),
        ConvBnRelu(256), ConvBnRelu(256), new MaxPool2d(2),
        new Flatten(), new Linear(TrainingNetwork.Classes));

    private static Sequential ConvBnRelu(int channels) =>
        new(new Conv2d(channels, 3, padding: 1, bias: false), new BatchNorm2d(), new Relu());
}
