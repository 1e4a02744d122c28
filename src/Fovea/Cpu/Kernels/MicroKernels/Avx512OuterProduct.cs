using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cpu.Kernels.MicroKernels;

/// <summary>AVX-512: tiles of 8 rows × 32 columns (16 accumulators, two vectors of columns, one broadcast), else 16 × 16.</summary>
/// <remarks>Eight broadcasts and two loads feed sixteen multiply-adds, so that two load ports keep up with two multipliers.</remarks>
internal readonly struct Avx512OuterProduct : IOuterProduct
{
    /// <inheritdoc/>
    public static string Name => "avx512";

    /// <inheritdoc/>
    public static bool IsSupported => Avx512F.IsSupported;

    /// <inheritdoc/>
    public static bool RoundsProducts => false;

    /// <inheritdoc/>
    public static int StridedRows => Avx512MicroKernel.Rows;

    /// <inheritdoc/>
    public static int StridedColumns => Avx512MicroKernel.Columns;

    /// <inheritdoc/>
    public static void Run(in MicroTile tile, StridedSteps pixels) => Avx512MicroKernel.Run(in tile, pixels, new NoEpilogue());

    /// <inheritdoc/>
    public static void Run(in OuterBlock block)
    {
        if (block.ColumnCount <= 16 && block.RowCount > 8)
        {
            Multiply16x16(in block, 0, 0);
            return;
        }
        Multiply8x32(in block, 0, 0);
        if (block.RowCount > 8) Multiply8x32(in block, 8, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static unsafe void Multiply8x32(in OuterBlock block, int row, int column)
    {
        Vector512<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default;
        Vector512<float> s31 = default, s40 = default, s41 = default, s50 = default, s51 = default, s60 = default, s61 = default;
        Vector512<float> s70 = default, s71 = default;
        float* sums = block.Sums + row * OuterBlock.Columns + column;
        if (block.Accumulate)
        {
            s00 = Vector512.LoadAligned(sums);
            s01 = Vector512.LoadAligned(sums + 16);
            s10 = Vector512.LoadAligned(sums + OuterBlock.Columns);
            s11 = Vector512.LoadAligned(sums + OuterBlock.Columns + 16);
            s20 = Vector512.LoadAligned(sums + 2 * OuterBlock.Columns);
            s21 = Vector512.LoadAligned(sums + 2 * OuterBlock.Columns + 16);
            s30 = Vector512.LoadAligned(sums + 3 * OuterBlock.Columns);
            s31 = Vector512.LoadAligned(sums + 3 * OuterBlock.Columns + 16);
            s40 = Vector512.LoadAligned(sums + 4 * OuterBlock.Columns);
            s41 = Vector512.LoadAligned(sums + 4 * OuterBlock.Columns + 16);
            s50 = Vector512.LoadAligned(sums + 5 * OuterBlock.Columns);
            s51 = Vector512.LoadAligned(sums + 5 * OuterBlock.Columns + 16);
            s60 = Vector512.LoadAligned(sums + 6 * OuterBlock.Columns);
            s61 = Vector512.LoadAligned(sums + 6 * OuterBlock.Columns + 16);
            s70 = Vector512.LoadAligned(sums + 7 * OuterBlock.Columns);
            s71 = Vector512.LoadAligned(sums + 7 * OuterBlock.Columns + 16);
        }

        nint pitch = block.LeftPitch, length = block.Length;
        nint* segment = block.Segments;
        float* right = block.Right + column;
        for (int segments = block.SegmentCount; segments > 0; segments--)
        {
            float* left = block.Left + row + *segment++;
            for (nint pixels = length; pixels > 0; pixels--)
            {
                var r0 = Vector512.LoadAligned(right);
                var r1 = Vector512.LoadAligned(right + 16);
                var value = Vector512.Create(left[0]);
                s00 = Avx512F.FusedMultiplyAdd(value, r0, s00);
                s01 = Avx512F.FusedMultiplyAdd(value, r1, s01);
                value = Vector512.Create(left[1]);
                s10 = Avx512F.FusedMultiplyAdd(value, r0, s10);
                s11 = Avx512F.FusedMultiplyAdd(value, r1, s11);
                value = Vector512.Create(left[2]);
                s20 = Avx512F.FusedMultiplyAdd(value, r0, s20);
                s21 = Avx512F.FusedMultiplyAdd(value, r1, s21);
                value = Vector512.Create(left[3]);
                s30 = Avx512F.FusedMultiplyAdd(value, r0, s30);
                s31 = Avx512F.FusedMultiplyAdd(value, r1, s31);
                value = Vector512.Create(left[4]);
                s40 = Avx512F.FusedMultiplyAdd(value, r0, s40);
                s41 = Avx512F.FusedMultiplyAdd(value, r1, s41);
                value = Vector512.Create(left[5]);
                s50 = Avx512F.FusedMultiplyAdd(value, r0, s50);
                s51 = Avx512F.FusedMultiplyAdd(value, r1, s51);
                value = Vector512.Create(left[6]);
                s60 = Avx512F.FusedMultiplyAdd(value, r0, s60);
                s61 = Avx512F.FusedMultiplyAdd(value, r1, s61);
                value = Vector512.Create(left[7]);
                s70 = Avx512F.FusedMultiplyAdd(value, r0, s70);
                s71 = Avx512F.FusedMultiplyAdd(value, r1, s71);
                left += pitch;
                right += OuterBlock.Columns;
            }
        }

        s00.StoreAligned(sums);
        s01.StoreAligned(sums + 16);
        s10.StoreAligned(sums + OuterBlock.Columns);
        s11.StoreAligned(sums + OuterBlock.Columns + 16);
        s20.StoreAligned(sums + 2 * OuterBlock.Columns);
        s21.StoreAligned(sums + 2 * OuterBlock.Columns + 16);
        s30.StoreAligned(sums + 3 * OuterBlock.Columns);
        s31.StoreAligned(sums + 3 * OuterBlock.Columns + 16);
        s40.StoreAligned(sums + 4 * OuterBlock.Columns);
        s41.StoreAligned(sums + 4 * OuterBlock.Columns + 16);
        s50.StoreAligned(sums + 5 * OuterBlock.Columns);
        s51.StoreAligned(sums + 5 * OuterBlock.Columns + 16);
        s60.StoreAligned(sums + 6 * OuterBlock.Columns);
        s61.StoreAligned(sums + 6 * OuterBlock.Columns + 16);
        s70.StoreAligned(sums + 7 * OuterBlock.Columns);
        s71.StoreAligned(sums + 7 * OuterBlock.Columns + 16);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static unsafe void Multiply16x16(in OuterBlock block, int row, int column)
    {
        Vector512<float> s00 = default, s10 = default, s20 = default, s30 = default, s40 = default, s50 = default, s60 = default;
        Vector512<float> s70 = default, s80 = default, s90 = default, sa0 = default, sb0 = default, sc0 = default, sd0 = default;
        Vector512<float> se0 = default, sf0 = default;
        float* sums = block.Sums + row * OuterBlock.Columns + column;
        if (block.Accumulate)
        {
            s00 = Vector512.LoadAligned(sums);
            s10 = Vector512.LoadAligned(sums + OuterBlock.Columns);
            s20 = Vector512.LoadAligned(sums + 2 * OuterBlock.Columns);
            s30 = Vector512.LoadAligned(sums + 3 * OuterBlock.Columns);
            s40 = Vector512.LoadAligned(sums + 4 * OuterBlock.Columns);
            s50 = Vector512.LoadAligned(sums + 5 * OuterBlock.Columns);
            s60 = Vector512.LoadAligned(sums + 6 * OuterBlock.Columns);
            s70 = Vector512.LoadAligned(sums + 7 * OuterBlock.Columns);
            s80 = Vector512.LoadAligned(sums + 8 * OuterBlock.Columns);
            s90 = Vector512.LoadAligned(sums + 9 * OuterBlock.Columns);
            sa0 = Vector512.LoadAligned(sums + 10 * OuterBlock.Columns);
            sb0 = Vector512.LoadAligned(sums + 11 * OuterBlock.Columns);
            sc0 = Vector512.LoadAligned(sums + 12 * OuterBlock.Columns);
            sd0 = Vector512.LoadAligned(sums + 13 * OuterBlock.Columns);
            se0 = Vector512.LoadAligned(sums + 14 * OuterBlock.Columns);
            sf0 = Vector512.LoadAligned(sums + 15 * OuterBlock.Columns);
        }

        nint pitch = block.LeftPitch, length = block.Length;
        nint* segment = block.Segments;
        float* right = block.Right + column;
        for (int segments = block.SegmentCount; segments > 0; segments--)
        {
            float* left = block.Left + row + *segment++;
            for (nint pixels = length; pixels > 0; pixels--)
            {
                var r0 = Vector512.LoadAligned(right);
                var value = Vector512.Create(left[0]);
                s00 = Avx512F.FusedMultiplyAdd(value, r0, s00);
                value = Vector512.Create(left[1]);
                s10 = Avx512F.FusedMultiplyAdd(value, r0, s10);
                value = Vector512.Create(left[2]);
                s20 = Avx512F.FusedMultiplyAdd(value, r0, s20);
                value = Vector512.Create(left[3]);
                s30 = Avx512F.FusedMultiplyAdd(value, r0, s30);
                value = Vector512.Create(left[4]);
                s40 = Avx512F.FusedMultiplyAdd(value, r0, s40);
                value = Vector512.Create(left[5]);
                s50 = Avx512F.FusedMultiplyAdd(value, r0, s50);
                value = Vector512.Create(left[6]);
                s60 = Avx512F.FusedMultiplyAdd(value, r0, s60);
                value = Vector512.Create(left[7]);
                s70 = Avx512F.FusedMultiplyAdd(value, r0, s70);
                value = Vector512.Create(left[8]);
                s80 = Avx512F.FusedMultiplyAdd(value, r0, s80);
                value = Vector512.Create(left[9]);
                s90 = Avx512F.FusedMultiplyAdd(value, r0, s90);
                value = Vector512.Create(left[10]);
                sa0 = Avx512F.FusedMultiplyAdd(value, r0, sa0);
                value = Vector512.Create(left[11]);
                sb0 = Avx512F.FusedMultiplyAdd(value, r0, sb0);
                value = Vector512.Create(left[12]);
                sc0 = Avx512F.FusedMultiplyAdd(value, r0, sc0);
                value = Vector512.Create(left[13]);
                sd0 = Avx512F.FusedMultiplyAdd(value, r0, sd0);
                value = Vector512.Create(left[14]);
                se0 = Avx512F.FusedMultiplyAdd(value, r0, se0);
                value = Vector512.Create(left[15]);
                sf0 = Avx512F.FusedMultiplyAdd(value, r0, sf0);
                left += pitch;
                right += OuterBlock.Columns;
            }
        }

        s00.StoreAligned(sums);
        s10.StoreAligned(sums + OuterBlock.Columns);
        s20.StoreAligned(sums + 2 * OuterBlock.Columns);
        s30.StoreAligned(sums + 3 * OuterBlock.Columns);
        s40.StoreAligned(sums + 4 * OuterBlock.Columns);
        s50.StoreAligned(sums + 5 * OuterBlock.Columns);
        s60.StoreAligned(sums + 6 * OuterBlock.Columns);
        s70.StoreAligned(sums + 7 * OuterBlock.Columns);
        s80.StoreAligned(sums + 8 * OuterBlock.Columns);
        s90.StoreAligned(sums + 9 * OuterBlock.Columns);
        sa0.StoreAligned(sums + 10 * OuterBlock.Columns);
        sb0.StoreAligned(sums + 11 * OuterBlock.Columns);
        sc0.StoreAligned(sums + 12 * OuterBlock.Columns);
        sd0.StoreAligned(sums + 13 * OuterBlock.Columns);
        se0.StoreAligned(sums + 14 * OuterBlock.Columns);
        sf0.StoreAligned(sums + 15 * OuterBlock.Columns);
    }
}
