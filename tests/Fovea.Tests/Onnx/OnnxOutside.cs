namespace Fovea.Tests.Onnx;

/// <summary>What ONNX has and this library does not, and why.</summary>
internal static class OnnxOutside
{
    const string Quantized = "quantized arithmetic has an issue of its own";
    const string Random = "it draws random numbers with a generator that ONNX does not name";
    const string Sequences = "sequences of tensors and optional values are no tensors";
    const string Signal = "signal processing, not convolution";
    const string Strings = "text is no tensor";
    const string Training = "a proposal of ONNX: optimizers live in Training and are held to PyTorch's";
    internal const string DataDependent = "its output's size depends on the data";

    internal static readonly OnnxFamily Family = new()
    {
        Operators = [],
        Reasons = new()
        {
            ["ai.onnx.preview.training.Adagrad"] = Training,
            ["ai.onnx.preview.training.Adam"] = Training,
            ["ai.onnx.preview.training.Momentum"] = Training,
            ["Bernoulli"] = Random,
            ["RandomUniformLike"] = Random,
            ["BlackmanWindow"] = Signal,
            ["DFT"] = Signal,
            ["HammingWindow"] = Signal,
            ["HannWindow"] = Signal,
            ["MelWeightMatrix"] = Signal,
            ["STFT"] = Signal,
            ["ConvInteger"] = Quantized,
            ["DequantizeLinear"] = Quantized,
            ["DynamicQuantizeLinear"] = Quantized,
            ["MatMulInteger"] = Quantized,
            ["QLinearConv"] = Quantized,
            ["QLinearMatMul"] = Quantized,
            ["QuantizeLinear"] = Quantized,
            ["NonMaxSuppression"] = DataDependent,
            ["OptionalGetElement"] = Sequences,
            ["OptionalHasElement"] = Sequences,
            ["SequenceAt"] = Sequences,
            ["SequenceConstruct"] = Sequences,
            ["SequenceEmpty"] = Sequences,
            ["SequenceInsert"] = Sequences,
            ["SequenceLength"] = Sequences,
            ["SequenceMap"] = Sequences,
            ["StringNormalizer"] = Strings,
            ["TfIdfVectorizer"] = Strings,
        },
    };
}
