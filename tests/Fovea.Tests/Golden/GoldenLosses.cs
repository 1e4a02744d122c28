namespace Fovea.Tests.Golden;

/// <summary>The losses.</summary>
internal static class GoldenLosses
{
    internal static readonly Dictionary<string, Func<GoldenInputs, Tensor[]>> Operators = new()
    {
        ["huber_loss"] = c => [Losses.Huber()(c["x"], c["target"].StopGradient()).Reduced()],
        ["binary_cross_entropy_with_logits"] = c => [Losses.BinaryCrossEntropy(c["x"], c["target"].StopGradient()).Reduced()],
        ["cross_entropy_weighted"] = c => [CrossEntropy(c)],
        ["cross_entropy_probabilities"] = c => [c["x"].CrossEntropy(c["target"], Smoothing(c), c.Optional("weight"))],
        ["nll_loss"] = c => [NegativeLogLikelihood(c)],
        ["bce_with_logits"] = c =>
            [Losses.BinaryCrossEntropyWith(Floats(c, "pos_weight"), Floats(c, "weight"))(c["x"], c["target"].StopGradient())],
        ["ctc_loss"] = c => [Ctc(c)],
        ["huber"] = c => [Losses.Huber(c.Case.Double("delta"))(c["x"], c["target"])],
        ["smooth_l1"] = c => [Losses.SmoothL1(c.Case.Double("beta"))(c["x"], c["target"])],
        ["hinge"] = c => [Losses.Hinge(c.Case.Double("margin"))(c["x"], c["target"].StopGradient())],
        ["multi_margin"] = c =>
            [Losses.MultiClassHinge(c.Case.Double("margin"), c.Case.Int("p"), Floats(c, "weight"))(c["x"], c["target"])],
        ["kl_div"] = c => [Losses.KullbackLeibler(c.Case.Bool("log_target"))(c["x"], c["target"]).Reduced()],
        ["sigmoid_focal"] = c => [Losses.BinaryFocal(c.Case.Double("gamma"), Alpha(c))(c["x"], c["target"].StopGradient())],
        ["softmax_focal"] = c => [Losses.Focal(c.Case.Double("gamma"))(c["x"], c["target"])],
        ["dice"] = c => [Losses.Dice()(c["x"], c["target"])],
        ["jaccard"] = c => [Losses.Jaccard()(c["x"], c["target"])],
        ["triplet_margin"] = c => [c["x"].TripletLosses(c["p"], c["n"], c.Case.Double("margin"))],
        ["cosine_similarity"] = c => [c["x"].CosineSimilarity(c["other"])],
        ["cosine_embedding"] = c => [c["x"].CosineEmbeddingLosses(c["other"], c["target"], c.Case.Double("margin"))],
    };

    static Tensor Ctc(GoldenInputs c)
    {
        var (targets, frames, labels) = (c["target"], c["input_lengths"], c["target_lengths"]);
        var (blank, zeroInfinity) = (c.Case.Int("blank"), c.Case.Bool("zero_infinity"));
        return c.Case.Text("reduction") == "mean"
            ? c["x"].CtcLoss(targets, frames, labels, blank, zeroInfinity)
            : c["x"].CtcLosses(targets, frames, labels, blank, zeroInfinity);
    }

    static float Smoothing(GoldenInputs c) => (float)c.Case.Double("label_smoothing");

    static float[]? Floats(GoldenInputs c, string role) => c.Case.Has(role) ? c.Case[role].Floats : null;

    static double? Alpha(GoldenInputs c) => c.Case.Double("alpha") is var alpha && alpha < 0 ? null : alpha;

    // PyTorch ignores −100 unless told otherwise: none of these labels.
    static long? Ignored(GoldenInputs c) => c.Case.Int("ignore_index") is var label && label < 0 ? null : label;

    static Tensor CrossEntropy(GoldenInputs c)
    {
        var weights = c.Optional("weight")?.StopGradient();
        return c.Case.Text("reduction") == "mean"
            ? c["x"].CrossEntropy(c["target"], Smoothing(c), weights, Ignored(c))
            : c["x"].CrossEntropies(c["target"], Smoothing(c), weights, Ignored(c)).Reduced(Reduction(c));
    }

    static Tensor NegativeLogLikelihood(GoldenInputs c)
    {
        var weights = c.Optional("weight")?.StopGradient();
        return c.Case.Text("reduction") == "mean"
            ? Losses.NegativeLogLikelihoodWith(Floats(c, "weight"), Ignored(c))(c["x"], c["target"])
            : c["x"].NegativeLogLikelihoods(c["target"], weights, Ignored(c)).Reduced(Reduction(c));
    }

    static LossReduction Reduction(GoldenInputs c) => c.Case.Text("reduction") == "sum" ? LossReduction.Sum : LossReduction.None;
}
