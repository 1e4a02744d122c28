using Fovea.Tensors;

namespace Fovea.Tests.Onnx;

internal static class OnnxConvolution
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = new()
        {
            ["Conv"] = Convolution,
            ["ConvTranspose"] = TransposedConvolution,
        },
    };

    static Tensor[] Convolution(OnnxCall c) =>
    [
        c[0].Convolution(c[1], c.Optional(2), OnnxWindows.Strides(c), Padding(c), OnnxWindows.Dilations(c), c.Int("group", 1)),
    ];

    static Padding Padding(OnnxCall c) => c.Text("auto_pad", "NOTSET") switch
    {
        "SAME_UPPER" => Fovea.Padding.Same,
        "SAME_LOWER" => Fovea.Padding.SameLower,
        "NOTSET" when c.Ints("pads") is { } pads => new Dims(pads),
        _ => Fovea.Padding.Valid,
    };

    // Where the output's size is given, what is missing or too much at both ends is shared; one more stands at the end, or at the
    // beginning for SAME_UPPER.
    static Tensor[] TransposedConvolution(OnnxCall c)
    {
        var kernel = Kernel(c);
        var rank = kernel.Length;
        int[] stride = c.Ints("strides") ?? Ones(rank), dilation = c.Ints("dilations") ?? Ones(rank);
        var output = c.Ints("output_padding") ?? new int[rank];
        var pads = c.Ints("pads") ?? new int[2 * rank];
        var mode = c.Text("auto_pad", "NOTSET");
        var shape = c.Ints("output_shape");
        for (var i = 0; i < rank && (shape is not null || mode is "SAME_UPPER" or "SAME_LOWER"); i++)
        {
            var size = (int)c[0].Shape[i + 2];
            var wanted = shape?[^(rank - i)] ?? size * stride[i];
            var total = stride[i] * (size - 1) + output[i] + (kernel[i] - 1) * dilation[i] + 1 - wanted;
            (pads[i], pads[i + rank]) = mode == "SAME_UPPER" ? (total / 2, total - total / 2) : (total - total / 2, total / 2);
            if (total < 0)
            {
                // More than the kernel reaches: zeros at the end.
                (pads[i], pads[i + rank], output[i]) = (0, 0, output[i] - total);
            }
        }

        return
        [
            c[0].TransposedConvolution(c[1], c.Optional(2), new Dims(stride), new Dims(pads), new Dims(output), new Dims(dilation),
                c.Int("group", 1)),
        ];
    }

    static int[] Ones(int count) => [.. Enumerable.Repeat(1, count)];

    static int[] Kernel(OnnxCall c) => c.Ints("kernel_shape") ?? [.. c[1].Shape.Skip(2).Select(size => (int)size)];
}
