using Fovea.Errors;

namespace Fovea.Modules;

/// <summary>
/// VGG (Simonyan and Zisserman, 2015): 3×3 convolutions in five stages, each ended by a pooling, and three linear layers (4096, 4096,
/// classes) over 7×7 maps. For images below 64 pixels the maps end at 1×1 and one linear layer is left, as is usual on CIFAR.
/// Initialisation is torchvision's.
/// </summary>
static class Vgg
{
    const int SmallBelow = 64, MapSide = 7;

    // Configurations A, B and D of the paper.
    static readonly Dictionary<int, int[][]> Stages = new()
    {
        [11] = [[64], [128], [256, 256], [512, 512], [512, 512]],
        [13] = [[64, 64], [128, 128], [256, 256], [512, 512], [512, 512]],
        [16] = [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]],
    };

    public static Maker Maker(int layers, bool norm) => (classes, input) => Create(layers, norm, classes, input);

    static Sequential Create(int layers, bool norm, int classes, Shape input)
    {
        long smaller = Math.Min(input[1].Value, input[2].Value);
        if (smaller < 32) throw new ShapeMismatchException(
            $"vgg{layers} halves its maps five times: {input} is too small, 32x32 is the least. Try lenet or fashion.");
        var features = new List<(string, Module)>();
        int[][] stages = Stages[layers];
        for (int stage = 0; stage < stages.Length; stage++)
        {
            for (int i = 0; i < stages[stage].Length; i++)
            {
                string name = $"{stage + 1}_{i + 1}";
                features.Add(($"conv{name}", new Conv2d(stages[stage][i], 3, padding: 1, initializer: Initializer.HeFanOut)));
                if (norm) features.Add(($"norm{name}", new BatchNorm2d()));
                features.Add(($"relu{name}", new Relu()));
            }
            features.Add(($"pool{stage + 1}", new MaxPool2d(2)));
        }
        var body = new Sequential([.. features]);
        if (smaller < SmallBelow)
            return new Sequential(("features", body),
                ("classifier", new Sequential(("flatten", new Flatten()), ("fc", Linear(classes)))));
        return new Sequential(("features", body), ("avgpool", new AdaptiveAvgPool2d(MapSide)), ("classifier", new Sequential(
            ("flatten", new Flatten()), ("fc1", Linear(4096)), ("relu1", new Relu()), ("dropout1", new Dropout()),
            ("fc2", Linear(4096)), ("relu2", new Relu()), ("dropout2", new Dropout()), ("fc3", Linear(classes)))));
    }

    static Linear Linear(int features) => new(features, initializer: Initializer.Normal(0.01f));
}
