namespace Fovea.Tests.Onnx;

internal static class OnnxLoss
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = [],
        Reasons = new[] { "NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss" }
            .ToDictionary(name => name, _ => "waits for its operator"),
    };
}
