using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// A copy of a box of elements between places that strides describe, cut into pieces: whole rows where both sides are dense, transposed
/// matrices where the two sides' innermost axes differ, else element by element. Moves bits only: any element type.
/// </summary>
sealed unsafe class BoxCopy
{
    // Bytes of a piece.
    const int Grain = 64 * 1024;

    // Rows of a transposed matrix's destination are cut in multiples of the transposing loop's tile.
    const int Tile = 16;

    readonly int[] _sizes;              // of the outer axes
    readonly long[] _from, _to;         // their strides
    readonly nint _columns, _columnStep;
    readonly nint _matrixRows, _matrixPitch;    // of a transposed matrix's destination; 0 rows where there is none
    readonly nint _units, _unitsOfPiece, _cut, _cuts;
    readonly long _fromStart, _toStart;
    readonly int _input, _size;

    /// <param name="input">The input that is copied from, to output 0.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    /// <param name="box">The sizes of the box.</param>
    /// <param name="from">Strides of the source, in elements; negative ones walk backwards.</param>
    /// <param name="fromStart">Where the box begins in the source, in elements.</param>
    /// <param name="to">Strides of the destination.</param>
    /// <param name="toStart">Where the box begins in the destination.</param>
    public BoxCopy(int input, int elementSize, Dims box, in Strides from, long fromStart, in Strides to, long toStart)
    {
        (_input, _size, _fromStart, _toStart) = (input, elementSize, fromStart, toStart);
        var axes = Axes(box, from, to);
        if (box.Product() == 0) (_sizes, _from, _to) = ([0], [0], [0]);
        else
        {
            var last = axes.Count > 0 ? axes[^1] : (1, 1, 1);
            int dense = axes.FindIndex(a => a.From == 1);
            if (last.To == 1 && last.From > 1 && dense >= 0 && dense < axes.Count - 1 && axes[dense].To > 0 && elementSize == 4)
            {
                (_columns, _columnStep) = (last.Size, (nint)last.From);
                (_matrixRows, _matrixPitch) = (axes[dense].Size, (nint)axes[dense].To);
                axes.RemoveAt(axes.Count - 1);
                axes.RemoveAt(dense);
            }
            else if (last.To == 1 && last.From == 1)
            {
                (_columns, _columnStep) = (last.Size, 1);
                if (axes.Count > 0) axes.RemoveAt(axes.Count - 1);
            }
            else
            {
                // Neither side's innermost axis is the other's, or the destination has gaps: one element a row.
                (_columns, _columnStep) = (1, 1);
            }
            (_sizes, _from, _to) = ([.. axes.Select(a => a.Size)], [.. axes.Select(a => a.From)], [.. axes.Select(a => a.To)]);
        }
        _units = 1;
        foreach (int size in _sizes) _units *= size;

        // A unit is a row or a matrix. Small ones go together, large ones are cut: a matrix into rows, a row into columns.
        nint whole = _matrixRows > 0 ? _matrixRows : _columns, inner = (_matrixRows > 0 ? _columns : 1) * elementSize;
        _cut = Math.Max(1, Math.Min(whole, Grain / Math.Max(1, inner)));
        if (_matrixRows > 0) _cut = Math.Min(whole, (_cut + Tile - 1) / Tile * Tile);
        _cuts = whole == 0 ? 1 : (whole + _cut - 1) / _cut;
        _unitsOfPiece = _cuts > 1 ? 1 : Math.Max(1, Grain / Math.Max(1, whole * inner));
        Pieces = checked((int)((_units + _unitsOfPiece - 1) / _unitsOfPiece * _cuts));
    }

    /// <summary>How many pieces; they run in any order.</summary>
    public int Pieces { get; }

    /// <summary>Copies one piece.</summary>
    public void Run(in KernelCall call, int piece)
    {
        nint unit = piece / _cuts * _unitsOfPiece, count = Math.Min(_unitsOfPiece, _units - unit), at = piece % _cuts * _cut;
        byte* source = (byte*)call.Input(_input), target = (byte*)call.Output(0);
        for (; count > 0; count--, unit++)
        {
            long from = _fromStart, to = _toStart;
            nint rest = unit;
            for (int axis = _sizes.Length - 1; axis >= 0; axis--)
            {
                nint above = rest / _sizes[axis], index = rest - above * _sizes[axis];
                (from, to, rest) = (from + index * _from[axis], to + index * _to[axis], above);
            }
            byte* x = source + from * _size;
            byte* y = target + to * _size;
            if (_matrixRows > 0)
                TransposeLoops.Transpose((uint*)x + at, _columns, Math.Min(_cut, _matrixRows - at), _columnStep, _matrixPitch,
                    (uint*)y + at * _matrixPitch);
            else if (_columns == 1) CopyOne(x, y);
            else
            {
                nint bytes = Math.Min(_cut, _columns - at) * _size;
                Buffer.MemoryCopy(x + at * _size, y + at * _size, bytes, bytes);
            }
        }
    }

    void CopyOne(byte* x, byte* y)
    {
        switch (_size)
        {
            case 1: *y = *x; break;
            case 2: *(ushort*)y = *(ushort*)x; break;
            case 4: *(uint*)y = *(uint*)x; break;
            case 8: *(ulong*)y = *(ulong*)x; break;
            default: Buffer.MemoryCopy(x, y, _size, _size); break;
        }
    }

    /// <summary>
    /// The axes in the order of the destination, those of size 1 dropped, neighbours that both sides walk in one stride merged.
    /// </summary>
    static List<(int Size, long From, long To)> Axes(Dims box, in Strides from, in Strides to)
    {
        List<(int Size, long From, long To)> axes = [];
        for (int axis = 0; axis < box.Count; axis++)
            if (box[axis] != 1) axes.Add((box[axis], from[axis], to[axis]));
        var ordered = axes.OrderByDescending(a => Math.Abs(a.To)).ToList();
        List<(int Size, long From, long To)> merged = [];
        foreach (var axis in ordered)
        {
            if (merged.Count > 0 && merged[^1].From == axis.From * axis.Size && merged[^1].To == axis.To * axis.Size)
                merged[^1] = (checked(merged[^1].Size * axis.Size), axis.From, axis.To);
            else merged.Add(axis);
        }
        return merged;
    }
}

/// <summary>Several copies into one output, whose pieces are counted through.</summary>
sealed class BoxCopies(params BoxCopy[] copies)
{
    /// <summary>All pieces; at least one.</summary>
    public int Pieces { get; } = Math.Max(1, copies.Sum(c => c.Pieces));

    /// <summary>Copies one piece.</summary>
    public void Run(in KernelCall call, int piece)
    {
        foreach (var copy in copies)
        {
            if (piece < copy.Pieces)
            {
                copy.Run(call, piece);
                return;
            }
            piece -= copy.Pieces;
        }
    }
}
