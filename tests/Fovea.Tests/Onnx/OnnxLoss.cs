namespace Fovea.Tests.Onnx;

internal static class OnnxLoss
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = new()
        {
            ["NegativeLogLikelihoodLoss"] = c =>
                [Reduced(c, c[0].NegativeLogLikelihoods(c[1], c.Optional(2), Ignored(c)))],
            ["SoftmaxCrossEntropyLoss"] = c =>
                [Reduced(c, c[0].CrossEntropies(c[1], 0, c.Optional(2), Ignored(c))), c[0].LogSoftmax(1)],
        },
    };

    static long? Ignored(OnnxCall c) => c.Has("ignore_index") ? c.Int("ignore_index", 0) : null;

    // The mean is over the weights of the labels that count.
    static Tensor Reduced(OnnxCall c, Tensor losses) => c.Text("reduction", "mean") switch
    {
        "none" => losses,
        "sum" => losses.Sum(),
        _ => losses.Sum() / c[0].LabelWeights(c[1], c.Optional(2), Ignored(c)).Sum(),
    };
}
