namespace Fovea.Modules;

/// <summary>
/// An inverted residual (Sandler and others, 2018): a 1×1 convolution that widens, a depthwise 3×3, a 1×1 that narrows without an
/// activation; the input is added where the shape stays.
/// </summary>
sealed class InvertedResidual : Module
{
    readonly Sequential _conv;
    readonly bool _adds;

    public InvertedResidual(int inputs, int outputs, int stride, int expansion)
    {
        int wide = inputs * expansion;
        Module depthwise = MobileNet.Step(wide, 3, stride, groups: wide);
        Module narrow = new Conv2d(outputs, 1, bias: false, initializer: Initializer.HeFanOut);
        _conv = Add("conv", expansion == 1 ? new Sequential(depthwise, narrow, new BatchNorm2d())
            : new Sequential(MobileNet.Step(wide, 1), depthwise, narrow, new BatchNorm2d()));
        _adds = stride == 1 && inputs == outputs;
    }

    protected override Tensor Compute(Tensor x) => _adds ? x + _conv.Forward(x) : _conv.Forward(x);
}

/// <summary>MobileNetV2, width 1. Names of parameters and initialisation are torchvision's.</summary>
static class MobileNet
{
    // Expansion, channels, blocks, stride of the first: table 2 of the paper.
    static readonly (int Expansion, int Channels, int Blocks, int Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    public static Module Create(int classes, Shape input)
    {
        const int stem = 32, last = 1280;
        var features = new List<Module> { Step(stem, 3, 2) };
        int channels = stem;
        foreach (var stage in Stages)
            for (int i = 0; i < stage.Blocks; i++, channels = stage.Channels)
                features.Add(new InvertedResidual(channels, stage.Channels, i == 0 ? stage.Stride : 1, stage.Expansion));
        features.Add(Step(last, 1));
        return new Sequential(("features", new Sequential([.. features])), ("avgpool", new GlobalAvgPool2d()), ("flatten", new Flatten()),
            ("classifier", new Sequential(new Dropout(0.2f), new Linear(classes, initializer: Initializer.Normal(0.01f)))));
    }

    /// <summary>A convolution with batch norm and ReLU6.</summary>
    internal static Sequential Step(int channels, int kernel, int stride = 1, int groups = 1) => new(
        new Conv2d(channels, kernel, stride, padding: kernel / 2, groups: groups, bias: false, initializer: Initializer.HeFanOut),
        new BatchNorm2d(), new Relu6());
}
