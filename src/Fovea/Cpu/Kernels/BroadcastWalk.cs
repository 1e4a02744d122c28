using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// Inputs broadcast to an output, seen as the output lies in memory: axes of size 1 dropped, and neighbours that every value walks through
/// in one stride merged. What is left is rows of columns; most broadcasts come down to one or two axes.
/// </summary>
sealed class BroadcastWalk
{
    // The elements of a piece: some microseconds of work, some 64 KiB of each operand.
    const int Grain = 16384;

    readonly int[] _sizes;          // outermost first; at least one
    readonly long[][] _strides;     // of each input

    BroadcastWalk(int[] sizes, long[][] strides)
    {
        (_sizes, _strides) = (sizes, strides);
        Columns = sizes[^1];
        Rows = 1;
        foreach (int size in sizes.AsSpan()[..^1]) Rows *= size;
        GroupRows = sizes.Length > 1 ? sizes[^2] : 1;
        if (Columns > 2 * Grain)
        {
            (PieceRows, PieceColumns) = (1, Grain);
            ColumnPieces = (int)((Columns + Grain - 1) / Grain);
        }
        else
        {
            (PieceRows, PieceColumns, ColumnPieces) = (Math.Max(1, Grain / Math.Max(Columns, 1)), Columns, 1);
            // A row's value each: groups are not cut where they are small, so that a piece is few calls.
            if (GroupRows < PieceRows) PieceRows -= PieceRows % GroupRows;
        }
        Pieces = checked((int)((Rows + PieceRows - 1) / PieceRows * ColumnPieces));
    }

    /// <summary>The elements of the innermost axis.</summary>
    public nint Columns { get; }

    /// <summary>How many such rows the output has.</summary>
    public nint Rows { get; }

    /// <summary>The rows of the innermost two axes together: within such a group strides are even.</summary>
    public nint GroupRows { get; }

    /// <summary>How the work is cut.</summary>
    public int Pieces { get; }

    nint PieceRows { get; }

    nint PieceColumns { get; }

    int ColumnPieces { get; }

    /// <summary>The walk of an output and its inputs.</summary>
    public static BroadcastWalk Of(BoundType output, params ReadOnlySpan<BoundType> inputs)
    {
        var order = output.Layout.Order(output.Rank);
        var own = new Strides[inputs.Length];
        for (int i = 0; i < inputs.Length; i++) own[i] = ElementTypeDispatch.BroadcastStrides(inputs[i], output.Sizes);
        List<int> sizes = [];
        List<long[]> strides = [];
        foreach (int axis in order)
        {
            int size = output.Sizes[axis];
            if (size == 1 || output.Count == 0) continue;
            var here = new long[inputs.Length];
            for (int i = 0; i < here.Length; i++) here[i] = own[i][axis];
            bool merges = sizes.Count > 0;
            for (int i = 0; merges && i < here.Length; i++) merges = strides[^1][i] == here[i] * size;
            if (merges) (sizes[^1], strides[^1]) = (checked(sizes[^1] * size), here);
            else
            {
                sizes.Add(size);
                strides.Add(here);
            }
        }
        if (sizes.Count == 0)
        {
            sizes.Add((int)output.Count);
            strides.Add(new long[inputs.Length]);
        }
        var turned = new long[inputs.Length][];
        for (int i = 0; i < turned.Length; i++) turned[i] = [.. strides.Select(s => s[i])];
        return new([.. sizes], turned);
    }

    /// <summary>The axes that are left.</summary>
    public int Axes => _sizes.Length;

    /// <summary>The size of an axis, outermost first.</summary>
    public int Size(int axis) => _sizes[axis];

    /// <summary>The elements of an input from one to the next along an axis.</summary>
    public nint Stride(int input, int axis) => (nint)_strides[input][axis];

    /// <summary>The stride of an input along the columns.</summary>
    public nint ColumnStride(int input) => (nint)_strides[input][^1];

    /// <summary>The stride of an input along the rows of a group; 0 if there is one row.</summary>
    public nint RowStride(int input) => _sizes.Length > 1 ? (nint)_strides[input][^2] : 0;

    /// <summary>Where a row of an input begins.</summary>
    public nint Offset(int input, nint row)
    {
        nint offset = 0;
        var strides = _strides[input];
        for (int axis = _sizes.Length - 2; axis >= 0; axis--)
        {
            nint above = row / _sizes[axis];
            offset += (row - above * _sizes[axis]) * (nint)strides[axis];
            row = above;
        }
        return offset;
    }

    /// <summary>The block of a piece.</summary>
    public (nint Row, nint Rows, nint Column, nint Columns) Piece(int piece)
    {
        nint row = piece / ColumnPieces * PieceRows, column = piece % ColumnPieces * PieceColumns;
        return (row, Math.Min(PieceRows, Rows - row), column, Math.Min(PieceColumns, Columns - column));
    }
}
