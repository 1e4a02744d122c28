using Fovea.Tensors;

namespace Fovea.Tests.Onnx;

internal static class OnnxPooling
{
    internal static readonly OnnxFamily Family = new()
    {
        Operators = new()
        {
            ["MaxPool"] = MaxPool,
            ["MaxUnpool"] = MaxUnpool,
            ["AveragePool"] = AveragePool,
            ["GlobalAveragePool"] = c => [c[0].GlobalAveragePool()],
            ["GlobalMaxPool"] = c => [c[0].GlobalMaxPool()],
        },
        Tests = new()
        {
            ["test_maxpool_2d_uint8"] = "windows are over floating numbers",
        },
    };

    static Tensor[] MaxPool(OnnxCall c)
    {
        var kernel = c.Ints("kernel_shape")!;
        var (values, indices) = c[0].MaxPoolWithIndices(new Dims(kernel), OnnxWindows.Strides(c), OnnxWindows.Padding(c, kernel),
            OnnxWindows.Dilations(c), c.Flag("ceil_mode"));
        return c.OutputCount == 1 ? [values] : [values, Flat(c, indices)];
    }

    // ONNX counts through all samples and channels; with storage order 1 the columns of an image before its rows.
    static Tensor Flat(OnnxCall c, Tensor indices)
    {
        Shape image = c[0].Shape;
        if (c.Int("storage_order", 0) == 1)
        {
            Dim width = image[3], height = image[2];
            var row = indices / width;
            indices = (indices - row * width) * height + row;
        }

        return indices + Offsets(image);
    }

    static Tensor Offsets(Shape image)
    {
        var pixels = (long)image.Slice(2, image.Rank - 2).Count;
        Shape channels = [image[0], image[1], .. Enumerable.Repeat((Dim)1, image.Rank - 2)];
        return Tensor.Arange(0, (long)image[0] * (long)image[1] * pixels, pixels).Reshape(channels);
    }

    // Indices count in the smallest output; a larger one is padded at its ends.
    static Tensor[] MaxUnpool(OnnxCall c)
    {
        var kernel = c.Ints("kernel_shape")!;
        Dims stride = OnnxWindows.Strides(c), padding = OnnxWindows.Padding(c, kernel);
        var smallest = c[0].Shape;
        for (var i = 0; i < kernel.Length; i++)
        {
            smallest = smallest.With(i + 2, (c[0].Shape[i + 2] - 1) * stride[i] - padding[i] - padding[i + kernel.Length] + kernel[i]);
        }

        var y = c[0].MaxUnpool(c[1] - Offsets(smallest), outputSize: smallest.Slice(2, kernel.Length));
        if (c.Ints(2) is not { } size)
        {
            return [y];
        }

        return [y.Pad(Dims.Repeat(0, size.Length), new([.. size.Select((wanted, axis) => wanted - (int)y.Shape[axis])]))];
    }

    static Tensor[] AveragePool(OnnxCall c)
    {
        var kernel = c.Ints("kernel_shape")!;
        return
        [
            c[0].AveragePool(new Dims(kernel), OnnxWindows.Strides(c), OnnxWindows.Padding(c, kernel), c.Flag("count_include_pad"),
                c.Flag("ceil_mode")),
        ];
    }
}
