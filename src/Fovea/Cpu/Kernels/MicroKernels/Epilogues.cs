using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fovea.Cpu.Kernels.MicroKernels;

/// <summary>What happens to the finished sums of a tile on their way to memory.</summary>
/// <remarks>
/// <c>row</c> and <c>column</c> are those of the tile; a vector covers columns from <c>column</c> on and may reach past the last
/// column stored, so what an epilogue reads by column is padded to the block.
/// </remarks>
internal interface IEpilogue
{
    /// <summary>The value to store for sixteen sums.</summary>
    Vector512<float> Apply(Vector512<float> sum, int row, int column);

    /// <summary>The value to store for eight sums.</summary>
    Vector256<float> Apply(Vector256<float> sum, int row, int column);

    /// <summary>The value to store for four sums.</summary>
    Vector128<float> Apply(Vector128<float> sum, int row, int column);
}

/// <summary>The sums as they are.</summary>
internal readonly struct NoEpilogue : IEpilogue
{
    /// <inheritdoc/>
    public Vector512<float> Apply(Vector512<float> sum, int row, int column) => sum;

    /// <inheritdoc/>
    public Vector256<float> Apply(Vector256<float> sum, int row, int column) => sum;

    /// <inheritdoc/>
    public Vector128<float> Apply(Vector128<float> sum, int row, int column) => sum;
}

/// <summary>Adds a bias to each column.</summary>
/// <param name="bias">One value a column, padded to the block.</param>
internal readonly unsafe struct BiasEpilogue(float* bias) : IEpilogue
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> sum, int row, int column) => sum + Vector512.Load(bias + column);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Apply(Vector256<float> sum, int row, int column) => sum + Vector256.Load(bias + column);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<float> Apply(Vector128<float> sum, int row, int column) => sum + Vector128.Load(bias + column);
}

/// <summary>Adds a bias to each column, then clips below at zero; a NaN stays a NaN.</summary>
/// <param name="bias">One value a column, padded to the block.</param>
internal readonly unsafe struct BiasReluEpilogue(float* bias) : IEpilogue
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Apply(Vector512<float> sum, int row, int column)
        => Vector512.MaxNative(Vector512<float>.Zero, sum + Vector512.Load(bias + column));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Apply(Vector256<float> sum, int row, int column)
        => Vector256.MaxNative(Vector256<float>.Zero, sum + Vector256.Load(bias + column));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<float> Apply(Vector128<float> sum, int row, int column)
        => Vector128.MaxNative(Vector128<float>.Zero, sum + Vector128.Load(bias + column));
}

/// <summary>Makes the epilogue of each block of columns.</summary>
internal interface IEpilogueSource<TEpilogue> where TEpilogue : struct, IEpilogue
{
    /// <summary>The epilogue of the block that starts at a column of the padded columns.</summary>
    TEpilogue At(int firstColumn);
}

/// <summary>No epilogue on any block.</summary>
internal readonly struct NoEpilogueSource : IEpilogueSource<NoEpilogue>
{
    /// <inheritdoc/>
    public NoEpilogue At(int firstColumn) => default;
}

/// <summary>A bias.</summary>
/// <param name="bias">Each block padded.</param>
internal readonly unsafe struct BiasSource(float* bias) : IEpilogueSource<BiasEpilogue>
{
    /// <inheritdoc/>
    public BiasEpilogue At(int firstColumn) => new(bias + firstColumn);
}

/// <summary>A bias, then clipping below at zero.</summary>
/// <param name="bias">Each block padded.</param>
internal readonly unsafe struct BiasReluSource(float* bias) : IEpilogueSource<BiasReluEpilogue>
{
    /// <inheritdoc/>
    public BiasReluEpilogue At(int firstColumn) => new(bias + firstColumn);
}
