using Fovea.Modules;

namespace Fovea.Tests.Analyses;

/// <summary>Networks that nobody chose: windows of every kind, one after the other, side by side, and again and again.</summary>
internal sealed class RandomNetwork : Module
{
    const int Channels = 2;

    readonly List<Func<Tensor, Tensor>> _steps = [];

    public static RandomNetwork Create(Random random)
    {
        var network = new RandomNetwork();
        int count = random.Next(2, 7);
        for (int i = 0; i < count; i++) network.AddStep(random, i);
        return network;
    }

    protected override Tensor Compute(Tensor x) => _steps.Aggregate(x, (value, step) => step(value));

    void AddStep(Random random, int i)
    {
        switch (random.Next(9))
        {
            case 0:
                var transposed = Add($"up{i}", new ConvTranspose2d(Channels, random.Next(1, 4), random.Next(1, 3), random.Next(0, 2),
                    dilation: random.Next(1, 3)));
                _steps.Add(transposed.Forward);
                break;
            case 1:
                int window = random.Next(2, 4);
                var max = Add($"max{i}", new MaxPool2d(window, random.Next(1, 4), random.Next(0, 2)));
                _steps.Add(max.Forward);
                break;
            case 2:
                var mean = Add($"mean{i}", new AvgPool2d(random.Next(2, 4), random.Next(1, 3)));
                _steps.Add(mean.Forward);
                break;
            case 3:
                Module norm = Add($"norm{i}", new BatchNorm2d()), relu = Add($"relu{i}", new Relu());
                _steps.Add(x => relu.Forward(norm.Forward(x)));
                break;
            case 4:
                Module left = Add($"left{i}", Same(random)), right = Add($"right{i}", Same(random));
                _steps.Add(x => left.Forward(x) + right.Forward(x));
                break;
            case 5:
                Module first = Add($"first{i}", Same(random)), second = Add($"second{i}", new Conv2d(1, 1));
                _steps.Add(x => Tensor.Concat(1, first.Forward(x), second.Forward(x), x));
                break;
            case 6:
                // The same weights twice, as in an iterated block; the channels must stay.
                Module entry = Add($"entry{i}", new Conv2d(Channels, 1)), again = Add($"again{i}", Same(random));
                _steps.Add(x => again.Forward(again.Forward(entry.Forward(x))));
                break;
            case 7:
                var enlarged = Add($"larger{i}", new Upsample(random.Next(2) == 0 ? 2 : 1.5,
                    random.Next(2) == 0 ? Interpolation.Nearest : Interpolation.Linear));
                _steps.Add(enlarged.Forward);
                break;
            default:
                var convolution = Add($"conv{i}", new Conv2d(Channels, random.Next(1, 5), random.Next(1, 4), random.Next(0, 3),
                    random.Next(1, 4)));
                _steps.Add(convolution.Forward);
                break;
        }
    }

    // A convolution that keeps the size: the padding is half of an odd extent.
    static Conv2d Same(Random random)
    {
        int kernel = 2 * random.Next(1, 3) + 1, dilation = random.Next(1, 4);
        return new(Channels, kernel, padding: (kernel - 1) * dilation / 2, dilation: dilation);
    }
}
