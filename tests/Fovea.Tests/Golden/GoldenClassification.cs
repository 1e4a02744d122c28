using Fovea.Tensors;

namespace Fovea.Tests.Golden;

/// <summary>The operators of the first families.</summary>
internal static class GoldenClassification
{
    internal static readonly Dictionary<string, Func<GoldenInputs, Tensor[]>> Operators = new()
    {
        ["conv1d"] = Convolution,
        ["conv2d"] = Convolution,
        ["conv3d"] = Convolution,
        ["conv_transpose1d"] = TransposedConvolution,
        ["conv_transpose2d"] = TransposedConvolution,
        ["conv_transpose3d"] = TransposedConvolution,
        ["max_pool1d"] = MaxPool,
        ["max_pool2d"] = MaxPool,
        ["avg_pool1d"] = AveragePool,
        ["avg_pool2d"] = AveragePool,
        ["linear"] = c => [c["x"].Linear(c["w"], c.Optional("b"))],
        ["matmul"] = c => [c["a"].MatMul(c["b"])],
        ["batch_norm"] = c => c.Case.Bool("training") ? BatchNormTraining(c) : [BatchNormInference(c)],
        ["softmax"] = c => [c["x"].Softmax(c.Case.Int("dim"))],
        ["log_softmax"] = c => [c["x"].LogSoftmax(c.Case.Int("dim"))],
        ["mse_loss"] = c => [Losses.MeanSquared(c["x"], c["target"].StopGradient()).Mean()],
        ["l1_loss"] = c => [Losses.MeanAbsolute(c["x"], c["target"].StopGradient()).Mean()],
        ["cross_entropy"] = c => [CrossEntropy(c)],

        ["add"] = c => [c["a"] + c["b"]],
        ["sub"] = c => [c["a"] - c["b"]],
        ["mul"] = c => [c["a"] * c["b"]],
        ["div"] = c => [c["a"] / c["b"]],
        ["maximum"] = c => [c["a"].Maximum(c["b"])],
        ["minimum"] = c => [c["a"].Minimum(c["b"])],
        ["pow"] = c => [c["a"].Power(c["b"])],
        ["exp"] = c => [c["x"].Exp()],
        ["log"] = c => [c["x"].Log()],
        ["sqrt"] = c => [c["x"].Sqrt()],
        ["neg"] = c => [-c["x"]],
        ["abs"] = c => [c["x"].Abs()],
        ["square"] = c => [c["x"].Square()],
        ["reciprocal"] = c => [c["x"].Reciprocal()],
        ["rsqrt"] = c => [c["x"].Rsqrt()],
        ["sin"] = c => [c["x"].Sin()],
        ["cos"] = c => [c["x"].Cos()],
        ["erf"] = c => [c["x"].Erf()],
        ["clamp"] = c => [c["x"].Clip(c.Case.Double("min"), c.Case.Double("max"))],
        ["relu"] = c => [c["x"].Relu()],
        ["sigmoid"] = c => [c["x"].Sigmoid()],
        ["tanh"] = c => [c["x"].Tanh()],
        ["relu6"] = c => [c["x"].Clip(0, 6)],
        ["leaky_relu"] = c => [c["x"].LeakyRelu(c.Case.Double("negative_slope"))],
        ["elu"] = c => [c["x"].Elu(c.Case.Double("alpha"))],
        ["selu"] = c => [c["x"].Selu()],
        ["celu"] = c => [c["x"].Celu(c.Case.Double("alpha"))],
        ["gelu"] = c => [c["x"].Gelu(c.Case.Text("approximate") == "tanh")],
        ["silu"] = c => [c["x"].Silu()],
        ["hardswish"] = c => [c["x"].HardSwish()],
        ["hardsigmoid"] = c => [c["x"].HardSigmoid()],
        ["mish"] = c => [c["x"].Mish()],
        ["hardtanh"] = c => [c["x"].Clip(c.Case.Double("min_val"), c.Case.Double("max_val"))],
        // PyTorch gives x itself past 20, where the logarithm adds 2e-9.
        ["softplus"] = c => [Tensor.Where(c["x"] > 20, c["x"], c["x"].Softplus())],
        ["softsign"] = c => [c["x"].Softsign()],

        ["sum"] = c => [c["x"].Sum(c.Case.Ints("dim"), c.Case.Bool("keepdim"))],
        ["mean"] = c => [c["x"].Mean(c.Case.Ints("dim"), c.Case.Bool("keepdim"))],
        ["amax"] = c => [c["x"].Reduce(Fovea.Ops.Reduction.Max, c.Case.Ints("dim"), c.Case.Bool("keepdim"))],
        ["amin"] = c => [c["x"].Reduce(Fovea.Ops.Reduction.Min, c.Case.Ints("dim"), c.Case.Bool("keepdim"))],
        ["argmax"] = c => [c["x"].ArgMax(c.Case.Int("dim"))],

        ["gather"] = c => [c["x"].Gather(c["i"], c.Case.Int("dim"))],
        ["embedding"] = c => [c["w"].Gather(c["i"])],
        ["pad"] = c => [Pad(c)],
        ["slice"] = c => [Slice(c)],
        ["concat"] = c => [Tensor.Concat(c.Case.Int("dim"), [.. c.Case.Inputs.Select(role => c[role])])],
        ["transpose"] = c => [c["x"].Transpose(c.Case.Ints("dims"))],
        ["where"] = c => [Tensor.Where(c["c"].Cast(ElementType.Bool), c["a"], c["b"])],
        ["reshape"] = c => [c["x"].Reshape(c.Shape("shape"))],
        ["expand"] = c => [c["x"].BroadcastTo(c.Shape("shape"))],
    };

    static Tensor[] Convolution(GoldenInputs c) =>
        [c["x"].Convolution(c["w"], c.Optional("b"), c.Dims("stride"), c.Dims("padding"), c.Dims("dilation"), c.Case.Int("groups"))];

    static Tensor[] TransposedConvolution(GoldenInputs c) =>
    [
        c["x"].TransposedConvolution(c["w"], c.Optional("b"), c.Dims("stride"), c.Dims("padding"), c.Dims("output_padding"),
            c.Dims("dilation"), c.Case.Int("groups")),
    ];

    static Tensor BatchNormInference(GoldenInputs c) =>
        c["x"].BatchNormalization(c["weight"], c["bias"], c["running_mean"], c["running_var"], (float)c.Case.Double("eps"));

    // PyTorch moves the running variance by the unbiased variance of the batch.
    static Tensor[] BatchNormTraining(GoldenInputs c)
    {
        var (y, mean, variance) = c["x"].BatchNormalizationTraining(c["weight"], c["bias"], (float)c.Case.Double("eps"));
        var momentum = c.Case.Double("momentum");
        var shape = c.Case["x"].Shape;
        var count = (double)shape.Aggregate(1, (product, size) => product * size) / shape[1];
        return
        [
            y,
            c["running_mean"] * (1 - momentum) + mean * momentum,
            c["running_var"] * (1 - momentum) + variance * (momentum * count / (count - 1)),
        ];
    }

    static Tensor CrossEntropy(GoldenInputs c)
    {
        var smoothing = (float)c.Case.Double("label_smoothing");
        return c.Case.Text("reduction") switch
        {
            "none" => c["x"].CrossEntropies(c["target"], smoothing),
            "sum" => c["x"].CrossEntropies(c["target"], smoothing).Sum(),
            _ => c["x"].CrossEntropy(c["target"], smoothing),
        };
    }

    static Tensor Pad(GoldenInputs c)
    {
        var (before, after) = Widths(c);
        return c["x"].Pad(before, after, (float)c.Case.Double("value"));
    }

    // PyTorch names the last axis first, each as before and after.
    internal static (Dims Before, Dims After) Widths(GoldenInputs c)
    {
        var widths = c.Case.Ints("pad");
        int[] before = new int[c["x"].Rank], after = new int[c["x"].Rank];
        for (var i = 0; i < widths.Length / 2; i++)
        {
            before[^(i + 1)] = widths[2 * i];
            after[^(i + 1)] = widths[2 * i + 1];
        }

        return (new Dims(before), new Dims(after));
    }

    static Tensor Slice(GoldenInputs c)
    {
        int[] starts = c.Case.Ints("starts"), stops = c.Case.Ints("stops"), steps = c.Case.Ints("steps");
        var x = c["x"];
        for (var axis = 0; axis < starts.Length; axis++)
        {
            x = x.Slice(axis, starts[axis], (stops[axis] - starts[axis] + steps[axis] - 1) / steps[axis], steps[axis]);
        }

        return x;
    }

    static Tensor[] MaxPool(GoldenInputs c) =>
        [c["x"].MaxPool(c.Dims("kernel_size"), c.Dims("stride"), c.Dims("padding"), c.Dims("dilation"))];

    static Tensor[] AveragePool(GoldenInputs c) =>
        [c["x"].AveragePool(c.Dims("kernel_size"), c.Dims("stride"), c.Dims("padding"), c.Case.Bool("count_include_pad"))];
}
