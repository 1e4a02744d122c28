namespace Fovea.Cpu.Kernels.MicroKernels;

/// <summary>
/// The inner loop of a weight gradient for one instruction set: a block of up to 16 × 32 sums of outer products, the reduction
/// running over pixels, one fused multiply-add accumulator a sum, pixels ascending.
/// </summary>
/// <remarks>
/// The mirror of <see cref="IMicroKernel"/>: there a row is a pixel and the reduction runs over channels; here a row is an input
/// channel, a column an output channel, and both operands are packed with their channels adjacent. Each instruction set cuts
/// the block into the register tiles that suit it; no cut changes a sum's order, so that all with hardware fused multiply-add
/// give the same bits.
/// </remarks>
internal interface IOuterProduct
{
    /// <summary>Short name, used in kernel names: <c>avx512</c>, <c>avx2</c>, <c>portable</c>.</summary>
    static abstract string Name { get; }

    /// <summary>Whether this machine runs it.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Whether products are rounded before they are added (no hardware fused multiply-add): a recipe of its own.</summary>
    static abstract bool RoundsProducts { get; }

    /// <summary>Computes one block.</summary>
    static abstract void Run(in OuterBlock block);

    /// <summary>Most rows of a tile whose rows lie anywhere.</summary>
    static abstract int StridedRows { get; }

    /// <summary>Columns of a packed block for such a tile.</summary>
    static abstract int StridedColumns { get; }

    /// <summary>Computes a tile whose rows lie anywhere, each with its pixels a fixed distance apart: the micro-kernel, told so.</summary>
    static abstract void Run(in MicroTile tile, StridedSteps pixels);
}

/// <summary>
/// One block of sums: <c>sums[i][j] (+)= Σ over segments s, pixels p of left[segments[s] + p·pitch + i] · right[s·length + p][j]</c>.
/// </summary>
internal unsafe struct OuterBlock
{
    /// <summary>Rows a block holds in memory, whatever <see cref="RowCount"/> says.</summary>
    public const int Rows = 16;

    /// <summary>Columns a block holds in memory, whatever <see cref="ColumnCount"/> says.</summary>
    public const int Columns = 32;

    /// <summary>The left operand: 16 floats are readable at each pixel, those beyond the last row are any finite number.</summary>
    public float* Left;

    /// <summary>Floats from one pixel of <see cref="Left"/> to the next.</summary>
    public nint LeftPitch;

    /// <summary>Floats from <see cref="Left"/> to the first pixel of each segment, <see cref="SegmentCount"/> entries.</summary>
    public nint* Segments;

    /// <summary>Runs of evenly spaced pixels.</summary>
    public int SegmentCount;

    /// <summary>Pixels in each segment.</summary>
    public int Length;

    /// <summary>The right operand, <c>[segment][pixel][32]</c>, 64-byte aligned, any finite number beyond the last column.</summary>
    public float* Right;

    /// <summary><c>[16][32]</c>, 64-byte aligned. Entries beyond the counts are left alone or overwritten.</summary>
    public float* Sums;

    /// <summary>Rows wanted, 1 to 16.</summary>
    public int RowCount;

    /// <summary>Columns wanted, 1 to 32.</summary>
    public int ColumnCount;

    /// <summary>Whether the sums go on from what <see cref="Sums"/> holds, or start from zero.</summary>
    public bool Accumulate;
}
