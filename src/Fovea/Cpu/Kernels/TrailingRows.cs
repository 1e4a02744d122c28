using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>A row-major value as rows: the axes before one, and those from it on.</summary>
sealed class TrailingRows
{
    public TrailingRows(BoundType x, int axis)
    {
        Rows = (nint)new Dims(x.Sizes.AsSpan()[..axis]).Product();
        Columns = (nint)new Dims(x.Sizes.AsSpan()[axis..]).Product();
        _grain = Math.Max(1, VectorKernels.Grain / Columns);
    }

    readonly nint _grain;

    public nint Rows { get; }

    public nint Columns { get; }

    /// <summary>Into how many pieces rows that need nothing of each other are cut.</summary>
    public int Pieces => VectorKernels.Pieces(Rows, _grain);

    /// <summary>The rows of a piece.</summary>
    public (nint Row, nint Rows) Piece(int piece) => (piece * _grain, Math.Min(_grain, Rows - piece * _grain));
}
