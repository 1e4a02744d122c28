using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Peers.Torch;

/// <summary>The networks of the training comparison, in TorchSharp; ReLU in place, as in torchvision: the faster way.</summary>
internal static class TorchNetworks
{
    /// <summary>A new network with PyTorch's own initialisation, in training mode.</summary>
    public static Module<Tensor, Tensor> Create(string name)
    {
        Module<Tensor, Tensor> network = name switch
        {
            "lenet" => LeNet(),
            "vgg-bn" => VggBn(),
            "resnet18" => ResNet18(),
            _ => throw new ArgumentException($"There is no network \"{name}\" here.", nameof(name)),
        };
        network.train();
        return network;
    }

    private static Sequential LeNet() => Sequential(
        Conv2d(1, 32, 5, padding: 2), ReLU(inplace: true), MaxPool2d(2),
        Conv2d(32, 64, 5, padding: 2), ReLU(inplace: true), MaxPool2d(2),
        Flatten(), Linear(3136, 512), ReLU(inplace: true), Linear(512, 10));

    private static Sequential VggBn() => Sequential(
        ConvBnRelu(3, 64), ConvBnRelu(64, 64), MaxPool2d(2),
        ConvBnRelu(64, 128), ConvBnRelu(128, 128), MaxPool2d(2),
        ConvBnRelu(128, 256), ConvBnRelu(256, 256), MaxPool2d(2),
        Flatten(), Linear(4096, 10));

    private static Sequential ConvBnRelu(int inputs, int outputs) =>
        Sequential(Conv2d(inputs, outputs, 3, padding: 1, bias: false), BatchNorm2d(outputs), ReLU(inplace: true));

    /// <summary>ResNet-18 with the stem for 32×32 images: one 3×3 convolution, no pooling (He et al. 2016, section 4.2).</summary>
    private static Sequential ResNet18() => Sequential(
        ("stem", ConvBnRelu(3, 64)),
        ("layer1", Stage(64, 64, 1)), ("layer2", Stage(64, 128, 2)), ("layer3", Stage(128, 256, 2)), ("layer4", Stage(256, 512, 2)),
        ("pool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()), ("fc", Linear(512, 10)));

    private static Sequential Stage(int inputs, int outputs, int stride) =>
        Sequential(new BasicBlock(inputs, outputs, stride), new BasicBlock(outputs, outputs, 1));

    /// <summary>Two 3×3 convolutions and a shortcut, which is a 1×1 projection where the shape changes.</summary>
    private sealed class BasicBlock : Module<Tensor, Tensor>
    {
        private readonly Sequential _body;
        private readonly Sequential? _projection;

        public BasicBlock(int inputs, int outputs, int stride) : base(nameof(BasicBlock))
        {
            _body = Sequential(
                Conv2d(inputs, outputs, 3, stride, padding: 1, bias: false), BatchNorm2d(outputs), ReLU(inplace: true),
                Conv2d(outputs, outputs, 3, padding: 1, bias: false), BatchNorm2d(outputs));
            register_module("body", _body);
            if (stride == 1) return;
            _projection = Sequential(Conv2d(inputs, outputs, 1, stride, bias: false), BatchNorm2d(outputs));
            register_module("projection", _projection);
        }

        public override Tensor forward(Tensor input)
        {
            var shortcut = _projection?.call(input) ?? input;
            return functional.relu(_body.call(input).add_(shortcut), inplace: true);
        }
    }
}
