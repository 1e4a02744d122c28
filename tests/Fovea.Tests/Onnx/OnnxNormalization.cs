using Fovea.Tensors;

namespace Fovea.Tests.Onnx;

internal static class OnnxNormalization
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = new()
        {
            ["BatchNormalization"] = BatchNormalization,
            ["Dropout"] = Dropout,
        },
        Reasons = new[] { "InstanceNormalization", "LayerNormalization", "LRN", "MeanVarianceNormalization" }
            .ToDictionary(name => name, _ => "waits for its operator"),
        Tests = new[] { "", "_default", "_default_mask", "_mask" }
            .ToDictionary(name => $"test_training_dropout{name}", _ => "it draws random numbers with a generator of its own"),
    };

    static Tensor[] BatchNormalization(OnnxCall c)
    {
        var epsilon = c.Float("epsilon", 1e-5f);
        if (!c.Flag("training_mode"))
        {
            return [c[0].BatchNormalization(c[1], c[2], c[3], c[4], epsilon)];
        }

        var momentum = c.Float("momentum", 0.9f);
        var (y, mean, variance) = c[0].BatchNormalizationTraining(c[1], c[2], epsilon);
        return [y, c[3] * momentum + mean * (1 - momentum), c[4] * momentum + variance * (1 - momentum)];
    }

    // With a ratio of 0, or outside training, values pass and the mask is true. Before version 12 there was no training.
    static Tensor[] Dropout(OnnxCall c)
    {
        var isTraining = c.Numbers(2) is [not 0];
        var ratio = c.Opset < 12 ? 0 : c.Numbers(1)?[0] ?? 0.5;
        return !isTraining || ratio == 0 ? [c[0], c[0].Full(1).Cast(ElementType.Bool)]
            : throw new NotSupportedException("Random numbers of a generator that is not named.");
    }
}
