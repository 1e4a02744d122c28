namespace Fovea.Modules;

/// <summary>
/// Convolutions with batch norm and ReLU between, and the input added before the last ReLU; projected by 1×1 where the shape changes.
/// </summary>
sealed class ResidualBlock : Module
{
    readonly (Conv2d Conv, BatchNorm2d Norm)[] _steps;
    readonly Sequential? _shortcut;

    ResidualBlock(bool project, int channels, int stride, params ReadOnlySpan<Conv2d> convolutions)
    {
        _steps = new (Conv2d, BatchNorm2d)[convolutions.Length];
        for (int i = 0; i < _steps.Length; i++)
            _steps[i] = (Add($"conv{i + 1}", convolutions[i]), Add($"bn{i + 1}", new BatchNorm2d()));
        if (project) _shortcut = Add("downsample", new Sequential(Conv(channels, 1, stride), new BatchNorm2d()));
    }

    /// <summary>Two convolutions 3×3.</summary>
    public static ResidualBlock Basic(int width, int stride, bool project) =>
        new(project, width, stride, Conv(width, 3, stride), Conv(width, 3));

    /// <summary>A narrow convolution 3×3, which has the stride, between two of 1×1: the last is four times as wide.</summary>
    public static ResidualBlock Bottleneck(int width, int stride, bool project) =>
        new(project, 4 * width, stride, Conv(width, 1), Conv(width, 3, stride), Conv(4 * width, 1));

    static Conv2d Conv(int channels, int kernel, int stride = 1) =>
        new(channels, kernel, stride, padding: kernel / 2, bias: false, initializer: Initializer.HeFanOut);

    protected override Tensor Compute(Tensor x)
    {
        var y = x;
        for (int i = 0; i < _steps.Length; i++)
        {
            y = _steps[i].Norm.Forward(_steps[i].Conv.Forward(y));
            if (i < _steps.Length - 1) y = y.Relu();
        }
        return (y + (_shortcut?.Forward(x) ?? x)).Relu();
    }
}

/// <summary>Makes a block of a width, with a stride, and a projection where asked.</summary>
delegate ResidualBlock BlockMaker(int width, int stride, bool project);

/// <summary>
/// Residual networks (He and others, 2016). Names of parameters and initialisation are torchvision's. The ImageNet stem is 7×7 with
/// stride 2 and a pooling; images below 64 pixels get the CIFAR stem, 3×3 with stride 1.
/// </summary>
sealed class ResNet : Module
{
    readonly bool _small;
    readonly Conv2d _conv1;
    readonly BatchNorm2d _norm1;
    readonly Sequential[] _stages = new Sequential[4];
    readonly Linear _classifier;

    ResNet(BlockMaker block, bool widens, int[] blocks, int classes, bool small)
    {
        _small = small;
        _conv1 = Add("conv1", small ? new Conv2d(64, 3, padding: 1, bias: false, initializer: Initializer.HeFanOut)
            : new Conv2d(64, 7, 2, 3, bias: false, initializer: Initializer.HeFanOut));
        _norm1 = Add("bn1", new BatchNorm2d());
        for (int stage = 0; stage < 4; stage++)
        {
            var modules = new Module[blocks[stage]];
            for (int i = 0; i < modules.Length; i++)
            {
                bool reduces = i == 0 && stage > 0;
                modules[i] = block(64 << stage, reduces ? 2 : 1, reduces || i == 0 && widens);
            }
            _stages[stage] = Add($"layer{stage + 1}", new Sequential(modules));
        }
        _classifier = Add("fc", new Linear(classes, initializer: Initializer.PyTorch));
    }

    /// <summary>A network of basic blocks, so many a stage.</summary>
    public static Maker Basic(params int[] blocks) => (classes, input) =>
        new ResNet(ResidualBlock.Basic, widens: false, blocks, classes, IsSmall(input));

    /// <summary>A network of bottlenecks, so many a stage.</summary>
    public static Maker Bottlenecks(params int[] blocks) => (classes, input) =>
        new ResNet(ResidualBlock.Bottleneck, widens: true, blocks, classes, IsSmall(input));

    static bool IsSmall(Shape input) => Math.Min(input[1].Value, input[2].Value) < 64;

    protected override Tensor Compute(Tensor x)
    {
        x = _norm1.Forward(_conv1.Forward(x)).Relu();
        if (!_small) x = x.MaxPool(3, 2, 1);
        foreach (var stage in _stages) x = stage.Forward(x);
        return _classifier.Forward(x.GlobalAveragePool().Flatten());
    }
}
