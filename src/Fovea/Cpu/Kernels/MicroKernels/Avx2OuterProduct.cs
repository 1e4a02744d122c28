using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cpu.Kernels.MicroKernels;

/// <summary>AVX2 with FMA: tiles of 4 rows × 16 columns: 8 accumulators, two vectors of columns, one broadcast.</summary>
internal readonly struct Avx2OuterProduct : IOuterProduct
{
    /// <inheritdoc/>
    public static string Name => "avx2";

    /// <inheritdoc/>
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    /// <inheritdoc/>
    public static bool RoundsProducts => false;

    /// <inheritdoc/>
    public static int StridedRows => Avx2MicroKernel.Rows;

    /// <inheritdoc/>
    public static int StridedColumns => Avx2MicroKernel.Columns;

    /// <inheritdoc/>
    public static void Run(in MicroTile tile, StridedSteps pixels) => Avx2MicroKernel.Run(in tile, pixels, new NoEpilogue());

    /// <inheritdoc/>
    public static void Run(in OuterBlock block)
    {
        for (int row = 0; row < block.RowCount; row += 4)
            for (int column = 0; column < block.ColumnCount; column += 16)
                Multiply4x16(in block, row, column);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static unsafe void Multiply4x16(in OuterBlock block, int row, int column)
    {
        Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default;
        Vector256<float> s31 = default;
        float* sums = block.Sums + row * OuterBlock.Columns + column;
        if (block.Accumulate)
        {
            s00 = Vector256.LoadAligned(sums);
            s01 = Vector256.LoadAligned(sums + 8);
            s10 = Vector256.LoadAligned(sums + OuterBlock.Columns);
            s11 = Vector256.LoadAligned(sums + OuterBlock.Columns + 8);
            s20 = Vector256.LoadAligned(sums + 2 * OuterBlock.Columns);
            s21 = Vector256.LoadAligned(sums + 2 * OuterBlock.Columns + 8);
            s30 = Vector256.LoadAligned(sums + 3 * OuterBlock.Columns);
            s31 = Vector256.LoadAligned(sums + 3 * OuterBlock.Columns + 8);
        }

        nint pitch = block.LeftPitch, length = block.Length;
        nint* segment = block.Segments;
        float* right = block.Right + column;
        for (int segments = block.SegmentCount; segments > 0; segments--)
        {
            float* left = block.Left + row + *segment++;
            for (nint pixels = length; pixels > 0; pixels--)
            {
                var r0 = Vector256.LoadAligned(right);
                var r1 = Vector256.LoadAligned(right + 8);
                var value = Vector256.Create(left[0]);
                s00 = Fma.MultiplyAdd(value, r0, s00);
                s01 = Fma.MultiplyAdd(value, r1, s01);
                value = Vector256.Create(left[1]);
                s10 = Fma.MultiplyAdd(value, r0, s10);
                s11 = Fma.MultiplyAdd(value, r1, s11);
                value = Vector256.Create(left[2]);
                s20 = Fma.MultiplyAdd(value, r0, s20);
                s21 = Fma.MultiplyAdd(value, r1, s21);
                value = Vector256.Create(left[3]);
                s30 = Fma.MultiplyAdd(value, r0, s30);
                s31 = Fma.MultiplyAdd(value, r1, s31);
                left += pitch;
                right += OuterBlock.Columns;
            }
        }

        s00.StoreAligned(sums);
        s01.StoreAligned(sums + 8);
        s10.StoreAligned(sums + OuterBlock.Columns);
        s11.StoreAligned(sums + OuterBlock.Columns + 8);
        s20.StoreAligned(sums + 2 * OuterBlock.Columns);
        s21.StoreAligned(sums + 2 * OuterBlock.Columns + 8);
        s30.StoreAligned(sums + 3 * OuterBlock.Columns);
        s31.StoreAligned(sums + 3 * OuterBlock.Columns + 8);
    }
}
