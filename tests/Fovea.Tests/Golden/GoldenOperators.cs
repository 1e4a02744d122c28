namespace Fovea.Tests.Golden;

/// <summary>What each operator of the golden files is called here. Attributes have PyTorch's names there, ours here.</summary>
internal static class GoldenOperators
{
    internal static readonly Dictionary<string, Func<GoldenInputs, Tensor[]>> All = new(new[]
    {
        GoldenClassification.Operators,
        GoldenLosses.Operators,
        GoldenNorm.Operators,
        GoldenConvolutions.Operators,
        GoldenRecurrent.Operators,
        GoldenRounding.Operators,
        GoldenMathematics.Operators,
        GoldenResize.Operators,
        GoldenPooling.Operators,
    }.SelectMany(operators => operators));
}
