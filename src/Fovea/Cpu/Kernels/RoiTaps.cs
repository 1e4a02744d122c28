using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>A pixel of an axis, and by what it counts in a bin.</summary>
readonly record struct RoiTap(int Pixel, float Weight);

/// <summary>
/// The mean over a box's samples, which are products of rows and columns, as taps along each axis: for each bin the pixels that count.
/// </summary>
unsafe ref struct RoiTaps
{
    readonly RoiTap* _rows, _columns;
    readonly int* _rowCounts, _columnCounts;
    readonly int _height, _width;

    /// <summary>The memory of a box's taps.</summary>
    public static long Bytes(RoiGeometry geometry, Dims image) => 8L * Longest(image)
        + geometry.Size[0] * (sizeof(RoiTap) * (long)image[2] + 8) + geometry.Size[1] * (sizeof(RoiTap) * (long)image[3] + 8);

    static int Longest(Dims image) => Math.Max(image[2], image[3]);

    /// <summary>Finds a box's taps; the boxes are input 1, in row-major order.</summary>
    public RoiTaps(RoiGeometry geometry, in KernelCall call, int box, Dims image, nint scratch)
    {
        (_height, _width) = (image[2], image[3]);
        var weights = new Span<double>((double*)scratch, Longest(image));
        _rows = (RoiTap*)((double*)scratch + Longest(image));
        _columns = _rows + (nint)geometry.Size[0] * _height;
        _rowCounts = (int*)(_columns + (nint)geometry.Size[1] * _width);
        _columnCounts = _rowCounts + geometry.Size[0];
        var (rows, columns) = RoiBoxes.Axes(geometry, call.Source<float>(1), call.Case.Inputs[1], box, image);
        for (int i = 0; i < geometry.Size[0]; i++) _rowCounts[i] = Fill(rows, i, weights[.._height], _rows + (nint)i * _height);
        for (int j = 0; j < geometry.Size[1]; j++) _columnCounts[j] = Fill(columns, j, weights[.._width], _columns + (nint)j * _width);
    }

    /// <summary>The rows of a bin.</summary>
    public readonly ReadOnlySpan<RoiTap> Row(int bin) => new(_rows + (nint)bin * _height, _rowCounts[bin]);

    /// <summary>The columns of a bin.</summary>
    public readonly ReadOnlySpan<RoiTap> Column(int bin) => new(_columns + (nint)bin * _width, _columnCounts[bin]);

    static int Fill(RoiAxis axis, int bin, Span<double> weights, RoiTap* taps)
    {
        axis.MeanWeights(bin, weights);
        int count = 0;
        for (int pixel = 0; pixel < weights.Length; pixel++)
            if ((float)weights[pixel] != 0) taps[count++] = new(pixel, (float)weights[pixel]);
        return count;
    }
}
