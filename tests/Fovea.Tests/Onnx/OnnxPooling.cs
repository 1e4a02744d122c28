using Fovea.Tensors;

namespace Fovea.Tests.Onnx;

internal static class OnnxPooling
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = new()
        {
            ["MaxPool"] = MaxPool,
            ["AveragePool"] = AveragePool,
            ["GlobalAveragePool"] = c => [c[0].GlobalAveragePool()],
            ["GlobalMaxPool"] = c => [c[0].GlobalMaxPool()],
        },
        Reasons = new()
        {
            ["MaxUnpool"] = "waits for its operator",
        },
        Tests = new()
        {
            ["test_averagepool_2d_ceil"] = "waits for ceil mode",
            ["test_maxpool_2d_ceil"] = "waits for ceil mode",
            ["test_maxpool_2d_uint8"] = "windows are over floating numbers",
            ["test_maxpool_with_argmax_2d_precomputed_pads"] = "waits for indices as users may ask for them",
            ["test_maxpool_with_argmax_2d_precomputed_strides"] = "waits for indices as users may ask for them",
        },
    };

    static Tensor[] MaxPool(OnnxCall c)
    {
        RequireFloor(c);
        var kernel = c.Ints("kernel_shape")!;
        return [c[0].MaxPool(new Dims(kernel), OnnxWindows.Strides(c), OnnxWindows.Padding(c, kernel), OnnxWindows.Dilations(c))];
    }

    static Tensor[] AveragePool(OnnxCall c)
    {
        RequireFloor(c);
        var kernel = c.Ints("kernel_shape")!;
        return
        [
            c[0].AveragePool(new Dims(kernel), OnnxWindows.Strides(c), OnnxWindows.Padding(c, kernel), c.Flag("count_include_pad")),
        ];
    }

    static void RequireFloor(OnnxCall c)
    {
        if (c.Flag("ceil_mode"))
        {
            throw new NotSupportedException("ceil_mode");
        }
    }
}
