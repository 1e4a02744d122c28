using System.Reflection;

namespace Fovea.Tests.Documentation;

/// <summary>A loss and what it is called in the golden files.</summary>
internal sealed record LossFact(params string[] Golden)
{
    /// <summary>Why no golden vector holds it.</summary>
    internal string? NoGolden { get; init; }
}

/// <summary>The losses.</summary>
internal static class LossFacts
{
    const BindingFlags Static = BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The losses that users see.</summary>
    internal static IEnumerable<string> Public =>
    [
        .. typeof(Losses).GetProperties(Static).Where(p => p.PropertyType == typeof(Loss)).Select(p => p.Name),
        .. typeof(Losses).GetMethods(Static).Where(m => m.ReturnType == typeof(Loss) && !m.IsSpecialName && m.Name != "Named")
            .Select(m => m.Name).Distinct(),
    ];

    internal static readonly Dictionary<string, LossFact> All = new()
    {
        ["BinaryCrossEntropy"] = new("binary_cross_entropy_with_logits"),
        ["BinaryCrossEntropyWith"] = new("bce_with_logits"),
        ["BinaryFocal"] = new("sigmoid_focal"),
        ["Cosine"] = new("cosine_similarity"),
        ["CrossEntropy"] = new("cross_entropy", "cross_entropy_probabilities"),
        ["CrossEntropyWith"] = new("cross_entropy_weighted"),
        ["Dice"] = new("dice"),
        ["Focal"] = new("softmax_focal"),
        ["Hinge"] = new("hinge"),
        ["Huber"] = new("huber_loss", "huber"),
        ["Jaccard"] = new("jaccard"),
        ["KullbackLeibler"] = new("kl_div"),
        ["MeanAbsolute"] = new("l1_loss"),
        ["MeanSquared"] = new("mse_loss"),
        ["MultiClassHinge"] = new("multi_margin"),
        ["NegativeLogLikelihood"] = new("nll_loss"),
        ["NegativeLogLikelihoodWith"] = new("nll_loss"),
        ["SmoothL1"] = new("smooth_l1"),
    };
}
