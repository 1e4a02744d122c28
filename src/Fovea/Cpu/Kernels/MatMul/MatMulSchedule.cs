using Fovea.Cpu.Kernels.MicroKernels;

namespace Fovea.Cpu.Kernels.MatMul;

/// <summary>How products of matrices are cut: a fixed function of the sizes and of the micro-kernel, never of threads.</summary>
/// <remarks>
/// A <em>unit</em> is some rows × some panels of columns of one product; a piece is one unit, or several small ones. Each unit
/// packs its own part of the right operand, a block of the reduction at a time, so that no phase waits for another: with many rows
/// the packing is a few per cent, with few rows the right operand is read once anyway.
/// </remarks>
internal sealed class MatMulSchedule
{
    // A block of the reduction: a tile of rows stays in the first cache (14 × 256 floats), a unit's panels in the second.
    const int MostDepth = 256, MostRows = 192, MostPanelFloats = 256 * 256;
    const int EnoughUnits = 16, FewRows = 8;
    const long SmallestPiece = 1 << 18;     // multiply-adds

    readonly int _rowUnits, _columnUnits, _unitsInPiece;

    MatMulSchedule(MatMulSizes sizes, int tileRows, int panelColumns)
    {
        Sizes = sizes;
        PanelColumns = panelColumns;
        // Few rows: the right operand is read at the speed of memory, in long runs.
        int mostDepth = sizes.Rows <= FewRows && sizes.RightColumn == 1 ? 32 : MostDepth;
        DepthBlock = RoundUp(Divide(sizes.Depth, Divide(sizes.Depth, mostDepth)), 16);
        RowsInUnit = RoundUp(Divide(sizes.Rows, Divide(sizes.Rows, MostRows)), tileRows);
        _rowUnits = Divide(sizes.Rows, RowsInUnit);
        int panels = Divide(sizes.Columns, panelColumns);
        // Each unit reads its rows again, and brings them into order again where they are not: that wants many columns.
        int least = Math.Min(panels, (LeftIsTransposed ? 256 : 64) / panelColumns), most = MostPanelFloats / (DepthBlock * panelColumns);
        PanelsInUnit = (int)Math.Clamp((long)panels * _rowUnits * sizes.Products / EnoughUnits, least, Math.Max(least, most));
        if (sizes.Rows <= FewRows) PanelsInUnit = sizes.RightColumn == 1 ? Math.Min(panels, 2048 / panelColumns) : 1;
        _columnUnits = Divide(panels, PanelsInUnit);
        long work = (long)RowsInUnit * PanelsInUnit * panelColumns * sizes.Depth, units = (long)_rowUnits * _columnUnits * sizes.Products;
        _unitsInPiece = (int)Math.Clamp(SmallestPiece / Math.Max(1, work), 1, units);
        Units = checked((int)units);
        Pieces = Divide(Units, _unitsInPiece);
        // Rows whose distance is near a multiple of 4 KiB share their places in the first cache: they are copied to a better distance.
        nint distance = sizes.LeftRow * sizeof(float) % 4096;
        PacksLeft = LeftIsTransposed || (sizes.Rows > 4 && Math.Min(distance, 4096 - distance) < 64);
        LeftPitch = DepthBlock + 16;

        long at = 0;
        long Take(long floats)
        {
            long start = at;
            at += (floats + 15) / 16 * 16;
            return start;
        }
        Panels = Take((long)PanelsInUnit * DepthBlock * panelColumns);
        Bias = Take((long)PanelsInUnit * panelColumns);
        Left = Take(PacksLeft ? 16L * LeftPitch : 0);
        ScratchBytes = at * sizeof(float);
    }

    /// <summary>The sizes that were cut.</summary>
    public MatMulSizes Sizes { get; }

    /// <summary>Columns of a panel: those of the micro-kernel.</summary>
    public int PanelColumns { get; }

    /// <summary>Steps of the reduction that are done at once; the sums go on from the output.</summary>
    public int DepthBlock { get; }

    /// <summary>Rows of a unit.</summary>
    public int RowsInUnit { get; }

    /// <summary>Panels of a unit.</summary>
    public int PanelsInUnit { get; }

    /// <summary>Units of all products.</summary>
    public int Units { get; }

    /// <summary>Pieces of work.</summary>
    public int Pieces { get; }

    /// <summary>Whether tiles of rows are copied before they are read.</summary>
    public bool PacksLeft { get; }

    /// <summary>Floats from one row of a copied tile to the next.</summary>
    public int LeftPitch { get; }

    /// <summary>Where a walker's panels, padded bias and copied tile start, in floats.</summary>
    public long Panels { get; }

    /// <inheritdoc cref="Panels"/>
    public long Bias { get; }

    /// <inheritdoc cref="Panels"/>
    public long Left { get; }

    /// <summary>Bytes that a walker needs.</summary>
    public long ScratchBytes { get; }

    /// <summary>Cuts products for a micro-kernel.</summary>
    public static MatMulSchedule Of<TMicro>(MatMulSizes sizes) where TMicro : struct, IMicroKernel =>
        new(sizes, TMicro.Rows, TMicro.Columns);

    /// <summary>The units of a piece.</summary>
    public (int From, int To) PieceUnits(int piece) => (piece * _unitsInPiece, Math.Min(Units, (piece + 1) * _unitsInPiece));

    /// <summary>Which product, rows and columns a unit has; units that share panels follow each other.</summary>
    public (int Product, int Row, int RowEnd, int Column, int ColumnEnd) Unit(int unit)
    {
        (unit, int row) = Math.DivRem(unit, _rowUnits);
        var (product, column) = Math.DivRem(unit, _columnUnits);
        int width = PanelsInUnit * PanelColumns;
        return (product, row * RowsInUnit, Math.Min(Sizes.Rows, (row + 1) * RowsInUnit), column * width,
            Math.Min(Sizes.Columns, (column + 1) * width));
    }

    bool LeftIsTransposed => Sizes.LeftDepth != 1;

    static int Divide(int value, int by) => (value + by - 1) / by;

    static int RoundUp(int value, int to) => Divide(value, to) * to;
}
