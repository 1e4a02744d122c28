namespace Fovea.Tests.Golden;

/// <summary>Padding, unfolding, transposed sizes and layers of windows.</summary>
internal static class GoldenConvolutions
{
    internal static readonly Dictionary<string, Func<GoldenInputs, Tensor[]>> Operators = new()
    {
        ["pad_mode"] = c => [PadMode(c)],
        ["conv_rule"] = c =>
        [
            c["x"].Convolution(c["w"], c.Optional("b"), c.Dims("stride"), Rule(c.Case.Text("rule")), c.Dims("dilation"),
                c.Case.Int("groups")),
        ],
        ["conv_border"] = c =>
        [
            c["x"].Convolution(c["w"], c["b"], c.Dims("stride"), c.Dims("padding"), padMode: Mode(c.Case.Text("mode"))),
        ],
        ["unfold"] = c => [c["x"].Unfold(c.Dims("kernel_size"), c.Dims("stride"), c.Dims("padding"), c.Dims("dilation"))],
        ["fold"] = c =>
        [
            c["x"].Fold(c.Shape("output_size"), c.Dims("kernel_size"), c.Dims("stride"), c.Dims("padding"), c.Dims("dilation")),
        ],
        ["locally_connected"] = c =>
        [
            c["x"].LocallyConnected(c["w"], c["b"], c.Dims("stride"), c.Dims("padding"), c.Dims("dilation"), c.Case.Int("groups")),
        ],
        ["transposed_size"] = c =>
        [
            c["x"].TransposedConvolution(c["w"], c["b"], c.Dims("stride"), c.Dims("padding"), dilation: c.Dims("dilation"),
                groups: c.Case.Int("groups"), outputSize: c.Dims("output_size")),
        ],
    };

    static Padding Rule(string name) => name switch
    {
        "same" => Padding.Same,
        "same_lower" => Padding.SameLower,
        "causal" => Padding.Causal,
        "full" => Padding.Full,
        _ => throw new InvalidDataException($"There is no rule {name}."),
    };

    static PadMode Mode(string name) => name switch
    {
        "constant" => Fovea.PadMode.Constant,
        "reflect" => Fovea.PadMode.Reflect,
        "replicate" => Fovea.PadMode.Replicate,
        "circular" => Fovea.PadMode.Circular,
        _ => throw new InvalidDataException($"There is no mode {name}."),
    };

    static Tensor PadMode(GoldenInputs c)
    {
        var (before, after) = GoldenClassification.Widths(c);
        return c["x"].Pad(before, after, mode: Mode(c.Case.Text("mode")));
    }
}
