using Fovea.Errors;

namespace Fovea.Modules;

/// <summary>A fire module (Iandola and others, 2016): a 1×1 convolution that squeezes, then 1×1 and 3×3 side by side, joined.</summary>
sealed class Fire : Module
{
    readonly Conv2d _squeeze, _expand1, _expand3;

    public Fire(int squeezed, int expanded)
    {
        _squeeze = Add("squeeze", new Conv2d(squeezed, 1, initializer: Initializer.HeUniform));
        _expand1 = Add("expand1x1", new Conv2d(expanded, 1, initializer: Initializer.HeUniform));
        _expand3 = Add("expand3x3", new Conv2d(expanded, 3, padding: 1, initializer: Initializer.HeUniform));
    }

    protected override Tensor Compute(Tensor x)
    {
        x = _squeeze.Forward(x).Relu();
        return Tensor.Concat(1, _expand1.Forward(x).Relu(), _expand3.Forward(x).Relu());
    }
}

/// <summary>
/// SqueezeNet 1.0, and 1.1, which pools earlier and costs less than half. Names of parameters and initialisation are torchvision's.
/// </summary>
static class SqueezeNet
{
    const int Least = 32;

    // How many channels a fire module squeezes to; it expands to eight times as many.
    static readonly int[] Squeezed = [16, 16, 32, 32, 48, 48, 64, 64];

    public static Module Create10(int classes, Shape input) =>
        Create(classes, input, new Conv2d(96, 7, 2, initializer: Initializer.HeUniform), poolsBefore: [0, 3, 7]);

    public static Module Create11(int classes, Shape input) =>
        Create(classes, input, new Conv2d(64, 3, 2, initializer: Initializer.HeUniform), poolsBefore: [0, 2, 4]);

    static Sequential Create(int classes, Shape input, Conv2d stem, int[] poolsBefore)
    {
        if (input[1].Value < Least || input[2].Value < Least)
            throw new ShapeMismatchException($"squeezenet needs images of {Least}x{Least} at least; {input} is too small.");
        var features = new List<Module> { stem, new Relu() };
        for (int i = 0; i < Squeezed.Length; i++)
        {
            if (poolsBefore.Contains(i)) features.Add(new MaxPool2d(3, 2, ceilMode: true));
            features.Add(new Fire(Squeezed[i], 4 * Squeezed[i]));
        }
        return new Sequential(("features", new Sequential([.. features])),
            ("classifier", new Sequential(new Dropout(), new Conv2d(classes, 1, initializer: Initializer.Normal(0.01f)), new Relu(),
                new GlobalAvgPool2d())), ("flatten", new Flatten()));
    }
}
