using Fovea.Ops;

namespace Fovea.Tests.Golden;

/// <summary>Shapes, reductions and mathematics.</summary>
internal static class GoldenMathematics
{
    internal static readonly Dictionary<string, Func<GoldenInputs, Tensor[]>> Operators = new()
    {
        ["argmin"] = c => [c["x"].ArgMin(c.Case.Int("dim"))],
        ["logsumexp"] = c => [c["x"].LogSumExp(c.Case.Ints("dim"), c.Case.Bool("keepdim"))],
        ["var"] = c => [c["x"].Variance(c.Case.Ints("dim"), c.Case.Bool("keepdim"))],
        ["var_unbiased"] = c => [c["x"].Variance(c.Case.Ints("dim"), c.Case.Bool("keepdim"), unbiased: true)],
        ["std"] = c => [c["x"].StandardDeviation(c.Case.Ints("dim"), c.Case.Bool("keepdim"))],
        ["std_unbiased"] = c => [c["x"].StandardDeviation(c.Case.Ints("dim"), c.Case.Bool("keepdim"), unbiased: true)],
        ["prod"] = c => [c["x"].Product(c.Case.Ints("dim"), c.Case.Bool("keepdim"))],
        ["norm1"] = c => [c["x"].L1Norm(c.Case.Ints("dim"), c.Case.Bool("keepdim"))],
        ["norm2"] = c => [c["x"].L2Norm(c.Case.Ints("dim"), c.Case.Bool("keepdim"))],
        ["sum_square"] = c => [c["x"].SumOfSquares(c.Case.Ints("dim"), c.Case.Bool("keepdim"))],

        ["einsum"] = c => [Tensor.Einsum(c.Case.Text("equation"), [.. c.Case.Inputs.Select(role => c[role])])],
        ["topk"] = c => Both(c["x"].TopK(c.Case.Int("k"), c.Case.Int("dim"), c.Case.Bool("largest"))),
        ["sort"] = c => Both(c["x"].Sort(c.Case.Int("dim"), c.Case.Bool("descending"))),
        ["cumsum"] = c => [c["x"].CumulativeSum(c.Case.Int("dim"))],
        ["cumprod"] = c => [c["x"].CumulativeProduct(c.Case.Int("dim"))],
        ["remainder"] = c => [c["a"].Modulo(c["b"])],
        ["fmod"] = c => [c["a"] % c["b"]],
        ["floor_divide"] = c => [c["a"].FloorDivide(c["b"])],
        ["bitwise_and"] = c => [c["a"] & c["b"]],
        ["bitwise_or"] = c => [c["a"] | c["b"]],
        ["bitwise_xor"] = c => [c["a"] ^ c["b"]],
        ["bitwise_not"] = c => [~c["x"]],
        ["clamp_tensors"] = c => [c["x"].Clip(c["low"], c["high"])],

        ["gather_elements"] = c => [c["x"].GatherElements(c["i"], c.Case.Int("dim"))],
        ["scatter"] = c => [c["x"].ScatterElements(c["i"], c["updates"], c.Case.Int("dim"), Reduction(c.Case.Text("reduce")))],
        ["gather_nd"] = c => [c["x"].GatherND(c["i"])],
        ["scatter_nd"] = c =>
            [c["x"].ScatterND(c["i"], c["updates"], c.Case.Bool("accumulate") ? ScatterReduction.Add : ScatterReduction.Replace)],
        ["flip"] = c => [c["x"].Flip(c.Case.Ints("dims"))],
        ["roll"] = c => [c["x"].Roll(c.Case.Int("shift"), c.Case.Int("dim"))],
        ["tile"] = c => [c["x"].Tile(c.Case.Ints("counts"))],
        ["repeat"] = c => [c["x"].Repeat(c.Case.Int("dim"), c.Case.Int("count"))],
        ["stack"] = c => [Tensor.Stack(c.Case.Int("dim"), [.. c.Case.Inputs.Select(role => c[role])])],
        ["split"] = c => c["x"].Split(c.Case.Int("dim"), [.. c.Case.Ints("sizes").Select(size => (Dim)size)]),
        ["chunk"] = c => c["x"].SplitEvenly(c.Case.Int("count"), c.Case.Int("dim")),
        ["triu"] = c => [c["x"].UpperTriangle(c.Case.Int("diagonal"))],
        ["tril"] = c => [c["x"].LowerTriangle(c.Case.Int("diagonal"))],
        ["one_hot"] = c => [c["i"].OneHot(c.Case.Int("classes"))],
        ["squeeze"] = c => [c["x"].Squeeze(c.Case.Int("dim"))],
        ["unsqueeze"] = c => [c["x"].Unsqueeze(c.Case.Int("dim"))],
        ["flatten"] = c => [c["x"].Flatten(c.Case.Int("start"), c.Case.Int("end"))],
        ["movedim"] = c => [c["x"].MoveAxis(c.Case.Int("source"), c.Case.Int("destination"))],
    };

    static Tensor[] Both((Tensor Values, Tensor Indices) pair) => [pair.Values, pair.Indices];

    static ScatterReduction Reduction(string name) => name switch
    {
        "add" => ScatterReduction.Add,
        "prod" => ScatterReduction.Multiply,
        "amax" => ScatterReduction.Max,
        "amin" => ScatterReduction.Min,
        _ => ScatterReduction.Replace,
    };
}
