namespace Fovea.Cpu.Kernels.MicroKernels;

/// <summary>
/// One register tile: <c>output[r][j] = epilogue(Σ over taps t, steps k of rows[t][r][step(k)] · weights[t][k][j])</c>.
/// </summary>
/// <remarks>
/// A row of the tile is a pixel (of any image, on any line), a column is an output channel. Every tap names the address of each
/// row by itself, so that padding (the address of zeros), stride, dilation and tiles that run over line ends and images cost
/// nothing in the loop, and nothing is copied.
/// </remarks>
internal unsafe struct MicroTile
{
    /// <summary>Entries a tap in <see cref="Rows"/>, the same for every micro-kernel; a multiple of every vector of addresses.</summary>
    public const int RowPitch = 16;

    /// <summary>Addresses, <c>[taps][RowPitch]</c>; the first <see cref="RowCount"/> of each tap are read.</summary>
    public float** Rows;

    /// <summary>The outer, slower part of the reduction: positions of the convolution's kernel, or blocks of a long reduction.</summary>
    public int Taps;

    /// <summary>Reduction steps inside each tap; a step's place in its row is given by an <see cref="IReductionSteps"/>.</summary>
    public int Depth;

    /// <summary>Packed, <c>[taps][depth][columns of the micro-kernel]</c>, 64-byte aligned, zero beyond the last column.</summary>
    public float* Weights;

    /// <summary>Where the tile's first column goes; a row adds its entry of <see cref="OutputOffsets"/>.</summary>
    public float* Output;

    /// <summary>Floats from <see cref="Output"/> to each row's place, <see cref="RowCount"/> entries.</summary>
    public nint* OutputOffsets;

    /// <summary>From 1 to the micro-kernel's rows.</summary>
    public int RowCount;

    /// <summary>Columns stored, from 1 to the micro-kernel's columns.</summary>
    public int ColumnCount;

    /// <summary>Whether the sums start from what the output holds (a reduction that goes on) and not from zero.</summary>
    public bool Accumulate;
}

/// <summary>Where in its row a reduction step reads.</summary>
internal interface IReductionSteps
{
    /// <summary>Bytes from the row's address to the value of step <paramref name="k"/>.</summary>
    nint ByteOffset(nint k);
}

/// <summary>Steps a fixed number of bytes apart: 4 along the channels, the pitch along pixels or the rows of a matrix.</summary>
internal readonly struct StridedSteps(nint strideInBytes) : IReductionSteps
{
    /// <inheritdoc/>
    public nint ByteOffset(nint k) => k * strideInBytes;
}

/// <summary>Adjacent floats: the channels of a pixel, or those of one group.</summary>
/// <param name="startInBytes">Bytes from the row's address to the first.</param>
internal readonly struct AdjacentSteps(nint startInBytes) : IReductionSteps
{
    /// <inheritdoc/>
    public nint ByteOffset(nint k) => k * sizeof(float) + startInBytes;
}

/// <summary>Steps anywhere: the window of an image with few channels, of any layout, as one flat reduction.</summary>
internal readonly unsafe struct GatheredSteps(nint* byteOffsets) : IReductionSteps
{
    /// <inheritdoc/>
    public nint ByteOffset(nint k) => byteOffsets[k];
}

/// <summary>A number that the JIT sees as a constant in each instantiation.</summary>
internal interface IConstant
{
    /// <summary>The number.</summary>
    static abstract int Value { get; }
}

internal readonly struct One : IConstant { public static int Value => 1; }
internal readonly struct Two : IConstant { public static int Value => 2; }
internal readonly struct Three : IConstant { public static int Value => 3; }
internal readonly struct Four : IConstant { public static int Value => 4; }
internal readonly struct Five : IConstant { public static int Value => 5; }
internal readonly struct Six : IConstant { public static int Value => 6; }
internal readonly struct Seven : IConstant { public static int Value => 7; }
internal readonly struct Eight : IConstant { public static int Value => 8; }
internal readonly struct Nine : IConstant { public static int Value => 9; }
internal readonly struct Ten : IConstant { public static int Value => 10; }
internal readonly struct Eleven : IConstant { public static int Value => 11; }
internal readonly struct Twelve : IConstant { public static int Value => 12; }
internal readonly struct Thirteen : IConstant { public static int Value => 13; }
internal readonly struct Fourteen : IConstant { public static int Value => 14; }
