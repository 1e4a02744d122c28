using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cpu.Kernels.MicroKernels;

/// <summary>AVX2 with FMA: up to 6 rows × 16 columns, 12 accumulators, two vectors of weights, one broadcast: 15 of 16 registers.</summary>
internal readonly struct Avx2MicroKernel : IMicroKernel
{
    /// <inheritdoc/>
    public static string Name => "avx2";

    /// <inheritdoc/>
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    /// <inheritdoc/>
    public static bool RoundsProducts => false;

    /// <inheritdoc/>
    public static int Rows => 6;

    /// <inheritdoc/>
    public static int Columns => 16;

    /// <inheritdoc/>
    public static void Run<TSteps, TEpilogue>(in MicroTile tile, TSteps steps, TEpilogue epilogue)
        where TSteps : struct, IReductionSteps where TEpilogue : struct, IEpilogue
    {
        if (tile.ColumnCount > 8) RunHeight<Two, TSteps, TEpilogue>(in tile, steps, epilogue);
        else RunHeight<One, TSteps, TEpilogue>(in tile, steps, epilogue);
    }

    static void RunHeight<TVectors, TSteps, TEpilogue>(in MicroTile tile, TSteps steps, TEpilogue epilogue)
        where TVectors : struct, IConstant where TSteps : struct, IReductionSteps where TEpilogue : struct, IEpilogue
    {
        switch (tile.RowCount)
        {
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
        Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default;
        Vector256<float> s30 = default, s31 = default, s40 = default, s41 = default, s50 = default, s51 = default;
        var output = new Output(tile.Output, tile.OutputOffsets, tile.ColumnCount);
        if (tile.Accumulate)
        {
            output.Load<TVectors>(0, ref s00, ref s01);
            if (TRows.Value > 1) output.Load<TVectors>(1, ref s10, ref s11);
            if (TRows.Value > 2) output.Load<TVectors>(2, ref s20, ref s21);
            if (TRows.Value > 3) output.Load<TVectors>(3, ref s30, ref s31);
            if (TRows.Value > 4) output.Load<TVectors>(4, ref s40, ref s41);
            if (TRows.Value > 5) output.Load<TVectors>(5, ref s50, ref s51);
        }

        byte** rows = (byte**)tile.Rows;
        float* weights = tile.Weights;
        nint depth = tile.Depth;
        for (int taps = tile.Taps; taps > 0; taps--)
        {
            byte* r0 = rows[0], r1 = rows[1], r2 = rows[2], r3 = rows[3], r4 = rows[4], r5 = rows[5];
            rows += MicroTile.RowPitch;
            for (nint k = 0; k < depth; k++)
            {
                nint at = steps.ByteOffset(k);
                var w0 = Vector256.LoadAligned(weights);
                var w1 = TVectors.Value > 1 ? Vector256.LoadAligned(weights + 8) : w0;
                weights += 16;
                MultiplyAdd<TVectors>(r0, at, w0, w1, ref s00, ref s01);
                if (TRows.Value > 1) MultiplyAdd<TVectors>(r1, at, w0, w1, ref s10, ref s11);
                if (TRows.Value > 2) MultiplyAdd<TVectors>(r2, at, w0, w1, ref s20, ref s21);
                if (TRows.Value > 3) MultiplyAdd<TVectors>(r3, at, w0, w1, ref s30, ref s31);
                if (TRows.Value > 4) MultiplyAdd<TVectors>(r4, at, w0, w1, ref s40, ref s41);
                if (TRows.Value > 5) MultiplyAdd<TVectors>(r5, at, w0, w1, ref s50, ref s51);
            }
        }

        output.Store<TVectors, TEpilogue>(0, s00, s01, epilogue);
        if (TRows.Value > 1) output.Store<TVectors, TEpilogue>(1, s10, s11, epilogue);
        if (TRows.Value > 2) output.Store<TVectors, TEpilogue>(2, s20, s21, epilogue);
        if (TRows.Value > 3) output.Store<TVectors, TEpilogue>(3, s30, s31, epilogue);
        if (TRows.Value > 4) output.Store<TVectors, TEpilogue>(4, s40, s41, epilogue);
        if (TRows.Value > 5) output.Store<TVectors, TEpilogue>(5, s50, s51, epilogue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe void MultiplyAdd<TVectors>(byte* row, nint at, Vector256<float> w0, Vector256<float> w1,
        ref Vector256<float> s0, ref Vector256<float> s1) where TVectors : struct, IConstant
    {
        var value = Vector256.Create(*(float*)(row + at));
        s0 = Fma.MultiplyAdd(value, w0, s0);
        if (TVectors.Value > 1) s1 = Fma.MultiplyAdd(value, w1, s1);
    }

    /// <summary>The tile's place in memory; partial columns go through masks.</summary>
    readonly unsafe struct Output(float* output, nint* offsets, int columns)
    {
        readonly float* _output = output;
        readonly nint* _offsets = offsets;
        readonly int _columns = columns;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load<TVectors>(int row, ref Vector256<float> s0, ref Vector256<float> s1) where TVectors : struct, IConstant
        {
            float* at = _output + _offsets[row];
            if (_columns == 8 * TVectors.Value)
            {
                s0 = Vector256.Load(at);
                if (TVectors.Value > 1) s1 = Vector256.Load(at + 8);
                return;
            }
            s0 = Avx.MaskLoad(at, Mask(0));
            if (TVectors.Value > 1) s1 = Avx.MaskLoad(at + 8, Mask(8));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store<TVectors, TEpilogue>(int row, Vector256<float> s0, Vector256<float> s1, TEpilogue epilogue)
            where TVectors : struct, IConstant where TEpilogue : struct, IEpilogue
        {
            float* at = _output + _offsets[row];
            s0 = epilogue.Apply(s0, row, 0);
            if (TVectors.Value > 1) s1 = epilogue.Apply(s1, row, 8);
            if (_columns == 8 * TVectors.Value)
            {
                s0.Store(at);
                if (TVectors.Value > 1) s1.Store(at + 8);
                return;
            }
            Avx.MaskStore(at, Mask(0), s0);
            if (TVectors.Value > 1) Avx.MaskStore(at + 8, Mask(8), s1);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector256<float> Mask(int from) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(_columns - from)).AsSingle();
    }
}
