using System.Numerics;

namespace Fovea.Cpu.Kernels.ConvolutionWeightGradient;

/// <summary>How the direct weight gradient is cut: a fixed function of the sizes, never of threads.</summary>
/// <remarks>
/// <para>
/// Work is cut over outputs first: a <em>part</em> is some blocks of output channels × some blocks of input channels × some lines
/// of the kernel. Each of its sums has one accumulator over ascending pixels, spilled between cache blocks of pixels.
/// </para>
/// <para>
/// Few weights make few parts. There the recipe also cuts the reduction into <em>leaves</em> (16 output lines of one sample, or
/// four samples, by the number of weights), whose sums join in a binary tree by index; a sample's lines fill a power of two of
/// places. Samples of zeros, appended, change nothing. A piece of work is a part over an aligned power of two of leaves, so
/// that neither the number of pieces nor who runs them touches the tree.
/// </para>
/// </remarks>
internal sealed class WeightGradientSchedule
{
    /// <summary>The order of one accumulator over all pixels.</summary>
    public const string Ascending = "ascending";

    const int LeafRows = 16, LeafSamples = 4;
    const int LineLeafWeights = 16 << 10, SampleLeafWeights = 64 << 10;
    const int BlockFloats = MicroKernels.OuterBlock.Rows * MicroKernels.OuterBlock.Columns;
    const int BlockPixels = 128, PartBlocks = 80, EnoughPieces = 8, MostPieces = 64;
    const int Alignment = 64;

    readonly int _leavesInSample;

    /// <summary>Cuts a weight gradient.</summary>
    public WeightGradientSchedule(in WeightGradientSizes sizes)
    {
        Sizes = sizes;
        Gathers = sizes.Taps > 1 && sizes.InputChannels < 16 && sizes.InputChannels != 8;
        (_leavesInSample, SamplesInLeaf, Leaves) = CutReduction(in sizes);
        ColumnBlocks = Divide(sizes.OutputChannels, 32);
        RowBlocks = Divide(Gathers ? sizes.InputChannels * sizes.Taps : sizes.InputChannels, 16);
        // Gathered rows take little memory: more pixels pay for their addresses.
        int pixels = Gathers ? 2 * BlockPixels : BlockPixels;
        BlockWidth = sizes.Output.Width <= 2 * pixels ? sizes.Output.Width : pixels;
        BlockRows = BlockWidth < sizes.Output.Width ? 1 : Math.Max(1, pixels / BlockWidth);
        BlockRows = (int)Math.Min(BlockRows, (long)sizes.Samples * sizes.OutputRows);
        (ColumnsInPart, RowsInPart, LinesInPart) = CutOutputs();
        ColumnParts = Divide(ColumnBlocks, ColumnsInPart);
        RowParts = Divide(RowBlocks, RowsInPart);
        LineParts = Gathers ? 1 : Divide(sizes.RowTaps, LinesInPart);
        Parts = sizes.Groups * ColumnParts * RowParts * LineParts;
        while (LeafRanges > 1 && (long)LeafRanges * Parts > MostPieces) RangeBits++;
        Copies = !Gathers && sizes.Kernel.Width == 1 && LinesInPart == 1;
        LayOut();
    }

    /// <summary>The sizes that were cut.</summary>
    public WeightGradientSizes Sizes { get; }

    /// <summary>Few input channels: a row is a tap and a channel, which is read where it lies in packed lines of pixels.</summary>
    public bool Gathers { get; }

    /// <summary>One tap a part: the packed lines are the output's lines, one run.</summary>
    public bool Copies { get; }

    /// <summary>Leaves of the sum, empty places included.</summary>
    public int Leaves { get; }

    /// <summary>Samples in a leaf, 0 where a leaf is a range of lines in a sample, or <see cref="int.MaxValue"/> for one leaf.</summary>
    public int SamplesInLeaf { get; }

    /// <summary>A piece covers two to this power leaves.</summary>
    public int RangeBits { get; private set; }

    /// <summary>Ranges of leaves, one piece of each part for each.</summary>
    public int LeafRanges => (int)(((long)Leaves + (1L << RangeBits) - 1) >> RangeBits);

    /// <summary>Blocks of 32 output channels of a group.</summary>
    public int ColumnBlocks { get; }

    /// <summary>Blocks of 16 rows (input channels, or taps and channels) of a group.</summary>
    public int RowBlocks { get; }

    /// <summary>Output lines in a cache block.</summary>
    public int BlockRows { get; }

    /// <summary>Output pixels of a line in a cache block; less than the line only where a block has one line.</summary>
    public int BlockWidth { get; }

    /// <summary>Blocks of 32 output channels in a part.</summary>
    public int ColumnsInPart { get; }

    /// <summary>Blocks of 16 rows in a part.</summary>
    public int RowsInPart { get; }

    /// <summary>Lines of the kernel in a part.</summary>
    public int LinesInPart { get; }

    /// <summary>Parts along the output channels.</summary>
    public int ColumnParts { get; }

    /// <summary>Parts along the rows.</summary>
    public int RowParts { get; }

    /// <summary>Parts along the lines of the kernel.</summary>
    public int LineParts { get; }

    /// <summary>Parts in all groups.</summary>
    public int Parts { get; }

    /// <summary>Blocks of sums a (column block, row block) holds: one a tap, or one where taps are rows.</summary>
    public int TapsInPart => Gathers ? 1 : LinesInPart * Sizes.Kernel.Width;

    /// <summary>Floats of a part's sums, <c>[column block][row block][tap][16][32]</c>.</summary>
    public int PartFloats => ColumnsInPart * RowsInPart * TapsInPart * BlockFloats;

    /// <summary>Pieces of the first phase: sums.</summary>
    public int SumPieces => checked(Parts * LeafRanges);

    /// <summary>Pieces of the second phase: the top of the tree. None where a piece of the first has a whole sum.</summary>
    public int JoinPieces => LeafRanges == 1 ? 0 : Parts * ColumnsInPart * RowsInPart;

    /// <summary>
    /// Phases of a packed line: with stride s the image columns are kept apart by their remainder, so that the pixels a tap meets
    /// are neighbours in memory.
    /// </summary>
    public int Phases => Math.Min(Sizes.Stride.Width, (Sizes.Kernel.Width - 1) * Sizes.Dilation.Width + 1);

    /// <summary>Pixels of each phase of a packed line, for a number of output pixels.</summary>
    public int PhaseWidth(int width) => width + (Sizes.Kernel.Width - 1) * Sizes.Dilation.Width / Sizes.Stride.Width;

    /// <summary>Lines that a packed block has room for.</summary>
    public int PackedRows { get; private set; }

    /// <summary>Floats from one packed row block to the next; not used where rows are gathered.</summary>
    public nint RowBlockPitch { get; private set; }

    /// <summary>Floats of a packed line of pixels, for a number of output pixels, where rows are gathered.</summary>
    public int LineFloats(int width) =>
        checked(((width - 1) * Sizes.Stride.Width + (Sizes.Kernel.Width - 1) * Sizes.Dilation.Width + 1) * Sizes.InputChannels);

    /// <summary>Floats from one packed column block to the next.</summary>
    public nint ColumnBlockPitch => (nint)BlockRows * BlockWidth * 32;

    /// <summary>Bytes of the run's scratch: the sums of the ranges.</summary>
    public long RunScratch => LeafRanges == 1 ? 0 : (long)SumPieces * PartFloats * sizeof(float);

    /// <summary>Where in a walker's scratch each array starts, in bytes, and how long it is.</summary>
    public (long Left, long Right, long Sums, long Segments, long Slots, long Addresses, long Rows, long Bytes) WalkerScratch
    {
        get;
        private set;
    }

    /// <summary>The output lines (of all samples) of a leaf; none for an empty place.</summary>
    public (int From, int To) LeafLines(int leaf)
    {
        int rows = Sizes.OutputRows, all = Sizes.Samples * rows;
        if (SamplesInLeaf == int.MaxValue) return (0, all);
        if (SamplesInLeaf > 0) return (leaf * SamplesInLeaf * rows, (int)Math.Min(all, (leaf + 1L) * SamplesInLeaf * rows));
        int sample = leaf / _leavesInSample, line = leaf % _leavesInSample * LeafRows;
        return (sample * rows + Math.Min(rows, line), sample * rows + Math.Min(rows, line + LeafRows));
    }

    /// <summary>Names the order of every sum and whether products are rounded.</summary>
    public static string Recipe(in WeightGradientSizes sizes, bool rounds) =>
        $"{nameof(ConvolutionWeightGradient)}.{Order(in sizes)}{(rounds ? ".rounded" : "")}";

    /// <summary>The order of the sum: a function of channels, kernel and groups only.</summary>
    public static string Order(in WeightGradientSizes sizes) => sizes switch
    {
        { Groups: >= 4 } => Ascending,
        { GroupWeights: <= LineLeafWeights } => "tree-16-lines",
        { GroupWeights: <= SampleLeafWeights } => "tree-4-samples",
        _ => Ascending,
    };

    static (int LeavesInSample, int SamplesInLeaf, int Leaves) CutReduction(in WeightGradientSizes sizes)
    {
        switch (Order(in sizes))
        {
            case "tree-16-lines":
                int places = (int)BitOperations.RoundUpToPowerOf2((uint)Divide(sizes.OutputRows, LeafRows));
                return (places, 0, checked(sizes.Samples * places));
            case "tree-4-samples":
                return (1, LeafSamples, Divide(sizes.Samples, LeafSamples));
            default:
                return (1, int.MaxValue, 1);
        }
    }

    /// <summary>Of the cuts that leave enough pieces the one that packs least; where none does, the one with most pieces.</summary>
    (int Columns, int Rows, int Lines) CutOutputs()
    {
        int lineTaps = Sizes.RowTaps, width = Sizes.Kernel.Width, ranges = Math.Min(Leaves, EnoughPieces);
        var best = (Columns: 1, Rows: Gathers ? RowBlocks : 1, Lines: Gathers ? lineTaps : 1);
        (long pieces, double packed) bestCost = (0, double.MaxValue);
        for (int columns = 1; columns <= 8; columns *= 2)
        {
            for (int rows = Gathers ? RowBlocks : 1; rows <= (Gathers ? RowBlocks : 16); rows *= 2)
            {
                foreach (int lines in Gathers || lineTaps == 1 ? [lineTaps] : (ReadOnlySpan<int>)[1, lineTaps])
                {
                    int taps = Gathers ? 1 : lines * width;
                    bool smallest = columns == 1 && (Gathers || (rows == 1 && lines == 1));
                    bool tooMany = columns / 2 >= ColumnBlocks || (!Gathers && rows / 2 >= RowBlocks);
                    if (!smallest && (tooMany || columns * rows * taps > PartBlocks)) continue;
                    long parts = (long)Divide(ColumnBlocks, columns) * Divide(RowBlocks, rows) * (Gathers ? 1 : Divide(lineTaps, lines));
                    long pieces = Math.Min(EnoughPieces, parts * ranges * Sizes.Groups);
                    double halo = lines == 1 ? 1 : Math.Min(lines, 1 + (lines - 1.0) / BlockRows);
                    double packed = parts * ((Gathers ? Sizes.InputChannels : rows * 16 * halo) + columns * 32);
                    if (pieces < bestCost.pieces || (pieces == bestCost.pieces && packed >= bestCost.packed)) continue;
                    bestCost = (pieces, packed);
                    best = (Math.Min(columns, ColumnBlocks), Math.Min(rows, RowBlocks), lines);
                }
            }
        }
        return best;
    }

    void LayOut()
    {
        PackedRows = Copies ? BlockRows : MostLines() + 1;
        // A line of cache more than a multiple of 4 KiB: blocks at such distances would share their places in the first cache.
        RowBlockPitch = checked(PackedRows * Phases * PhaseWidth(BlockWidth) * 16 + 16);
        long left = Gathers ? (long)PackedRows * LineFloats(BlockWidth) : (long)RowBlockPitch * RowsInPart;
        int samples = Math.Min(Sizes.Samples, Divide(BlockRows - 1, Sizes.OutputRows) + 1);
        int slots = Copies ? 0 : checked(samples * Sizes.Input.Depth * Sizes.Input.Height);
        long at = 0;
        long Take(long bytes)
        {
            long start = at;
            at += (bytes + Alignment - 1) / Alignment * Alignment;
            return start;
        }
        WalkerScratch = (Take(left * sizeof(float)), Take((long)ColumnBlockPitch * ColumnsInPart * sizeof(float)),
            Take((long)PartFloats * (RangeBits + 1) * sizeof(float)), Take((long)LinesInPart * BlockRows * sizeof(long)),
            Take((long)slots * sizeof(int)), Take(Gathers ? (long)BlockRows * MicroKernels.MicroTile.RowPitch * sizeof(long) : 0),
            Take(Gathers ? (long)RowBlocks * 16 * 2 * sizeof(int) : 0), 0);
        WalkerScratch = WalkerScratch with { Bytes = at };
    }

    /// <summary>A bound on the different image lines that a block's output lines read.</summary>
    int MostLines()
    {
        int depthTaps = Math.Min(Sizes.Kernel.Depth, LinesInPart), heightTaps = Math.Min(Sizes.Kernel.Height, LinesInPart);
        long maps = Math.Min(BlockRows, Divide(BlockRows - 1, Sizes.Output.Height) + 1);
        long window = (heightTaps - 1L) * Sizes.Dilation.Height + 1;
        long byStride = ((long)BlockRows - maps) * Sizes.Stride.Height + maps * window;
        return checked((int)(depthTaps * Math.Min(byStride, Math.Min((long)BlockRows * heightTaps, maps * Sizes.Input.Height))));
    }

    static int Divide(int value, int by) => (value + by - 1) / by;
}
