namespace Fovea.Tests.Onnx;

/// <summary>
/// What each operator of ONNX is called here, by families. Each family also says which of its operators are not run, and why; and which
/// single tests of those that are.
/// </summary>
internal static class OnnxOperators
{
    static readonly OnnxFamily[] Families =
    [
        OnnxActivation.Family,
        OnnxConvolution.Family,
        OnnxElementwise.Family,
        OnnxImage.Family,
        OnnxLoss.Family,
        OnnxMovement.Family,
        OnnxNormalization.Family,
        OnnxOutside.Family,
        OnnxPooling.Family,
        OnnxProduct.Family,
        OnnxRecurrent.Family,
        OnnxReduction.Family,
    ];

    /// <summary>An operator's outputs for a node.</summary>
    internal static readonly Dictionary<string, Func<OnnxCall, Tensor[]>> All = Union(family => family.Operators);

    /// <summary>Why an operator is not run.</summary>
    internal static readonly Dictionary<string, string> Reasons = Union(family => family.Reasons);

    /// <summary>Why a test is not run although its operators are.</summary>
    internal static readonly Dictionary<string, string> Tests = Union(family => family.Tests);

    static Dictionary<string, T> Union<T>(Func<OnnxFamily, Dictionary<string, T>> list) => new(Families.SelectMany(list));
}

/// <summary>The operators of one family.</summary>
internal sealed record OnnxFamily
{
    internal required Dictionary<string, Func<OnnxCall, Tensor[]>> Operators { get; init; }

    /// <summary>Operators that are not run: a reason.</summary>
    internal Dictionary<string, string> Reasons { get; init; } = [];

    /// <summary>Tests that are not run although their operators are: a reason.</summary>
    internal Dictionary<string, string> Tests { get; init; } = [];
}
