namespace Fovea.Tests.Onnx;

internal static class OnnxProduct
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = new()
        {
            ["MatMul"] = c => [c[0].MatMul(c[1])],
            ["Gemm"] = Gemm,
            ["Einsum"] = c => [Tensor.Einsum(c.Text("equation", ""), [.. c.All])],
        },
        Reasons = new()
        {
            ["Det"] = "no network that this library is for takes a determinant",
        },
    };

    static Tensor[] Gemm(OnnxCall c)
    {
        float alpha = c.Float("alpha", 1), beta = c.Float("beta", 1);
        if (c.Flag("transB") && !c.Flag("transA") && alpha == 1 && beta == 1 && c.Optional(2)?.Shape.Count == c[1].Shape[0])
        {
            return [c[0].Linear(c[1], c[2].Reshape(c[1].Shape[0]))];
        }

        var y = c[0].MatMul(c[1], c.Flag("transA"), c.Flag("transB"));
        y = alpha == 1 ? y : y * alpha;
        return [c.Optional(2) is { } bias ? y + (beta == 1 ? bias : bias * beta) : y];
    }
}
