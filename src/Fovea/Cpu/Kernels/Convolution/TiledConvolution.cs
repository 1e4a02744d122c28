using System.Runtime.CompilerServices;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Direct convolution and its input gradient for one micro-kernel, on channels-last values.
/// <c>y[p][o] = Σ over taps t, channels c of x[p·stride + t][c] · w[t][c][o]</c>, one accumulator an output, taps outside, channels
/// inside. Tiles of pixels run over lines and images; a tap outside the map reads zeros, which are never in the map's memory.
/// </summary>
/// <remarks>
/// Loop order: groups of tiles (their addresses stay in L1 and L2), blocks of columns, tiles. The weights of one block stream from L2,
/// a tile's pixels stay in L1 for all taps. Nothing is copied but the weights: by a phase of their own, or, where a block of them
/// serves one piece only (few pixels, many channels), by that piece, into memory that stays in its L2.
/// </remarks>
internal sealed unsafe class TiledConvolution<TMicro> where TMicro : struct, IMicroKernel
{
    // Addresses of a group of tiles: at most this many bytes, in a second-level cache beside the weights.
    const int MostAddressBytes = 48 * 1024;
    const int MostTiles = 64;

    readonly TapWindow[] _windows;
    readonly WeightPacking _packing;
    readonly ConvolutionPiece[] _pieces;
    readonly int _depth, _zeroFloats, _groupTiles;
    readonly nint _blockFloats;
    readonly bool _hasBias, _packsInPiece;

    TiledConvolution(TapWindow[] windows, WeightPacking packing, int depth, bool hasBias)
    {
        (_windows, _packing, _depth, _hasBias) = (windows, packing, depth, hasBias);
        _pieces = ConvolutionCut.Cut(windows, TMicro.Rows, depth, TMicro.Columns, packing.Units);
        _packsInPiece = windows.Length == 1
            && Array.TrueForAll(_pieces, p => p.FirstTile == 0 && (long)p.TileCount * TMicro.Rows >= windows[0].Pixels);
        int taps = Math.Max(1, windows.Max(w => w.TapCount));
        _groupTiles = Math.Clamp(MostAddressBytes / (taps * MicroTile.RowPitch * sizeof(nint)), 1, MostTiles);
        _groupTiles = Math.Min(_groupTiles, _pieces.Max(p => p.TileCount));
        _zeroFloats = (windows[0].SourcePitch + 15) / 16 * 16;
        long weights = packing.Floats + (hasBias ? (long)packing.Units * TMicro.Columns : 0);
        if (_packsInPiece)
        {
            _blockFloats = Enumerable.Range(0, windows.Length).Max(packing.BlockFloats);
            weights = 0;
        }
        ScratchBytes = checked(weights * sizeof(float));
        WalkerScratchBytes = checked(((long)_blockFloats + TMicro.Columns + _zeroFloats) * sizeof(float)
            + (long)_groupTiles * MicroTile.RowPitch * sizeof(nint) * (taps + 1));
    }

    /// <summary>Bytes for the packed weights and the padded bias, shared by all pieces.</summary>
    public long ScratchBytes { get; }

    /// <summary>Bytes that each worker needs for itself.</summary>
    public long WalkerScratchBytes { get; }

    /// <summary>Pieces of the packing; none where each piece of the computation packs for itself.</summary>
    public int PackPieces => _packsInPiece ? 0 : _packing.Units;

    /// <summary>Pieces of the computation, all of them after all of the packing.</summary>
    public int ComputePieces => _pieces.Length;

    /// <summary>The convolution.</summary>
    public static TiledConvolution<TMicro> Forward(ConvolutionSizes sizes, bool hasBias)
    {
        var window = TapWindow.Forward(sizes);
        return new([window], WeightPacking.Forward<TMicro>(window, sizes), sizes.GroupInputs, hasBias);
    }

    /// <summary>Its input gradient, which is also the transposed convolution.</summary>
    public static TiledConvolution<TMicro> InputGradient(ConvolutionSizes sizes, bool hasBias)
    {
        var windows = TapWindow.InputGradient(sizes);
        return new(windows, WeightPacking.InputGradient<TMicro>(windows, sizes), sizes.GroupOutputs, hasBias);
    }

    /// <summary>What a plan needs to know.</summary>
    public KernelWork Work => new(_packsInPiece ? [ComputePieces] : [PackPieces, ComputePieces], ScratchBytes, WalkerScratchBytes, this);

    /// <summary>Does one piece: inputs are the source, the weights and the bias if there is one; the output is the target.</summary>
    public void Run(in KernelCall call)
    {
        float* source = (float*)call.Input(0), target = (float*)call.Output(0);
        float* weights = (float*)call.Input(1), bias = _hasBias ? (float*)call.Input(2) : null;
        byte* scratch = (byte*)call.Scratch;
        if (call.Phase == 0 && !_packsInPiece) Pack(weights, bias, scratch, call.Piece);
        else Compute(source, weights, bias, scratch, (byte*)call.WalkerScratch, call.Piece, target);
    }

    /// <summary>Packs a block of weights, and of the bias.</summary>
    /// <param name="weights">Row-major, O, I/groups, spatial.</param>
    /// <param name="bias">One value a channel of the target, or null.</param>
    /// <param name="scratch">64-byte aligned.</param>
    /// <param name="piece">Which block.</param>
    public void Pack(float* weights, float* bias, byte* scratch, int piece)
    {
        _packing.Pack(weights, (float*)scratch, piece);
        if (_hasBias) _packing.PackBias(bias, (float*)scratch + _packing.Floats, piece);
    }

    /// <summary>Computes a piece.</summary>
    /// <param name="source">Channels-last.</param>
    /// <param name="weights">Row-major, O, I/groups, spatial.</param>
    /// <param name="bias">One value a channel of the target, or null.</param>
    /// <param name="scratch">What <see cref="Pack"/> filled.</param>
    /// <param name="walker">64-byte aligned, this worker's own.</param>
    /// <param name="piece">Which piece.</param>
    /// <param name="target">Channels-last.</param>
    public void Compute(float* source, float* weights, float* bias, byte* scratch, byte* walker, int piece, float* target)
    {
        if (!_packsInPiece)
        {
            float* packed = (float*)scratch, padded = packed + _packing.Floats;
            if (_hasBias) Compute(source, packed, walker, _pieces[piece], target, new BiasSource(padded), default(BiasEpilogue));
            else Compute(source, packed, walker, _pieces[piece], target, new NoEpilogueSource(), default(NoEpilogue));
            return;
        }
        var (window, _, _, first, count) = _pieces[piece];
        float* block = (float*)walker, blockBias = block + _blockFloats;
        byte* rest = (byte*)(blockBias + TMicro.Columns);
        for (int unit = first; unit < first + count; unit++)
        {
            var one = _pieces[piece] with { FirstUnit = unit, UnitCount = 1 };
            // Packing and the loop below add the block's own place: take it away.
            float* packed = block - _packing.BlockStart(window, unit);
            _packing.Pack(weights, packed, unit);
            if (_hasBias)
            {
                float* padded = blockBias - (nint)unit * TMicro.Columns;
                _packing.PackBias(bias, padded, unit);
                Compute(source, packed, rest, one, target, new BiasSource(padded), default(BiasEpilogue));
            }
            else
            {
                Compute(source, packed, rest, one, target, new NoEpilogueSource(), default(NoEpilogue));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Compute<TSource, TEpilogue>(float* source, float* packed, byte* walker, in ConvolutionPiece piece, float* target,
        TSource epilogues, TEpilogue _)
        where TSource : struct, IEpilogueSource<TEpilogue> where TEpilogue : struct, IEpilogue
    {
        var window = _windows[piece.Window];
        float* zeros = (float*)walker;
        new Span<float>(zeros, _zeroFloats).Clear();
        nint tableSize = window.TapCount * MicroTile.RowPitch;
        nint* targets = (nint*)(zeros + _zeroFloats);
        float** table = (float**)(targets + _groupTiles * MicroTile.RowPitch);

        long firstPixel = (long)piece.FirstTile * TMicro.Rows;
        long pixels = Math.Min(window.Pixels - firstPixel, (long)piece.TileCount * TMicro.Rows);
        var addresses = new TileAddresses(window, source, zeros, firstPixel);
        var tile = new MicroTile { Taps = window.TapCount, Depth = _depth };
        while (pixels > 0)
        {
            int tiles = 0;
            long left = pixels;
            for (; tiles < _groupTiles && left > 0; tiles++, left -= TMicro.Rows)
                addresses.Next((int)Math.Min(left, TMicro.Rows), table + tiles * tableSize, targets + tiles * MicroTile.RowPitch);
            for (int unit = piece.FirstUnit; unit < piece.FirstUnit + piece.UnitCount; unit++)
            {
                tile.Weights = packed + _packing.BlockStart(piece.Window, unit);
                tile.Output = target + _packing.FirstColumn(unit);
                tile.ColumnCount = _packing.ColumnCount(unit);
                var steps = new AdjacentSteps((nint)_packing.FirstDepth(unit) * sizeof(float));
                var epilogue = epilogues.At(unit * TMicro.Columns);
                left = pixels;
                for (int i = 0; i < tiles; i++, left -= TMicro.Rows)
                {
                    tile.Rows = table + i * tableSize;
                    tile.OutputOffsets = targets + i * MicroTile.RowPitch;
                    tile.RowCount = (int)Math.Min(left, TMicro.Rows);
                    TMicro.Run(in tile, steps, epilogue);
                }
            }
            pixels = left;
        }
    }
}
