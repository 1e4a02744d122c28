using Fovea.Tensors;

namespace Fovea.Tests.Onnx;

/// <summary>What convolutions and pools of ONNX have in common.</summary>
internal static class OnnxWindows
{
    /// <summary>Strides; none are ones.</summary>
    internal static Dims Strides(OnnxCall c) => c.Ints("strides") is { } list ? new(list) : Dims.Repeat(1, c[0].Rank - 2);

    internal static Dims Dilations(OnnxCall c) => c.Ints("dilations") is { } list ? new(list) : default;

    /// <summary>Beginnings, then ends.</summary>
    internal static Dims Padding(OnnxCall c, int[] kernel)
    {
        var mode = c.Text("auto_pad", "NOTSET");
        if (mode is "NOTSET" or "VALID")
        {
            return mode == "NOTSET" && c.Ints("pads") is { } list ? new(list) : Dims.Repeat(0, 2 * kernel.Length);
        }

        var pads = new int[2 * kernel.Length];
        var stride = Strides(c);
        for (var i = 0; i < kernel.Length; i++)
        {
            var size = (int)c[0].Shape[i + 2];
            var extent = (kernel[i] - 1) * (c.Ints("dilations")?[i] ?? 1) + 1;
            var total = Math.Max(0, ((size + stride[i] - 1) / stride[i] - 1) * stride[i] + extent - size);
            var smaller = total / 2;
            (pads[i], pads[i + kernel.Length]) = mode == "SAME_UPPER" ? (smaller, total - smaller) : (total - smaller, smaller);
        }

        return new(pads);
    }
}
