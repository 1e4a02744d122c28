namespace Fovea.Modules;

/// <summary>
/// Two 3×3 convolutions with batch norm, and the input added before the last ReLU; projected by 1×1 where the shape changes.
/// </summary>
sealed class BasicBlock : Module
{
    readonly Conv2d _conv1, _conv2;
    readonly BatchNorm2d _norm1, _norm2;
    readonly Sequential? _shortcut;

    public BasicBlock(int channels, int stride, bool project)
    {
        _conv1 = Add("conv1", new Conv2d(channels, 3, stride, padding: 1, bias: false));
        _norm1 = Add("bn1", new BatchNorm2d());
        _conv2 = Add("conv2", new Conv2d(channels, 3, padding: 1, bias: false));
        _norm2 = Add("bn2", new BatchNorm2d());
        if (project) _shortcut = Add("downsample", new Sequential(new Conv2d(channels, 1, stride, bias: false), new BatchNorm2d()));
    }

    protected override Tensor Compute(Tensor x)
    {
        var y = _norm1.Forward(_conv1.Forward(x)).Relu();
        y = _norm2.Forward(_conv2.Forward(y));
        return (y + (_shortcut?.Forward(x) ?? x)).Relu();
    }
}

/// <summary>
/// Residual networks of basic blocks (He and others, 2016). Names of parameters are torchvision's. The ImageNet stem is 7×7 with stride 2
/// and a pooling; images below 64 pixels get the CIFAR stem, 3×3 with stride 1.
/// </summary>
sealed class ResNet : Module
{
    readonly bool _small;
    readonly Conv2d _conv1;
    readonly BatchNorm2d _norm1;
    readonly Sequential[] _stages = new Sequential[4];
    readonly Linear _classifier;

    ResNet(int[] blocks, int classes, bool small)
    {
        _small = small;
        _conv1 = Add("conv1", small ? new Conv2d(64, 3, padding: 1, bias: false) : new Conv2d(64, 7, 2, 3, bias: false));
        _norm1 = Add("bn1", new BatchNorm2d());
        for (int stage = 0; stage < 4; stage++)
        {
            var modules = new Module[blocks[stage]];
            for (int i = 0; i < modules.Length; i++)
            {
                bool first = i == 0 && stage > 0;
                modules[i] = new BasicBlock(64 << stage, first ? 2 : 1, first);
            }
            _stages[stage] = Add($"layer{stage + 1}", new Sequential(modules));
        }
        _classifier = Add("fc", new Linear(classes));
    }

    public static Module Create18(int classes, Shape input) =>
        new ResNet([2, 2, 2, 2], classes, Math.Min(input[1].Value, input[2].Value) < 64);

    protected override Tensor Compute(Tensor x)
    {
        x = _norm1.Forward(_conv1.Forward(x)).Relu();
        if (!_small) x = x.MaxPool(3, 2, 1);
        foreach (var stage in _stages) x = stage.Forward(x);
        return _classifier.Forward(x.GlobalAveragePool().Flatten());
    }
}
