using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea.Tests.Documentation;

/// <summary>A module, an input that it takes, and the article's section.</summary>
/// <param name="Create">A module; null where what it computes is what it is given.</param>
/// <param name="Input">The sizes of an input, batch first.</param>
/// <param name="Section">The section, or empty.</param>
internal sealed record ModuleFact(Func<Module>? Create, int[] Input, string Section = "")
{
    /// <summary>How it is called where one tensor is not enough; such a module has no parameters to build.</summary>
    internal Func<Module, Tensor, Tensor>? Forward { get; init; }

    /// <summary>The operators of what the module computes in training.</summary>
    internal IEnumerable<string> Operators()
    {
        if (Create is null)
        {
            return ["those of its parts"];
        }

        var module = Create();
        Shape shape = Input;
        if (Forward is null)
        {
            module.Build(shape.Slice(1, shape.Rank - 1), seed: 1);
        }

        var x = module is Embedding ? TestValue.Fill<long>(new Dims(Input), i => i % 2).ToTensor()
            : TestValue.Normal(new Dims(Input), 1).ToTensor().Watch();
        var y = Trace.WithMode(Mode.Training, () => Forward?.Invoke(module, x) ?? module.Forward(x));
        return VectorCounts.Names(VectorCounts.Nodes([y]));
    }
}

/// <summary>The modules; of those of one to three axes the one of two.</summary>
internal static class ModuleFacts
{
    static readonly int[] Image = [2, 4, 6, 6], Text = [2, 5, 4], Vector = [2, 4];

    /// <summary>The modules that users see.</summary>
    internal static IEnumerable<Type> Public => typeof(Module).Assembly.GetExportedTypes()
        .Where(type => type.IsSubclassOf(typeof(Module)) && !type.IsAbstract && type.Namespace == typeof(Module).Namespace);

    /// <summary>The names of a module and of those that differ from it by the number of axes.</summary>
    internal static IEnumerable<string> Siblings(Type type) => Siblings(type.Name);

    static IEnumerable<string> Siblings(string name)
    {
        string[] family = [.. Enumerable.Range(1, 3).Select(rank => $"{name[..^2]}{rank}d")];
        return name.EndsWith("2d", StringComparison.Ordinal) && family.All(n => Public.Any(type => type.Name == n)) ? family : [name];
    }

    internal static readonly Dictionary<Type, ModuleFact> All = new()
    {
        [typeof(AdaptiveAvgPool2d)] = new(() => new AdaptiveAvgPool2d([2, 2]), Image, "3.1–3.3"),
        [typeof(AdaptiveMaxPool2d)] = new(() => new AdaptiveMaxPool2d([2, 2]), Image, "3.1–3.3"),
        [typeof(BlurPool1d)] = new(() => new BlurPool1d(), Text, "4.3"),
        [typeof(BlurPool2d)] = new(() => new BlurPool2d(), Image, "4.3"),
        [typeof(DeformableConv2d)] = new(() => new DeformableConv2d(3, [3, 3]), Image),
        [typeof(DynamicKMaxPool1d)] = new(() => new DynamicKMaxPool1d(1, 2, 2), [2, 4, 8], "4.5"),
        [typeof(GlobalLpPool2d)] = new(() => new GlobalLpPool2d(2), Image, "3.1–3.3"),
        [typeof(KMaxPool1d)] = new(() => new KMaxPool1d(2), Text, "4.5"),
        [typeof(LpPool2d)] = new(() => new LpPool2d(2, [2, 2]), Image, "3.1–3.3"),
        [typeof(MaxOverTime)] = new(() => new MaxOverTime(), Text, "4.1–4.2"),
        [typeof(MaxUnpool2d)] = new(() => new MaxUnpool2d([2, 2]), [1, 1, 2, 2], "3.4–3.6, 6.2")
        {
            Forward = (module, x) => ((MaxUnpool2d)module).Forward(x, Tensor.Arange((Dim)4).Reshape(x.Shape)),
        },
        [typeof(PixelShuffle)] = new(() => new PixelShuffle(2), Image, "6.2"),
        [typeof(PixelUnshuffle)] = new(() => new PixelUnshuffle(2), Image, "6.2"),
        [typeof(Resize)] = new(() => new Resize([4, 4]), Image, "5.1, 6.2"),
        [typeof(SpatialPyramidPool)] = new(() => new SpatialPyramidPool([1, 2]), Image, "4.1"),
        [typeof(StochasticPool2d)] = new(() => new StochasticPool2d([2, 2]), Image, "3.1–3.3"),
        [typeof(Upsample)] = new(() => new Upsample(2), Image, "5.1, 6.2"),
        [typeof(AlphaDropout)] = new(() => new AlphaDropout(), Vector, "4.5"),
        [typeof(Cbam)] = new(() => new Cbam(2, 3), Image),
        [typeof(Crf)] = new(() => new Crf(), Text, "5.2"),
        [typeof(SpectralNorm)] = new(() => new SpectralNorm(new Linear(3)), Vector),
        [typeof(AvgPool2d)] = new(() => new AvgPool2d(2), Image, "3.1–3.3"),
        [typeof(BatchNorm2d)] = new(() => new BatchNorm2d(), Image),
        [typeof(Celu)] = new(() => new Celu(), Vector),
        [typeof(ChannelShuffle)] = new(() => new ChannelShuffle(2), Image),
        [typeof(Conv2d)] = new(() => new Conv2d(4, 3), Image, "2.1–2.3, 5.1"),
        [typeof(ConvTranspose2d)] = new(() => new ConvTranspose2d(4, 3), Image, "6.1"),
        [typeof(Dropout)] = new(() => new Dropout(), Vector, "4.5"),
        [typeof(Dropout2d)] = new(() => new Dropout2d(), Image, "4.5"),
        [typeof(Elu)] = new(() => new Elu(), Vector),
        [typeof(Embedding)] = new(() => new Embedding(3, 4), Vector, "4.1–4.2"),
        [typeof(Flatten)] = new(() => new Flatten(), Image, "2.2"),
        [typeof(Fold)] = new(() => new Fold([3, 3], [2, 2]), [2, 4, 4], "4.4"),
        [typeof(Gelu)] = new(() => new Gelu(), Vector),
        [typeof(GlobalAvgPool2d)] = new(() => new GlobalAvgPool2d(), Image, "3.1–3.3"),
        [typeof(GlobalMaxPool2d)] = new(() => new GlobalMaxPool2d(), Image, "3.1–3.3"),
        [typeof(Glu)] = new(() => new Glu(), Vector),
        [typeof(GraphModule)] = new(null, []),
        [typeof(GroupNorm)] = new(() => new GroupNorm(2), Image),
        [typeof(Gru)] = new(() => new Gru(3), Text),
        [typeof(HardSigmoid)] = new(() => new HardSigmoid(), Vector),
        [typeof(HardSwish)] = new(() => new HardSwish(), Vector),
        [typeof(HardTanh)] = new(() => new HardTanh(), Vector),
        [typeof(InstanceNorm2d)] = new(() => new InstanceNorm2d(), Image),
        [typeof(Lambda)] = new(null, []),
        [typeof(LayerNorm)] = new(() => new LayerNorm(), Vector),
        [typeof(LeakyRelu)] = new(() => new LeakyRelu(), Vector),
        [typeof(Linear)] = new(() => new Linear(3), Vector, "1, 2.2"),
        [typeof(LocalResponseNorm)] = new(() => new LocalResponseNorm(3), Image),
        [typeof(LocallyConnected2d)] = new(() => new LocallyConnected2d(3, [2, 2]), Image, "2.1"),
        [typeof(LogSoftmax)] = new(() => new LogSoftmax(), Vector),
        [typeof(Lstm)] = new(() => new Lstm(3), Text),
        [typeof(MaxPool2d)] = new(() => new MaxPool2d(2), Image, "3.1–3.3"),
        [typeof(Maxout)] = new(() => new Maxout(2), Vector),
        [typeof(Mish)] = new(() => new Mish(), Vector),
        [typeof(PRelu)] = new(() => new PRelu(), Vector),
        [typeof(Relu)] = new(() => new Relu(), Vector),
        [typeof(Relu6)] = new(() => new Relu6(), Vector),
        [typeof(RmsNorm)] = new(() => new RmsNorm(), Vector),
        [typeof(Selu)] = new(() => new Selu(), Vector),
        [typeof(SeparableConv2d)] = new(() => new SeparableConv2d(4, [3, 3]), Image, "2.1–2.3"),
        [typeof(Sequential)] = new(null, []),
        [typeof(Sigmoid)] = new(() => new Sigmoid(), Vector),
        [typeof(Silu)] = new(() => new Silu(), Vector),
        [typeof(Softmax)] = new(() => new Softmax(), Vector),
        [typeof(Softplus)] = new(() => new Softplus(), Vector),
        [typeof(Softsign)] = new(() => new Softsign(), Vector),
        [typeof(SqueezeExcite)] = new(() => new SqueezeExcite(2), Image),
        [typeof(Tanh)] = new(() => new Tanh(), Vector),
        [typeof(Unfold)] = new(() => new Unfold([2, 2]), Image, "4.4"),
        [typeof(WeightNorm)] = new(() => new WeightNorm(new Linear(3)), Vector),
    };
}
