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
            "resnet18" => new ResNet18(),
            _ => throw new ArgumentException($"There is no network \"{name}\" here.", nameof(name)),
        };
        network.train();
        return network;
    }

    private static Sequential LeNet() => Sequential(
        ("conv1", Conv2d(1, 32, 5, padding: 2)), ("relu1", ReLU(inplace: true)), ("pool1", MaxPool2d(2)),
        ("conv2", Conv2d(32, 64, 5, padding: 2)), ("relu2", ReLU(inplace: true)), ("pool2", MaxPool2d(2)),
        ("flatten", Flatten()),
        ("fc1", Linear(3136, 512)), ("relu3", ReLU(inplace: true)),
        ("fc2", Linear(512, 10)));

    private static Sequential VggBn()
    {
        var layers = new List<(string, Module<Tensor, Tensor>)>();
        var inputs = 3;
        foreach (var outputs in (int[])[64, 64, 0, 128, 128, 0, 256, 256, 0])
        {
            if (outputs == 0)
            {
                layers.Add(($"pool{layers.Count}", MaxPool2d(2)));
                continue;
            }

            layers.Add(($"conv{layers.Count}", Conv2d(inputs, outputs, 3, padding: 1, bias: false)));
            layers.Add(($"norm{layers.Count}", BatchNorm2d(outputs)));
            layers.Add(($"relu{layers.Count}", ReLU(inplace: true)));
            inputs = outputs;
        }

        layers.Add(("flatten", Flatten()));
        layers.Add(("fc", Linear(4096, 10)));
        return Sequential(layers);
    }

    /// <summary>ResNet-18 with the stem for 32×32 images: one 3×3 convolution, no pooling (He et al. 2016, section 4.2).</summary>
    private sealed class ResNet18 : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1 = Conv2d(3, 64, 3, padding: 1, bias: false);
        private readonly BatchNorm2d bn1 = BatchNorm2d(64);
        private readonly Sequential layer1 = Stage(64, 64, 1);
        private readonly Sequential layer2 = Stage(64, 128, 2);
        private readonly Sequential layer3 = Stage(128, 256, 2);
        private readonly Sequential layer4 = Stage(256, 512, 2);
        private readonly Linear fc = Linear(512, 10);

        public ResNet18() : base("resnet18") => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var x = functional.relu(bn1.call(conv1.call(input)), inplace: true);
            x = layer4.call(layer3.call(layer2.call(layer1.call(x))));
            return fc.call(x.mean([2, 3]));
        }

        private static Sequential Stage(int inputs, int outputs, int stride) =>
            Sequential(("0", new BasicBlock(inputs, outputs, stride)), ("1", new BasicBlock(outputs, outputs, 1)));
    }

    /// <summary>Two 3×3 convolutions and a shortcut, which is a 1×1 projection where the shape changes.</summary>
    private sealed class BasicBlock : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly Conv2d conv2;
        private readonly BatchNorm2d bn2;
        private readonly Sequential? downsample;

        public BasicBlock(int inputs, int outputs, int stride) : base("block")
        {
            conv1 = Conv2d(inputs, outputs, 3, stride, padding: 1, bias: false);
            bn1 = BatchNorm2d(outputs);
            conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
            bn2 = BatchNorm2d(outputs);
            if (stride != 1) downsample = Sequential(("0", Conv2d(inputs, outputs, 1, stride, bias: false)), ("1", BatchNorm2d(outputs)));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var x = functional.relu(bn1.call(conv1.call(input)), inplace: true);
            x = bn2.call(conv2.call(x));
            return functional.relu(x.add_(downsample is null ? input : downsample.call(input)), inplace: true);
        }
    }
}
