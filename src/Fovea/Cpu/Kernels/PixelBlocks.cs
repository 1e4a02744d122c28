using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// One box for a rearrangement between channels and pixels: N, C, then for each spatial axis the block and the place in the block.
/// </summary>
static class PixelBlocks
{
    /// <summary>The box, and its strides in the deep value (many channels) and in the wide one (many pixels).</summary>
    public static (Dims Box, Strides Deep, Strides Wide) Of(int block, PixelOrder order, BoundType deep, BoundType wide)
    {
        int rank = deep.Rank - 2, pixels = 1;
        Strides deepStrides = deep.Strides, wideStrides = wide.Strides, from = new(), to = new();
        var box = Dims.Repeat(block, 2 + 2 * rank).With(0, wide.Sizes[0]).With(1, wide.Sizes[1]);
        for (int i = rank - 1; i >= 0; i--, pixels *= block)
        {
            box = box.With(2 + 2 * i, deep.Sizes[i + 2]);
            (from[2 + 2 * i], to[2 + 2 * i]) = (deepStrides[i + 2], wideStrides[i + 2] * block);
            long channels = order == PixelOrder.DepthColumnRow ? (long)pixels * wide.Sizes[1] : pixels;
            (from[3 + 2 * i], to[3 + 2 * i]) = (deepStrides[1] * channels, wideStrides[i + 2]);
        }
        (from[0], to[0]) = (deepStrides[0], wideStrides[0]);
        (from[1], to[1]) = (deepStrides[1] * (order == PixelOrder.DepthColumnRow ? 1 : pixels), wideStrides[1]);
        return (box, from, to);
    }

    /// <summary>Element by element, by the formula: k = (i · b + j) · C + c or c · b² + i · b + j.</summary>
    public static void Copy(int block, PixelOrder order, in KernelCall call, bool toDeep)
    {
        var (input, output) = (call.Case.Inputs[0], call.Case.Outputs[0]);
        var (deep, wide) = toDeep ? (output, input) : (input, output);
        Strides deepStrides = deep.Strides, wideStrides = wide.Strides;
        int rank = deep.Rank - 2, channels = wide.Sizes[1], size = input.Element.Size();
        for (var at = new Odometer(wide.Sizes); at.MoveNext();)
        {
            int inBlock = 0, pixels = 1;
            long place = at[0] * deepStrides[0];
            for (int i = 0; i < rank; i++)
            {
                var (whole, rest) = Math.DivRem(at[i + 2], block);
                place += whole * deepStrides[i + 2];
                (inBlock, pixels) = (inBlock * block + rest, pixels * block);
            }
            int channel = order == PixelOrder.DepthColumnRow ? inBlock * channels + at[1] : at[1] * pixels + inBlock;
            long deepAt = place + channel * deepStrides[1], wideAt = at.Offset(wideStrides);
            var (from, to) = toDeep ? (wideAt, deepAt) : (deepAt, wideAt);
            StridedCopy.Element(call, from, to, size);
        }
    }
}
