namespace Fovea.Tests.Onnx;

internal static class OnnxActivation
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = new()
        {
            ["Relu"] = c => [c[0].Relu()],
            ["LeakyRelu"] = c => [c[0].LeakyRelu(c.Float("alpha", 0.01f))],
            ["PRelu"] = c => [c[0].PRelu(c[1])],
            ["Elu"] = c => [c[0].Elu(c.Float("alpha", 1))],
            ["Celu"] = c => [c[0].Celu(c.Float("alpha", 1))],
            ["Selu"] = Selu,
            ["HardSigmoid"] = c => [c[0].HardSigmoid(c.Float("alpha", 0.2f), c.Float("beta", 0.5f))],
            ["HardSwish"] = c => [c[0].HardSwish()],
            ["Softplus"] = c => [c[0].Softplus()],
            ["Softsign"] = c => [c[0].Softsign()],
            ["ThresholdedRelu"] = c => [Tensor.Where(c[0] > c.Float("alpha", 1), c[0], c[0].Full(0))],
            ["Shrink"] = Shrink,
            ["Softmax"] = c => [OverRows(c, x => x.Softmax(Axis(c)))],
            ["LogSoftmax"] = c => [OverRows(c, x => x.LogSoftmax(Axis(c)))],
            ["Hardmax"] = Hardmax,
        },
    };

    // Ours has the constants of the paper, which are ONNX's defaults; others are an Elu, scaled.
    static Tensor[] Selu(OnnxCall c) => c.Has("alpha") || c.Has("gamma")
        ? [c[0].Elu(c.Float("alpha", 1.67326319f)) * c.Float("gamma", 1.05070102f)] : [c[0].Selu()];

    static Tensor[] Shrink(OnnxCall c)
    {
        float bias = c.Float("bias", 0), edge = c.Float("lambd", 0.5f);
        return [Tensor.Where(c[0] < -edge, c[0] + bias, Tensor.Where(c[0] > edge, c[0] - bias, c[0].Full(0)))];
    }

    static int Axis(OnnxCall c) => c.Opset < 13 ? 1 : c.Int("axis", -1);

    // Before version 13 the axes from `axis` on count as one.
    static Tensor OverRows(OnnxCall c, Func<Tensor, Tensor> function)
    {
        var x = c[0];
        if (c.Opset >= 13)
        {
            return function(x);
        }

        var axis = x.Shape.Axis(c.Int("axis", 1));
        return function(x.Reshape(x.Shape.Slice(0, axis).Count, x.Shape.Slice(axis, x.Rank - axis).Count)).Reshape(x.Shape);
    }

    static Tensor[] Hardmax(OnnxCall c)
    {
        var axis = c[0].Shape.Axis(Axis(c));
        var hot = c[0].ArgMax(axis).OneHot((int)c[0].Shape[axis]);
        int[] order = [.. Enumerable.Range(0, axis), c[0].Rank - 1, .. Enumerable.Range(axis, c[0].Rank - 1 - axis)];
        return [hot.Transpose(order)];
    }
}
