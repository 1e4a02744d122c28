using Fovea.Cpu.Simd;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>From a pooling operator's geometry to the window that the loops walk, and how their work is cut.</summary>
static class PoolWindows
{
    /// <summary>Elements of a piece.</summary>
    const int Grain = 32768;

    /// <summary>The window over images N, C, spatial whose places are those of the output.</summary>
    public static PoolWindow Of(PoolingGeometry geometry, BoundType image, BoundType places) => Of(image, i =>
        new(image.Sizes[i + 2], places.Sizes[i + 2], geometry.Kernel[i], geometry.Stride[i], geometry.Dilation[i], geometry.PadBegin[i],
            geometry.PadEnd[i]));

    /// <summary>The bins that divide images N, C, spatial among the places of the output.</summary>
    public static PoolWindow Bins(BoundType image, BoundType places) =>
        Of(image, i => PoolAxis.Bins(image.Sizes[i + 2], places.Sizes[i + 2]));

    static PoolWindow Of(BoundType image, Func<int, PoolAxis> axis)
    {
        var axes = new PoolAxis[3];
        Array.Fill(axes, PoolAxis.Absent);
        int rank = image.Rank - 2;
        for (int i = 0; i < rank; i++) axes[3 - rank + i] = axis(i);
        return new(image.Sizes[0], image.Sizes[1], axes[0], axes[1], axes[2]);
    }

    /// <summary>Rows of a piece, from the elements that a row reads.</summary>
    public static nint RowsOfPiece(long elementsOfRow) => (nint)Math.Max(1, Grain / Math.Max(1, elementsOfRow));
}

/// <summary>A window and its cut into rows.</summary>
/// <param name="Window">The window.</param>
/// <param name="Rows">Rows of a piece.</param>
sealed record PoolRows(PoolWindow Window, nint Rows)
{
    /// <summary>The rows of a piece out of so many.</summary>
    public (nint First, nint Count) Piece(int piece, nint all) => (piece * Rows, Math.Min(Rows, all - piece * Rows));
}
