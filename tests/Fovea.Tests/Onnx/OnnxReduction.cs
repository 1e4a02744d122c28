using Fovea.Ops;

namespace Fovea.Tests.Onnx;

internal static class OnnxReduction
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = new()
        {
            ["ReduceSum"] = c => [Reduce(c, c[0], Reduction.Sum)],
            ["ReduceMean"] = c => [Reduce(c, c[0], Reduction.Mean)],
            ["ReduceMax"] = c => [Reduce(c, c[0], Reduction.Max)],
            ["ReduceMin"] = c => [Reduce(c, c[0], Reduction.Min)],
            ["ReduceProd"] = c => [Reduce(c, c[0], Reduction.Product)],
            ["ReduceSumSquare"] = c => [Reduce(c, c[0], Reduction.SumOfSquares)],
            ["ReduceL1"] = c => [Reduce(c, c[0], Reduction.L1)],
            ["ReduceL2"] = c => [Reduce(c, c[0], Reduction.L2)],
            ["ReduceLogSum"] = c => [Reduce(c, c[0], Reduction.Sum).Log()],
            ["ReduceLogSumExp"] = c => [c[0].LogSumExp(c.Ints("axes", 1) ?? [], c.Flag("keepdims", true))],
            ["ArgMax"] = c => [c[0].ArgMax(c.Int("axis", 0), c.Flag("keepdims", true), c.Flag("select_last_index"))],
            ["ArgMin"] = c => [c[0].ArgMin(c.Int("axis", 0), c.Flag("keepdims", true), c.Flag("select_last_index"))],
            ["CumSum"] = c => [c[0].CumulativeSum(c.Ints(1)![0], c.Flag("exclusive"), c.Flag("reverse"))],
            ["TopK"] = TopK,
        },
    };

    static Tensor Reduce(OnnxCall c, Tensor x, Reduction how)
    {
        var axes = c.Ints("axes", 1) ?? [];
        return axes.Length == 0 && c.Flag("noop_with_empty_axes") ? x
            : x.Reduce(how, axes.Length == 0 ? [.. Enumerable.Range(0, x.Rank)] : axes, c.Flag("keepdims", true));
    }

    // Not sorted means any order: ours is that of the input.
    static Tensor[] TopK(OnnxCall c)
    {
        var (values, indices) = c[0].TopK(c.Ints("k", 1)![0], c.Int("axis", -1), c.Flag("largest", true), c.Flag("sorted", true));
        return [values, indices];
    }
}
