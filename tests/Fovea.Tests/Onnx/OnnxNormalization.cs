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
            ["InstanceNormalization"] = c => [c[0].GroupNormalization((int)c[0].Shape[1], c[1], c[2], c.Float("epsilon", 1e-5f))],
            ["LayerNormalization"] = LayerNormalization,
            ["LRN"] = c => [c[0].LocalResponseNormalization(c.Int("size", 0), c.Float("alpha", 1e-4f), c.Float("beta", 0.75f),
                c.Float("bias", 1))],
            ["MeanVarianceNormalization"] = MeanVarianceNormalization,
        },
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

    // The statistics are outputs there, which nobody asks for but tests: ours computes them anew where it needs them.
    static Tensor[] LayerNormalization(OnnxCall c)
    {
        var epsilon = c.Float("epsilon", 1e-5f);
        var axis = c[0].Shape.Axis(c.Int("axis", -1));
        int[] axes = [.. Enumerable.Range(axis, c[0].Rank - axis)];
        var mean = c[0].Mean(axes, keepAxes: true);
        var variance = (c[0] - mean).Square().Mean(axes, keepAxes: true);
        var shift = c.Optional(2) ?? c[1].Full(0);
        return [c[0].LayerNormalization(c[1], shift, epsilon), mean, (variance + epsilon).Rsqrt()];
    }

    // Before the mean is divided out, 1e-9 is added to the deviation.
    static Tensor[] MeanVarianceNormalization(OnnxCall c)
    {
        var axes = c.Ints("axes") ?? [0, 2, 3];
        var centred = c[0] - c[0].Mean(axes, keepAxes: true);
        return [centred / (centred.Square().Mean(axes, keepAxes: true).Sqrt() + 1e-9)];
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
