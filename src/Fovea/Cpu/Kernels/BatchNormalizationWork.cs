using Fovea.Cpu.Simd;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>How batch normalisation over channels-last images [rows, channels] is cut, and where its scratch lies.</summary>
sealed class BatchNormalizationWork
{
    readonly nint _strip, _pieceRows;

    public BatchNormalizationWork(BoundType x)
    {
        Channels = x.Sizes[1];
        Rows = (nint)(x.Count / Channels);
        Pitch = BatchNormLoops.Pitch(Channels);
        Cuts = (Rows + BatchNormLoops.Piece - 1) / BatchNormLoops.Piece;
        // Strips of channels where cuts of the rows alone would be too few to share: a row's cache lines are better read together.
        _strip = Cuts * ((Channels + 255) / 256) >= 16 ? 256 : 64;
        SumPieces = checked((int)(Cuts * ((Channels + _strip - 1) / _strip)));

        // Few channels would leave most of a vector empty: so many rows are taken as one that whole vectors come out.
        Fold = FoldOf(Channels);
        _pieceRows = Math.Max(1, VectorKernels.Grain / Channels);
        _pieceRows += (Fold - _pieceRows % Fold) % Fold;
        ApplyPieces = VectorKernels.Pieces(Rows, _pieceRows);
    }

    public nint Channels { get; }

    public nint Rows { get; }

    /// <summary>The floats of a row of partial sums.</summary>
    public nint Pitch { get; }

    /// <summary>Into how many pieces the rows of a sum are cut.</summary>
    public nint Cuts { get; }

    /// <summary>Pieces of the phases that sum.</summary>
    public int SumPieces { get; }

    /// <summary>Pieces of the phases that write an image.</summary>
    public int ApplyPieces { get; }

    /// <summary>How many rows are taken as one when an image is written.</summary>
    public int Fold { get; }

    /// <summary>The floats of one list of constants, repeated for <see cref="Fold"/> rows.</summary>
    public nint ConstantFloats => (Channels * Fold + 15) & ~15;

    /// <summary>The floats of all pieces' sums: two rows each.</summary>
    public nint SumFloats => Cuts * 2 * Pitch;

    /// <summary>The bytes of a worker's scratch.</summary>
    public long WalkerBytes => BatchNormLoops.ScratchFloats(Math.Min(_strip, Channels)) * sizeof(float);

    /// <summary>Where a piece of a sum lies.</summary>
    public (nint Cut, nint Row, nint Rows, nint Channel, nint Channels) Sum(int piece)
    {
        nint strips = (Channels + _strip - 1) / _strip, cut = piece / strips;
        nint channel = piece % strips * _strip, row = cut * BatchNormLoops.Piece;
        return (cut, row, Math.Min(BatchNormLoops.Piece, Rows - row), channel, Math.Min(_strip, Channels - channel));
    }

    /// <summary>The rows of a piece that is written.</summary>
    public (nint Row, nint Rows) Apply(int piece) => (piece * _pieceRows, Math.Min(_pieceRows, Rows - piece * _pieceRows));

    /// <summary>Repeats a list of constants for every row that is taken as one.</summary>
    public unsafe void Repeat(float* constants)
    {
        for (nint i = Channels; i < Channels * Fold; i++) constants[i] = constants[i - Channels];
    }

    /// <summary>How many rows of so many channels are taken as one.</summary>
    public static int FoldOf(nint channels) => channels % 16 == 0 || channels >= 128 ? 1 : 16 / Gcd(channels, 16);

    static int Gcd(nint a, nint b) => (int)(b == 0 ? a : Gcd(b, a % b));
}
