using Fovea.Cpu.Kernels.MatMul;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>
/// How a recurrent operator is cut and where its scratch lies. First come packed weights (and the products of all inputs, which depend on
/// no step); then blocks of sequences, each of which walks all its steps alone: no step waits for another block's.
/// </summary>
/// <remarks>A sequence's bits depend on nothing but itself: every product has one accumulator an output, in ascending order.</remarks>
sealed class RecurrentWork
{
    // Blocks for some workers, where a block still fills half a tile.
    const int EnoughBlocks = 4, LeastRows = 4;

    long _floats;

    RecurrentWork(int sequences, int steps, int state, int tileRows)
    {
        (Sequences, Steps, State) = (sequences, steps, state);
        int blocks = Math.Max((sequences + tileRows - 1) / tileRows, Math.Min(EnoughBlocks, sequences / LeastRows));
        Rows = (sequences + blocks - 1) / Math.Max(1, blocks);
        Blocks = (sequences + Rows - 1) / Math.Max(1, Rows);
    }

    public int Sequences { get; }

    public int Steps { get; }

    public int State { get; }

    /// <summary>Sequences of a block, at most the rows of a tile.</summary>
    public int Rows { get; }

    public int Blocks { get; }

    /// <summary>The product of all inputs, or null.</summary>
    public MatMulSchedule? Projection { get; private init; }

    /// <summary>Bytes of the scratch taken.</summary>
    public long ScratchBytes => _floats * sizeof(float);

    /// <summary>The work of sequences whose values have the sizes N, L, …</summary>
    public static RecurrentWork Of<TMicro>(Dims sequences, int state, Dims? inputWeights = null) where TMicro : struct, IMicroKernel =>
        new(sequences[0], sequences[1], state, TMicro.Rows)
        {
            Projection = inputWeights is { } weights ? MatMulSchedule.Of<TMicro>(MatMulSizes.Of(sequences, weights)) : null,
        };

    /// <summary>A part of the scratch, in floats from its start.</summary>
    public long Take(long floats)
    {
        long start = _floats;
        _floats += (floats + 15) / 16 * 16;
        return start;
    }

    /// <summary>The phases: packing panels together with the products of all inputs, then blocks.</summary>
    public KernelWork Phases(int panels, object prepared) => new([panels + (Projection?.Pieces ?? 0), Blocks], Scratch: ScratchBytes,
        WalkerScratch: Projection?.ScratchBytes ?? 0, Prepared: prepared);

    /// <summary>The sequences of a block.</summary>
    public (int From, int To) Block(int piece) => (piece * Rows, Math.Min(Sequences, (piece + 1) * Rows));

    /// <summary>Whether a case of float32 sequences is one for a micro-kernel: something must be there to multiply.</summary>
    public static bool Takes<TMicro>(KernelCase @case, int sequences) where TMicro : struct, IMicroKernel =>
        TMicro.IsSupported && @case.Inputs[sequences] is { Element: ElementType.Float32, Count: > 0 };
}

/// <summary>
/// Products of some rows with a matrix that stays the same from step to step: <c>y[i][j] (+)= Σ over k ascending of row_i[k] · m[k][j]</c>,
/// packed once, as tiles in registers.
/// </summary>
static unsafe class RecurrentProduct<TMicro> where TMicro : struct, IMicroKernel
{
    /// <summary>Panels of so many columns.</summary>
    public static int Panels(int columns) => (columns + TMicro.Columns - 1) / TMicro.Columns;

    /// <summary>Floats of a packed matrix.</summary>
    public static long PackedFloats(int depth, int columns) => (long)Panels(columns) * TMicro.Columns * depth;

    /// <summary>Packs one panel.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="transposed">Whether it lies as [columns, depth].</param>
    /// <param name="depth">Terms of a sum.</param>
    /// <param name="columns">Columns of the product.</param>
    /// <param name="panel">Which panel.</param>
    /// <param name="packed">All panels.</param>
    public static void Pack(float* matrix, bool transposed, int depth, int columns, int panel, float* packed)
    {
        int column = panel * TMicro.Columns, count = Math.Min(TMicro.Columns, columns - column);
        float* to = packed + (nint)column * depth;
        if (transposed)
            MatrixPacking.Transpose(matrix + (nint)column * depth, depth, depth, count, TMicro.Columns, to,
                typeof(TMicro) == typeof(Avx512MicroKernel));
        else MatrixPacking.Copy(matrix + column, columns, depth, count, TMicro.Columns, to, (nint)depth * TMicro.Columns);
    }

    /// <summary>The products of at most a tile's rows.</summary>
    /// <param name="rows">Where each row starts; there is room for <see cref="MicroTile.RowPitch"/>.</param>
    /// <param name="offsets">Where each row's sums go, in floats from the output.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="packed">The packed matrix.</param>
    /// <param name="depth">Terms of a sum.</param>
    /// <param name="columns">Columns of the product.</param>
    /// <param name="accumulate">Whether the sums start from what the output holds.</param>
    /// <param name="output">The output.</param>
    public static void Run(float** rows, nint* offsets, int count, float* packed, int depth, int columns, bool accumulate, float* output)
    {
        if (count == 0) return;
        // The micro-kernel may load addresses that it does not read.
        for (int i = count; i < MicroTile.RowPitch; i++) rows[i] = rows[count - 1];
        var tile = new MicroTile
        {
            Rows = rows, Taps = 1, Depth = depth, OutputOffsets = offsets, RowCount = count, Accumulate = accumulate,
        };
        for (int column = 0; column < columns; column += TMicro.Columns)
        {
            tile.ColumnCount = Math.Min(TMicro.Columns, columns - column);
            tile.Weights = packed + (nint)column * depth;
            tile.Output = output + column;
            TMicro.Run(in tile, new AdjacentSteps(), new NoEpilogue());
        }
    }
}
