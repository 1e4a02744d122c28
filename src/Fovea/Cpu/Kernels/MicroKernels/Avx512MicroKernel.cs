using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cpu.Kernels.MicroKernels;

/// <summary>AVX-512: up to 14 rows × 32 columns, 28 accumulators, two vectors of weights, one broadcast.</summary>
/// <remarks>
/// One text serves every height and one or two vectors of columns: both are constants in each instantiation, and what lies
/// beyond them vanishes. Addresses that find no general register are read from the stack: loads are not the bottleneck.
/// </remarks>
internal readonly struct Avx512MicroKernel : IMicroKernel
{
    /// <inheritdoc/>
    public static string Name => "avx512";

    /// <inheritdoc/>
    public static bool IsSupported => Avx512F.IsSupported;

    /// <inheritdoc/>
    public static bool RoundsProducts => false;

    /// <inheritdoc/>
    public static int Rows => 14;

    /// <inheritdoc/>
    public static int Columns => 32;

    /// <inheritdoc/>
    public static void Run<TSteps, TEpilogue>(in MicroTile tile, TSteps steps, TEpilogue epilogue)
        where TSteps : struct, IReductionSteps where TEpilogue : struct, IEpilogue
    {
        if (tile.ColumnCount > 16) RunHeight<Two, TSteps, TEpilogue>(in tile, steps, epilogue);
        else RunHeight<One, TSteps, TEpilogue>(in tile, steps, epilogue);
    }

    static void RunHeight<TVectors, TSteps, TEpilogue>(in MicroTile tile, TSteps steps, TEpilogue epilogue)
        where TVectors : struct, IConstant where TSteps : struct, IReductionSteps where TEpilogue : struct, IEpilogue
    {
        switch (tile.RowCount)
        {
            case 14: Multiply<Fourteen, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 13: Multiply<Thirteen, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 12: Multiply<Twelve, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 11: Multiply<Eleven, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 10: Multiply<Ten, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 9: Multiply<Nine, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 8: Multiply<Eight, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 7: Multiply<Seven, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 6: Multiply<Six, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 5: Multiply<Five, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 4: Multiply<Four, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 3: Multiply<Three, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 2: Multiply<Two, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            default: Multiply<One, TVectors, TSteps, TEpilogue>(in tile, steps, epilogue); break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static unsafe void Multiply<TRows, TVectors, TSteps, TEpilogue>(in MicroTile tile, TSteps steps, TEpilogue epilogue)
        where TRows : struct, IConstant where TVectors : struct, IConstant
        where TSteps : struct, IReductionSteps where TEpilogue : struct, IEpilogue
    {
        Vector512<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default;
        Vector512<float> s31 = default, s40 = default, s41 = default, s50 = default, s51 = default, s60 = default, s61 = default;
        Vector512<float> s70 = default, s71 = default, s80 = default, s81 = default, s90 = default, s91 = default, sa0 = default;
        Vector512<float> sa1 = default, sb0 = default, sb1 = default, sc0 = default, sc1 = default, sd0 = default, sd1 = default;
        var output = new Output(tile.Output, tile.OutputOffsets, tile.ColumnCount);
        if (tile.Accumulate)
        {
            output.Load<TVectors>(0, ref s00, ref s01);
            if (TRows.Value > 1) output.Load<TVectors>(1, ref s10, ref s11);
            if (TRows.Value > 2) output.Load<TVectors>(2, ref s20, ref s21);
            if (TRows.Value > 3) output.Load<TVectors>(3, ref s30, ref s31);
            if (TRows.Value > 4) output.Load<TVectors>(4, ref s40, ref s41);
            if (TRows.Value > 5) output.Load<TVectors>(5, ref s50, ref s51);
            if (TRows.Value > 6) output.Load<TVectors>(6, ref s60, ref s61);
            if (TRows.Value > 7) output.Load<TVectors>(7, ref s70, ref s71);
            if (TRows.Value > 8) output.Load<TVectors>(8, ref s80, ref s81);
            if (TRows.Value > 9) output.Load<TVectors>(9, ref s90, ref s91);
            if (TRows.Value > 10) output.Load<TVectors>(10, ref sa0, ref sa1);
            if (TRows.Value > 11) output.Load<TVectors>(11, ref sb0, ref sb1);
            if (TRows.Value > 12) output.Load<TVectors>(12, ref sc0, ref sc1);
            if (TRows.Value > 13) output.Load<TVectors>(13, ref sd0, ref sd1);
        }

        byte** rows = (byte**)tile.Rows;
        float* weights = tile.Weights;
        nint depth = tile.Depth;
        for (int taps = tile.Taps; taps > 0; taps--)
        {
            byte* r0 = rows[0], r1 = rows[1], r2 = rows[2], r3 = rows[3], r4 = rows[4], r5 = rows[5], r6 = rows[6], r7 = rows[7];
            byte* r8 = rows[8], r9 = rows[9], ra = rows[10], rb = rows[11], rc = rows[12], rd = rows[13];
            rows += MicroTile.RowPitch;
            for (nint k = 0; k < depth; k++)
            {
                nint at = steps.ByteOffset(k);
                var w0 = Vector512.LoadAligned(weights);
                var w1 = TVectors.Value > 1 ? Vector512.LoadAligned(weights + 16) : w0;
                weights += 32;
                MultiplyAdd<TVectors>(r0, at, w0, w1, ref s00, ref s01);
                if (TRows.Value > 1) MultiplyAdd<TVectors>(r1, at, w0, w1, ref s10, ref s11);
                if (TRows.Value > 2) MultiplyAdd<TVectors>(r2, at, w0, w1, ref s20, ref s21);
                if (TRows.Value > 3) MultiplyAdd<TVectors>(r3, at, w0, w1, ref s30, ref s31);
                if (TRows.Value > 4) MultiplyAdd<TVectors>(r4, at, w0, w1, ref s40, ref s41);
                if (TRows.Value > 5) MultiplyAdd<TVectors>(r5, at, w0, w1, ref s50, ref s51);
                if (TRows.Value > 6) MultiplyAdd<TVectors>(r6, at, w0, w1, ref s60, ref s61);
                if (TRows.Value > 7) MultiplyAdd<TVectors>(r7, at, w0, w1, ref s70, ref s71);
                if (TRows.Value > 8) MultiplyAdd<TVectors>(r8, at, w0, w1, ref s80, ref s81);
                if (TRows.Value > 9) MultiplyAdd<TVectors>(r9, at, w0, w1, ref s90, ref s91);
                if (TRows.Value > 10) MultiplyAdd<TVectors>(ra, at, w0, w1, ref sa0, ref sa1);
                if (TRows.Value > 11) MultiplyAdd<TVectors>(rb, at, w0, w1, ref sb0, ref sb1);
                if (TRows.Value > 12) MultiplyAdd<TVectors>(rc, at, w0, w1, ref sc0, ref sc1);
                if (TRows.Value > 13) MultiplyAdd<TVectors>(rd, at, w0, w1, ref sd0, ref sd1);
            }
        }

        output.Store<TVectors, TEpilogue>(0, s00, s01, epilogue);
        if (TRows.Value > 1) output.Store<TVectors, TEpilogue>(1, s10, s11, epilogue);
        if (TRows.Value > 2) output.Store<TVectors, TEpilogue>(2, s20, s21, epilogue);
        if (TRows.Value > 3) output.Store<TVectors, TEpilogue>(3, s30, s31, epilogue);
        if (TRows.Value > 4) output.Store<TVectors, TEpilogue>(4, s40, s41, epilogue);
        if (TRows.Value > 5) output.Store<TVectors, TEpilogue>(5, s50, s51, epilogue);
        if (TRows.Value > 6) output.Store<TVectors, TEpilogue>(6, s60, s61, epilogue);
        if (TRows.Value > 7) output.Store<TVectors, TEpilogue>(7, s70, s71, epilogue);
        if (TRows.Value > 8) output.Store<TVectors, TEpilogue>(8, s80, s81, epilogue);
        if (TRows.Value > 9) output.Store<TVectors, TEpilogue>(9, s90, s91, epilogue);
        if (TRows.Value > 10) output.Store<TVectors, TEpilogue>(10, sa0, sa1, epilogue);
        if (TRows.Value > 11) output.Store<TVectors, TEpilogue>(11, sb0, sb1, epilogue);
        if (TRows.Value > 12) output.Store<TVectors, TEpilogue>(12, sc0, sc1, epilogue);
        if (TRows.Value > 13) output.Store<TVectors, TEpilogue>(13, sd0, sd1, epilogue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe void MultiplyAdd<TVectors>(byte* row, nint at, Vector512<float> w0, Vector512<float> w1,
        ref Vector512<float> s0, ref Vector512<float> s1) where TVectors : struct, IConstant
    {
        var value = Vector512.Create(*(float*)(row + at));
        s0 = Avx512F.FusedMultiplyAdd(value, w0, s0);
        if (TVectors.Value > 1) s1 = Avx512F.FusedMultiplyAdd(value, w1, s1);
    }

    /// <summary>The tile's place in memory; partial columns go through masks.</summary>
    readonly unsafe struct Output(float* output, nint* offsets, int columns)
    {
        readonly float* _output = output;
        readonly nint* _offsets = offsets;
        readonly int _columns = columns;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load<TVectors>(int row, ref Vector512<float> s0, ref Vector512<float> s1) where TVectors : struct, IConstant
        {
            float* at = _output + _offsets[row];
            if (_columns == 16 * TVectors.Value)
            {
                s0 = Vector512.Load(at);
                if (TVectors.Value > 1) s1 = Vector512.Load(at + 16);
                return;
            }
            s0 = Avx512F.MaskLoad(at, Mask(0), Vector512<float>.Zero);
            if (TVectors.Value > 1) s1 = Avx512F.MaskLoad(at + 16, Mask(16), Vector512<float>.Zero);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store<TVectors, TEpilogue>(int row, Vector512<float> s0, Vector512<float> s1, TEpilogue epilogue)
            where TVectors : struct, IConstant where TEpilogue : struct, IEpilogue
        {
            float* at = _output + _offsets[row];
            s0 = epilogue.Apply(s0, row, 0);
            if (TVectors.Value > 1) s1 = epilogue.Apply(s1, row, 16);
            if (_columns == 16 * TVectors.Value)
            {
                s0.Store(at);
                if (TVectors.Value > 1) s1.Store(at + 16);
                return;
            }
            Avx512F.MaskStore(at, Mask(0), s0);
            if (TVectors.Value > 1) Avx512F.MaskStore(at + 16, Mask(16), s1);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector512<float> Mask(int from) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(_columns - from)).AsSingle();
    }
}
