using Fovea.Errors;

namespace Fovea.Modules;

/// <summary>The LeNet-like network: conv 32 5×5, pool, conv 64 5×5, pool, 512, classes; ReLU between.</summary>
static class LeNet
{
    public static Module Create(int classes, Shape input)
    {
        if (input[1].Value < 4 || input[2].Value < 4)
            throw new ShapeMismatchException($"lenet halves its maps twice: {input} is too small, 4x4 is the least.");
        return new Sequential(
            ("conv1", new Conv2d(32, 5, padding: 2)), ("relu1", new Relu()), ("pool1", new MaxPool2d(2)),
            ("conv2", new Conv2d(64, 5, padding: 2)), ("relu2", new Relu()), ("pool2", new MaxPool2d(2)),
            ("flatten", new Flatten()), ("fc1", new Linear(512)), ("relu3", new Relu()), ("fc2", new Linear(classes)));
    }
}

/// <summary>
/// Three stages of two 3×3 convolutions with batch norm, halved twice, then a global mean: what small grey or coloured pictures need.
/// </summary>
static class FashionNet
{
    public static Module Create(int classes, Shape input)
    {
        if (input[1].Value < 4 || input[2].Value < 4)
            throw new ShapeMismatchException($"fashion halves its maps twice: {input} is too small, 4x4 is the least.");
        var layers = new List<(string, Module)>();
        int[] widths = [32, 64, 128];
        for (int stage = 0; stage < widths.Length; stage++)
        {
            for (int i = 1; i <= 2; i++)
            {
                string name = $"{stage + 1}_{i}";
                layers.Add(($"conv{name}", new Conv2d(widths[stage], 3, padding: 1, bias: false)));
                layers.Add(($"norm{name}", new BatchNorm2d()));
                layers.Add(($"relu{name}", new Relu()));
            }
            if (stage < 2) layers.Add(($"pool{stage + 1}", new MaxPool2d(2)));
        }
        layers.Add(("mean", new GlobalAvgPool2d()));
        layers.Add(("flatten", new Flatten()));
        layers.Add(("dropout", new Dropout(0.2f)));
        layers.Add(("fc", new Linear(classes)));
        return new Sequential([.. layers]);
    }
}
