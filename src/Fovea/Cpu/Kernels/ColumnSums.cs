using Fovea.Cpu.Simd;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// Sums rows of partial results, column by column, in the order of <see cref="ColumnReductions"/>; cut into strips of columns.
/// </summary>
/// <param name="rows">How many rows.</param>
/// <param name="columns">How many columns.</param>
/// <param name="pitch">The floats from a row to the next.</param>
sealed unsafe class ColumnSums(nint rows, nint columns, nint pitch)
{
    const int Strip = 256;

    readonly nint _cuts = (rows + ColumnReductions.Piece - 1) / ColumnReductions.Piece;

    nint Widest => Math.Min(Strip, columns);

    /// <summary>How many strips.</summary>
    public int Pieces => VectorKernels.Pieces(columns, Strip);

    /// <summary>The bytes of a worker's scratch.</summary>
    public long WalkerBytes => (ColumnReductions.ScratchFloats(Widest) + (_cuts > 1 ? _cuts * Widest : 0)) * sizeof(float);

    /// <summary>Sums one strip.</summary>
    /// <param name="x">The first row.</param>
    /// <param name="piece">Which strip.</param>
    /// <param name="walker">The worker's scratch.</param>
    /// <param name="y">The sums of all columns.</param>
    public void Run<T>(float* x, int piece, float* walker, float* y) where T : unmanaged, IVec<T>
    {
        nint first = (nint)piece * Strip, count = Math.Min(Strip, columns - first);
        if (_cuts <= 1)
        {
            ColumnReductions.ReducePiece<T, SumBody>(x + first, rows, count, pitch, default, walker, y + first);
            return;
        }
        float* partial = walker + ColumnReductions.ScratchFloats(Widest);
        for (nint cut = 0; cut < _cuts; cut++)
        {
            nint row = cut * ColumnReductions.Piece;
            ColumnReductions.ReducePiece<T, SumBody>(x + row * pitch + first, Math.Min(ColumnReductions.Piece, rows - row), count, pitch,
                default, walker, partial + cut * count);
        }
        ColumnReductions.JoinPieces<T, SumBody>(partial, _cuts, count, default, 1f, y + first);
    }
}
