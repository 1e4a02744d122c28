namespace Fovea.Tests.Golden;

/// <summary>Normalisations, and the activations that the first families lack.</summary>
internal static class GoldenNorm
{
    internal static readonly Dictionary<string, Func<GoldenInputs, Tensor[]>> Operators = new()
    {
        ["group_norm"] = c => [c["x"].GroupNormalization(c.Case.Int("num_groups"), c["weight"], c["bias"], Epsilon(c))],
        ["layer_norm"] = c => [c["x"].LayerNormalization(c["weight"], c["bias"], Epsilon(c))],
        ["rms_norm"] = c => [c["x"].RmsNormalization(c["weight"], Epsilon(c))],
        ["instance_norm"] = c => [c["x"].GroupNormalization((int)c["x"].Shape[1], c["weight"], c["bias"], Epsilon(c))],
        ["local_response_norm"] = c => [c["x"].LocalResponseNormalization(c.Case.Int("size"), c.Case.Double("alpha"),
            c.Case.Double("beta"), c.Case.Double("k"))],
        ["weight_norm"] = c => [c["v"].WeightNormalization(c["g"], c.Case.Int("dim"))],
        ["prelu"] = c => [c["x"].PRelu(AlongChannels(c["weight"], c["x"].Rank))],
        ["glu"] = c => [c["x"].Glu(c.Case.Int("dim"))],
        ["maxout"] = c => [c["x"].Maxout(c.Case.Int("pieces"))],
    };

    static float Epsilon(GoldenInputs c) => (float)c.Case.Double("eps");

    static Tensor AlongChannels(Tensor slopes, int rank) =>
        slopes.Shape[0] == 1 ? slopes : slopes.Reshape(new Shape([1, slopes.Shape[0], .. Enumerable.Repeat((Dim)1, rank - 2)]));
}
