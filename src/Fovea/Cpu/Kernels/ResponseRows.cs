using Fovea.Cpu.Simd;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>How local response normalisation over channels-last images [rows, channels] is cut.</summary>
sealed class ResponseRows
{
    readonly nint _rows, _grain;

    ResponseRows(ResponseWindow window, BoundType x)
    {
        Window = window;
        Channels = x.Sizes[1];
        _rows = (nint)(x.Count / Channels);
        // An element costs a window of loads: fewer make a piece.
        _grain = Math.Max(1, VectorKernels.Grain / 4 / Channels);
    }

    public ResponseWindow Window { get; }

    public nint Channels { get; }

    public static KernelWork Prepare(Ops.LocalResponseNormalization op, BoundType x)
    {
        var window = new ResponseWindow(op.Size, op.Before, (float)(op.Alpha / op.Size), (float)op.Bias, (float)op.Beta);
        var rows = new ResponseRows(window, x);
        return new([VectorKernels.Pieces(rows._rows, rows._grain)],
            WalkerScratch: LocalResponseLoops.ScratchFloats(rows.Channels, op.Size) * sizeof(float), Prepared: rows);
    }

    /// <summary>The first element of a piece, and its rows.</summary>
    public (nint At, nint Rows) Piece(int piece) => (piece * _grain * Channels, Math.Min(_grain, _rows - piece * _grain));
}
