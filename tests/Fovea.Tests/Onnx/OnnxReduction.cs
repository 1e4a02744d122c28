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
            ["ReduceSumSquare"] = c => [Reduce(c, c[0].Square(), Reduction.Sum)],
            ["ReduceL1"] = c => [Reduce(c, c[0].Abs(), Reduction.Sum)],
            ["ReduceL2"] = c => [Reduce(c, c[0].Square(), Reduction.Sum).Sqrt()],
            ["ReduceLogSum"] = c => [Reduce(c, c[0], Reduction.Sum).Log()],
            ["ArgMax"] = ArgMax,
        },
        Reasons = new[] { "ReduceLogSumExp", "ArgMin", "CumSum", "TopK" }.ToDictionary(name => name, _ => "waits for its operator"),
    };

    static Tensor Reduce(OnnxCall c, Tensor x, Reduction how)
    {
        var axes = c.Ints("axes", 1) ?? [];
        return axes.Length == 0 && c.Flag("noop_with_empty_axes") ? x
            : x.Reduce(how, axes.Length == 0 ? [.. Enumerable.Range(0, x.Rank)] : axes, c.Flag("keepdims", true));
    }

    // Ties go to the first; the last is the first of what is turned round.
    static Tensor[] ArgMax(OnnxCall c)
    {
        var axis = c[0].Shape.Axis(c.Int("axis", 0));
        var keep = c.Flag("keepdims", true);
        return c.Flag("select_last_index")
            ? [(int)c[0].Shape[axis] - 1 - c[0].Flip(axis).ArgMax(axis, keep)]
            : [c[0].ArgMax(axis, keep)];
    }
}
