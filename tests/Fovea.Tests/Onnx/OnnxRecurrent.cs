namespace Fovea.Tests.Onnx;

/// <summary>Recurrences, and operators that own graphs.</summary>
internal static class OnnxRecurrent
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = [],
        Reasons = new[] { "LSTM", "GRU", "RNN", "If", "Loop", "Scan", "ReverseSequence" }
            .ToDictionary(name => name, _ => "waits for its operator"),
    };
}
