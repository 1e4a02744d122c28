using Fovea.Errors;

namespace Fovea.Modules;

/// <summary>
/// VGG, configuration A (Simonyan and Zisserman, 2015): eight convolutions 3×3, five poolings, three linear layers (4096, 4096, classes)
/// over 7×7 maps. For images below 64 pixels the maps end at 1×1 and one linear layer is left, as is usual on CIFAR.
/// </summary>
static class Vgg
{
    static readonly int[][] Stages = [[64], [128], [256, 256], [512, 512], [512, 512]];

    public static Module Create(int classes, Shape input, bool norm)
    {
        long smaller = Math.Min(input[1].Value, input[2].Value);
        if (smaller < 32) throw new ShapeMismatchException(
            $"vgg11 halves its maps five times: {input} is too small, 32x32 is the least. Try lenet or fashion.");
        var features = new List<(string, Module)>();
        for (int stage = 0; stage < Stages.Length; stage++)
        {
            for (int i = 0; i < Stages[stage].Length; i++)
            {
                string name = $"{stage + 1}_{i + 1}";
                features.Add(($"conv{name}", new Conv2d(Stages[stage][i], 3, padding: 1)));
                if (norm) features.Add(($"norm{name}", new BatchNorm2d()));
                features.Add(($"relu{name}", new Relu()));
            }
            features.Add(($"pool{stage + 1}", new MaxPool2d(2)));
        }
        var classifier = smaller < 64
            ? new Sequential(("flatten", new Flatten()), ("fc", new Linear(classes)))
            : new Sequential(
                ("flatten", new Flatten()), ("fc1", new Linear(4096)), ("relu1", new Relu()), ("dropout1", new Dropout()),
                ("fc2", new Linear(4096)), ("relu2", new Relu()), ("dropout2", new Dropout()), ("fc3", new Linear(classes)));
        return new Sequential(("features", new Sequential([.. features])), ("classifier", classifier));
    }
}
