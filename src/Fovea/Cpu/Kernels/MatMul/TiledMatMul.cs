using Fovea.Cpu.Kernels.MicroKernels;

namespace Fovea.Cpu.Kernels.MatMul;

/// <summary>Products of matrices in register tiles, for one micro-kernel.</summary>
/// <remarks>
/// <para>Formula: <c>y[m][n] = bias[n] + Σ over k ascending of left[m][k] · right[k][n]</c>, one accumulator, the bias last.</para>
/// <para>
/// Order: blocks of the reduction outside; in each the unit's panels of the right operand are packed as <c>[panel][k][columns]</c>
/// (second cache), then tile by tile of rows (first cache) against all panels. Between blocks the sums wait in the output.
/// Rows are read in place unless their steps are not adjacent or their distance aliases.
/// </para>
/// <para>Tails: fewer rows run at their own height, columns are masked. A product of one row has the bits of that row in any other.</para>
/// </remarks>
internal static unsafe class TiledMatMul<TMicro> where TMicro : struct, IMicroKernel
{
    static bool Wide => typeof(TMicro) == typeof(Avx512MicroKernel);

    /// <summary>Computes a piece.</summary>
    /// <param name="schedule">The cut.</param>
    /// <param name="piece">From 0 to <see cref="MatMulSchedule.Pieces"/>.</param>
    /// <param name="left">The left operands.</param>
    /// <param name="right">The right operands.</param>
    /// <param name="bias">One value a column, or null.</param>
    /// <param name="scratch">This walker's own, 64-byte aligned.</param>
    /// <param name="output">Row-major.</param>
    public static void Run(MatMulSchedule schedule, int piece, float* left, float* right, float* bias, float* scratch, float* output)
    {
        var sizes = schedule.Sizes;
        if (sizes.Exchanged)
        {
            float* other = left;
            left = right;
            right = other;
        }
        var (from, to) = schedule.PieceUnits(piece);
        for (int unit = from; unit < to; unit++)
        {
            var (product, row, rowEnd, column, columnEnd) = schedule.Unit(unit);
            float* padded = bias == null ? null : scratch + schedule.Bias;
            for (int i = 0; padded != null && i < schedule.PanelsInUnit * schedule.PanelColumns; i++)
                padded[i] = column + i < columnEnd ? bias[sizes.Exchanged ? 0 : column + i] : 0;
            float* target = output + ((nint)product * sizes.Rows + row) * sizes.OutputRow + column;
            float* leftRows = left + sizes.LeftStarts[product] + row * sizes.LeftRow;
            float* rightColumns = right + sizes.RightStarts[product] + column * sizes.RightColumn;
            for (int step = 0; step < sizes.Depth; step += schedule.DepthBlock)
            {
                int steps = Math.Min(schedule.DepthBlock, sizes.Depth - step);
                PackPanels(schedule, rightColumns + step * sizes.RightDepth, steps, columnEnd - column, scratch + schedule.Panels);
                bool last = step + steps == sizes.Depth;
                Multiply(schedule, leftRows + step * sizes.LeftDepth, rowEnd - row, sizes.Rows - row, steps, columnEnd - column, step > 0,
                    last ? padded : null, scratch, target);
            }
        }
    }

    static void PackPanels(MatMulSchedule schedule, float* from, int steps, int columns, float* to)
    {
        var sizes = schedule.Sizes;
        int width = schedule.PanelColumns;
        nint pitch = (nint)schedule.DepthBlock * width;
        if (sizes.RightColumn == 1)
        {
            MatrixPacking.Copy(from, sizes.RightDepth, steps, columns, width, to, pitch);
            return;
        }
        for (int column = 0; column < columns; column += width, to += pitch)
        {
            float* first = from + column * sizes.RightColumn;
            int count = Math.Min(width, columns - column);
            if (sizes.RightDepth == 1) MatrixPacking.Transpose(first, sizes.RightColumn, steps, count, width, to, Wide);
            else MatrixPacking.Gather(first, sizes.RightDepth, sizes.RightColumn, steps, count, width, to, width);
        }
    }

    static void Multiply(MatMulSchedule schedule, float* left, int rows, int rowsLeft, int steps, int columns, bool accumulate,
        float* bias, float* scratch, float* output)
    {
        var sizes = schedule.Sizes;
        float** addresses = stackalloc float*[MicroTile.RowPitch];
        nint* offsets = stackalloc nint[MicroTile.RowPitch];
        for (int i = 0; i < MicroTile.RowPitch; i++) offsets[i] = i * sizes.OutputRow;
        var tile = new MicroTile { Rows = addresses, Taps = 1, Depth = steps, OutputOffsets = offsets, Accumulate = accumulate };
        nint pitch = (nint)schedule.DepthBlock * schedule.PanelColumns;
        for (int row = 0; row < rows; row += TMicro.Rows)
        {
            tile.RowCount = Math.Min(TMicro.Rows, rows - row);
            float* first = left + row * sizes.LeftRow;
            nint distance = sizes.LeftRow;
            if (schedule.PacksLeft)
            {
                PackRows(schedule, first, tile.RowCount, rowsLeft - row, steps, scratch + schedule.Left);
                first = scratch + schedule.Left;
                distance = schedule.LeftPitch;
            }
            // Entries beyond the last row repeat it: the micro-kernel may load addresses that it does not read.
            for (int i = 0; i < MicroTile.RowPitch; i++) addresses[i] = first + Math.Min(i, tile.RowCount - 1) * distance;
            tile.Weights = scratch + schedule.Panels;
            tile.Output = output + row * sizes.OutputRow;
            for (int column = 0; column < columns; column += schedule.PanelColumns)
            {
                tile.ColumnCount = Math.Min(schedule.PanelColumns, columns - column);
                if (bias == null) TMicro.Run(in tile, new AdjacentSteps(), new NoEpilogue());
                else TMicro.Run(in tile, new AdjacentSteps(), new BiasEpilogue(bias + column));
                tile.Weights += pitch;
                tile.Output += schedule.PanelColumns;
            }
        }
    }

    static void PackRows(MatMulSchedule schedule, float* from, int rows, int rowsLeft, int steps, float* to)
    {
        var sizes = schedule.Sizes;
        int pitch = schedule.LeftPitch;
        if (sizes.LeftDepth == 1) MatrixPacking.CopyRows(from, sizes.LeftRow, rows, steps, to, pitch);
        else if (sizes.LeftRow == 1) MatrixPacking.TransposeRows(from, sizes.LeftDepth, rows, steps, to, pitch, Wide && rowsLeft >= 16);
        else MatrixPacking.Gather(from, sizes.LeftRow, sizes.LeftDepth, rows, steps, steps, to, pitch);
    }
}
