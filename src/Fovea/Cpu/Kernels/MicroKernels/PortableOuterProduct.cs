using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cpu.Kernels.MicroKernels;

/// <summary>Any machine: tiles of 4 rows × 16 columns of <see cref="Vector128{T}"/> where there are 32 registers, else 4 × 8.</summary>
/// <remarks>
/// A machine without hardware fused multiply-add multiplies, then adds: the software substitute is a hundred times slower.
/// </remarks>
internal readonly struct PortableOuterProduct : IOuterProduct
{
    static bool Fuses => Fma.IsSupported || AdvSimd.IsSupported;

    /// <inheritdoc/>
    public static string Name => "portable";

    /// <inheritdoc/>
    public static bool IsSupported => true;

    /// <inheritdoc/>
    public static bool RoundsProducts => !Fuses;

    /// <inheritdoc/>
    public static int StridedRows => PortableMicroKernel.Rows;

    /// <inheritdoc/>
    public static int StridedColumns => PortableMicroKernel.Columns;

    /// <inheritdoc/>
    public static void Run(in MicroTile tile, StridedSteps pixels) => PortableMicroKernel.Run(in tile, pixels, new NoEpilogue());

    /// <inheritdoc/>
    public static void Run(in OuterBlock block)
    {
        if (AdvSimd.IsSupported || Avx512F.VL.IsSupported) RunWide(in block);
        else RunNarrow(in block);
    }

    /// <summary>The tiles for machines with 32 vector registers.</summary>
    internal static void RunWide(in OuterBlock block)
    {
        for (int row = 0; row < block.RowCount; row += 4)
            for (int column = 0; column < block.ColumnCount; column += 16)
                Multiply4x16(in block, row, column);
    }

    /// <summary>The tiles for machines with 16 vector registers.</summary>
    internal static void RunNarrow(in OuterBlock block)
    {
        for (int row = 0; row < block.RowCount; row += 4)
            for (int column = 0; column < block.ColumnCount; column += 8)
                Multiply4x8(in block, row, column);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static unsafe void Multiply4x16(in OuterBlock block, int row, int column)
    {
        Vector128<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default;
        Vector128<float> s13 = default, s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default;
        Vector128<float> s32 = default, s33 = default;
        float* sums = block.Sums + row * OuterBlock.Columns + column;
        if (block.Accumulate)
        {
            s00 = Vector128.LoadAligned(sums);
            s01 = Vector128.LoadAligned(sums + 4);
            s02 = Vector128.LoadAligned(sums + 8);
            s03 = Vector128.LoadAligned(sums + 12);
            s10 = Vector128.LoadAligned(sums + OuterBlock.Columns);
            s11 = Vector128.LoadAligned(sums + OuterBlock.Columns + 4);
            s12 = Vector128.LoadAligned(sums + OuterBlock.Columns + 8);
            s13 = Vector128.LoadAligned(sums + OuterBlock.Columns + 12);
            s20 = Vector128.LoadAligned(sums + 2 * OuterBlock.Columns);
            s21 = Vector128.LoadAligned(sums + 2 * OuterBlock.Columns + 4);
            s22 = Vector128.LoadAligned(sums + 2 * OuterBlock.Columns + 8);
            s23 = Vector128.LoadAligned(sums + 2 * OuterBlock.Columns + 12);
            s30 = Vector128.LoadAligned(sums + 3 * OuterBlock.Columns);
            s31 = Vector128.LoadAligned(sums + 3 * OuterBlock.Columns + 4);
            s32 = Vector128.LoadAligned(sums + 3 * OuterBlock.Columns + 8);
            s33 = Vector128.LoadAligned(sums + 3 * OuterBlock.Columns + 12);
        }

        nint pitch = block.LeftPitch, length = block.Length;
        nint* segment = block.Segments;
        float* right = block.Right + column;
        for (int segments = block.SegmentCount; segments > 0; segments--)
        {
            float* left = block.Left + row + *segment++;
            for (nint pixels = length; pixels > 0; pixels--)
            {
                var r0 = Vector128.LoadAligned(right);
                var r1 = Vector128.LoadAligned(right + 4);
                var r2 = Vector128.LoadAligned(right + 8);
                var r3 = Vector128.LoadAligned(right + 12);
                var value = Vector128.Create(left[0]);
                s00 = MultiplyAdd(value, r0, s00);
                s01 = MultiplyAdd(value, r1, s01);
                s02 = MultiplyAdd(value, r2, s02);
                s03 = MultiplyAdd(value, r3, s03);
                value = Vector128.Create(left[1]);
                s10 = MultiplyAdd(value, r0, s10);
                s11 = MultiplyAdd(value, r1, s11);
                s12 = MultiplyAdd(value, r2, s12);
                s13 = MultiplyAdd(value, r3, s13);
                value = Vector128.Create(left[2]);
                s20 = MultiplyAdd(value, r0, s20);
                s21 = MultiplyAdd(value, r1, s21);
                s22 = MultiplyAdd(value, r2, s22);
                s23 = MultiplyAdd(value, r3, s23);
                value = Vector128.Create(left[3]);
                s30 = MultiplyAdd(value, r0, s30);
                s31 = MultiplyAdd(value, r1, s31);
                s32 = MultiplyAdd(value, r2, s32);
                s33 = MultiplyAdd(value, r3, s33);
                left += pitch;
                right += OuterBlock.Columns;
            }
        }

        s00.StoreAligned(sums);
        s01.StoreAligned(sums + 4);
        s02.StoreAligned(sums + 8);
        s03.StoreAligned(sums + 12);
        s10.StoreAligned(sums + OuterBlock.Columns);
        s11.StoreAligned(sums + OuterBlock.Columns + 4);
        s12.StoreAligned(sums + OuterBlock.Columns + 8);
        s13.StoreAligned(sums + OuterBlock.Columns + 12);
        s20.StoreAligned(sums + 2 * OuterBlock.Columns);
        s21.StoreAligned(sums + 2 * OuterBlock.Columns + 4);
        s22.StoreAligned(sums + 2 * OuterBlock.Columns + 8);
        s23.StoreAligned(sums + 2 * OuterBlock.Columns + 12);
        s30.StoreAligned(sums + 3 * OuterBlock.Columns);
        s31.StoreAligned(sums + 3 * OuterBlock.Columns + 4);
        s32.StoreAligned(sums + 3 * OuterBlock.Columns + 8);
        s33.StoreAligned(sums + 3 * OuterBlock.Columns + 12);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static unsafe void Multiply4x8(in OuterBlock block, int row, int column)
    {
        Vector128<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default;
        Vector128<float> s31 = default;
        float* sums = block.Sums + row * OuterBlock.Columns + column;
        if (block.Accumulate)
        {
            s00 = Vector128.LoadAligned(sums);
            s01 = Vector128.LoadAligned(sums + 4);
            s10 = Vector128.LoadAligned(sums + OuterBlock.Columns);
            s11 = Vector128.LoadAligned(sums + OuterBlock.Columns + 4);
            s20 = Vector128.LoadAligned(sums + 2 * OuterBlock.Columns);
            s21 = Vector128.LoadAligned(sums + 2 * OuterBlock.Columns + 4);
            s30 = Vector128.LoadAligned(sums + 3 * OuterBlock.Columns);
            s31 = Vector128.LoadAligned(sums + 3 * OuterBlock.Columns + 4);
        }

        nint pitch = block.LeftPitch, length = block.Length;
        nint* segment = block.Segments;
        float* right = block.Right + column;
        for (int segments = block.SegmentCount; segments > 0; segments--)
        {
            float* left = block.Left + row + *segment++;
            for (nint pixels = length; pixels > 0; pixels--)
            {
                var r0 = Vector128.LoadAligned(right);
                var r1 = Vector128.LoadAligned(right + 4);
                var value = Vector128.Create(left[0]);
                s00 = MultiplyAdd(value, r0, s00);
                s01 = MultiplyAdd(value, r1, s01);
                value = Vector128.Create(left[1]);
                s10 = MultiplyAdd(value, r0, s10);
                s11 = MultiplyAdd(value, r1, s11);
                value = Vector128.Create(left[2]);
                s20 = MultiplyAdd(value, r0, s20);
                s21 = MultiplyAdd(value, r1, s21);
                value = Vector128.Create(left[3]);
                s30 = MultiplyAdd(value, r0, s30);
                s31 = MultiplyAdd(value, r1, s31);
                left += pitch;
                right += OuterBlock.Columns;
            }
        }

        s00.StoreAligned(sums);
        s01.StoreAligned(sums + 4);
        s10.StoreAligned(sums + OuterBlock.Columns);
        s11.StoreAligned(sums + OuterBlock.Columns + 4);
        s20.StoreAligned(sums + 2 * OuterBlock.Columns);
        s21.StoreAligned(sums + 2 * OuterBlock.Columns + 4);
        s30.StoreAligned(sums + 3 * OuterBlock.Columns);
        s31.StoreAligned(sums + 3 * OuterBlock.Columns + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> sum)
        => Fuses ? Vector128.FusedMultiplyAdd(a, b, sum) : a * b + sum;
}
