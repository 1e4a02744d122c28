namespace Fovea.Tests.Golden;

/// <summary>The operators of the family pooling_more.</summary>
internal static class GoldenPooling
{
    internal static readonly Dictionary<string, Func<GoldenInputs, Tensor[]>> Operators = new()
    {
        ["max_pool_with_indices"] = MaxPool,
        ["avg_pool"] = AveragePool,
        ["adaptive_max_pool"] = AdaptiveMaxPool,
        ["adaptive_avg_pool"] = c => [c["x"].AdaptiveAveragePool(c.Dims("output_size"))],
        ["spatial_pyramid"] = c => [c["x"].SpatialPyramidPool(c.Dims("levels"))],
        ["lp_pool"] = c => [c["x"].LpPool(c.Case.Double("norm_type"), c.Case.Int("kernel_size"), c.Case.Int("stride"))],
        ["global_lp_pool"] = c => [c["x"].GlobalLpPool(c.Case.Double("norm_type"))],
        ["max_unpool"] = MaxUnpool,
        ["k_max_pool"] = KMaxPool,
        ["max_over_time"] = c => [c["x"].MaxOverTime(c["lengths"])],
        ["blur_pool"] = c => [c["x"].BlurPool(c.Case.Int("kernel"), c.Case.Int("stride"),
            c.Case.Text("mode") == "reflect" ? BlurPadding.Reflect : BlurPadding.Zero)],
    };

    static Tensor[] MaxPool(GoldenInputs c)
    {
        var (values, indices) = c["x"].MaxPoolWithIndices(
            c.Dims("kernel_size"), c.Dims("stride"), c.Dims("padding"), c.Dims("dilation"), c.Case.Bool("ceil_mode"));
        return [values, indices];
    }

    static Tensor[] AveragePool(GoldenInputs c) =>
    [
        c["x"].AveragePool(c.Dims("kernel_size"), c.Dims("stride"), c.Dims("padding"), c.Case.Bool("count_include_pad"),
            c.Case.Bool("ceil_mode"), c.Case.Name.EndsWith("divisor", StringComparison.Ordinal) ? c.Case.Int("divisor_override") : 0),
    ];

    static Tensor[] AdaptiveMaxPool(GoldenInputs c)
    {
        var (values, indices) = c["x"].AdaptiveMaxPoolWithIndices(c.Dims("output_size"));
        return [values, indices];
    }

    static Tensor[] MaxUnpool(GoldenInputs c) =>
    [
        c["x"].MaxUnpool(c["i"], c.Dims("kernel_size"), c.Dims("stride"), c.Dims("padding"),
            c.Case.Ints("output_size").Length > 0 ? c.Shape("output_size") : null),
    ];

    static Tensor[] KMaxPool(GoldenInputs c)
    {
        var (values, indices) = c["x"].KMaxPoolWithIndices(c.Case.Int("k"));
        return [values, indices];
    }
}
