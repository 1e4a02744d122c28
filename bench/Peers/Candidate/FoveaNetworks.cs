using Fovea;
using Fovea.Modules;

namespace Peers.Candidate;

/// <summary>The networks of the training comparison, in Fovea; parameters in the order of <see cref="Torch.TorchNetworks"/>.</summary>
internal static class FoveaNetworks
{
    /// <summary>A new network, not built yet.</summary>
    public static Module Create(string name) => name switch
    {
        "lenet" => LeNet(),
        "vgg-bn" => VggBn(),
        "resnet18" => ResNet18(),
        _ => throw new ArgumentException($"There is no network \"{name}\" here.", nameof(name)),
    };

    private static Sequential LeNet() => new(
        new Conv2d(32, 5, padding: 2), new Relu(), new MaxPool2d(2),
        new Conv2d(64, 5, padding: 2), new Relu(), new MaxPool2d(2),
        new Flatten(), new Linear(512), new Relu(), new Linear(10));

    private static Sequential VggBn() => new(
        ConvBnRelu(64), ConvBnRelu(64), new MaxPool2d(2),
        ConvBnRelu(128), ConvBnRelu(128), new MaxPool2d(2),
        ConvBnRelu(256), ConvBnRelu(256), new MaxPool2d(2),
        new Flatten(), new Linear(10));

    private static Sequential ConvBnRelu(int channels) =>
        new(new Conv2d(channels, 3, padding: 1, bias: false), new BatchNorm2d(), new Relu());

    /// <summary>ResNet-18 with the stem for 32×32 images: one 3×3 convolution, no pooling (He et al. 2016, section 4.2).</summary>
    private static Sequential ResNet18() => new(
        ("stem", ConvBnRelu(64)),
        ("layer1", Stage(64, 1)), ("layer2", Stage(128, 2)), ("layer3", Stage(256, 2)), ("layer4", Stage(512, 2)),
        ("pool", new GlobalAvgPool2d()), ("flatten", new Flatten()), ("fc", new Linear(10)));

    private static Sequential Stage(int channels, int stride) => new(new BasicBlock(channels, stride), new BasicBlock(channels, 1));

    /// <summary>Two 3×3 convolutions and a shortcut, which is a 1×1 projection where the shape changes.</summary>
    private sealed class BasicBlock : Module
    {
        private readonly Sequential _body;
        private readonly Sequential? _projection;

        public BasicBlock(int channels, int stride)
        {
            _body = Add("body", new Sequential(
                new Conv2d(channels, 3, stride, padding: 1, bias: false), new BatchNorm2d(), new Relu(),
                new Conv2d(channels, 3, padding: 1, bias: false), new BatchNorm2d()));
            if (stride == 1) return;
            _projection = Add("projection", new Sequential(new Conv2d(channels, 1, stride, bias: false), new BatchNorm2d()));
        }

        protected override Tensor Compute(Tensor x) => (_body.Forward(x) + (_projection?.Forward(x) ?? x)).Relu();
    }
}
