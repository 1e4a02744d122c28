using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cpu.Kernels.MicroKernels;

/// <summary>Any machine: up to 5 rows × 16 columns of <see cref="Vector128{T}"/>, 20 accumulators where there are 32 registers.</summary>
/// <remarks>
/// A machine without hardware fused multiply-add multiplies, then adds: the software substitute is a hundred times slower.
/// With 16 vector registers a tile has 2 rows, which do not spill.
/// </remarks>
internal readonly struct PortableMicroKernel : IMicroKernel
{
    static bool Fuses => Fma.IsSupported || AdvSimd.IsSupported;

    /// <inheritdoc/>
    public static string Name => "portable";

    /// <inheritdoc/>
    public static bool IsSupported => true;

    /// <inheritdoc/>
    public static bool RoundsProducts => !Fuses;

    /// <inheritdoc/>
    public static int Rows => AdvSimd.IsSupported || Avx512F.VL.IsSupported ? 5 : 2;

    /// <inheritdoc/>
    public static int Columns => 16;

    /// <inheritdoc/>
    public static void Run<TSteps, TEpilogue>(in MicroTile tile, TSteps steps, TEpilogue epilogue)
        where TSteps : struct, IReductionSteps where TEpilogue : struct, IEpilogue
    {
        if (tile.ColumnCount < 16) RunPartly(in tile, steps, epilogue);
        else RunHeight(in tile, steps, epilogue);
    }

    static void RunHeight<TSteps, TEpilogue>(in MicroTile tile, TSteps steps, TEpilogue epilogue)
        where TSteps : struct, IReductionSteps where TEpilogue : struct, IEpilogue
    {
        switch (tile.RowCount)
        {
            case 5: Multiply<Five, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 4: Multiply<Four, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 3: Multiply<Three, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            case 2: Multiply<Two, TSteps, TEpilogue>(in tile, steps, epilogue); break;
            default: Multiply<One, TSteps, TEpilogue>(in tile, steps, epilogue); break;
        }
    }

    /// <summary>Partial columns: a whole tile aside, of which the columns that count are copied.</summary>
    /// <remarks>Not inside <c>Multiply</c>: a call there would keep every accumulator in memory, in the loop too.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static unsafe void RunPartly<TSteps, TEpilogue>(in MicroTile tile, TSteps steps, TEpilogue epilogue)
        where TSteps : struct, IReductionSteps where TEpilogue : struct, IEpilogue
    {
        float* aside = stackalloc float[5 * 16];
        nint* offsets = stackalloc nint[5];
        for (int r = 0; r < tile.RowCount; r++)
        {
            offsets[r] = r * 16;
            var row = new Span<float>(tile.Output + tile.OutputOffsets[r], tile.ColumnCount);
            if (tile.Accumulate) row.CopyTo(new Span<float>(aside + r * 16, 16));
        }
        var whole = tile;
        whole.Output = aside;
        whole.OutputOffsets = offsets;
        whole.ColumnCount = 16;
        RunHeight(in whole, steps, epilogue);
        for (int r = 0; r < tile.RowCount; r++)
        {
            var row = new Span<float>(tile.Output + tile.OutputOffsets[r], tile.ColumnCount);
            new Span<float>(aside + r * 16, tile.ColumnCount).CopyTo(row);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static unsafe void Multiply<TRows, TSteps, TEpilogue>(in MicroTile tile, TSteps steps, TEpilogue epilogue)
        where TRows : struct, IConstant where TSteps : struct, IReductionSteps where TEpilogue : struct, IEpilogue
    {
        Vector128<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default;
        Vector128<float> s13 = default, s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default;
        Vector128<float> s32 = default, s33 = default, s40 = default, s41 = default, s42 = default, s43 = default;
        var output = new Output(tile.Output, tile.OutputOffsets);
        if (tile.Accumulate)
        {
            output.Load(0, ref s00, ref s01, ref s02, ref s03);
            if (TRows.Value > 1) output.Load(1, ref s10, ref s11, ref s12, ref s13);
            if (TRows.Value > 2) output.Load(2, ref s20, ref s21, ref s22, ref s23);
            if (TRows.Value > 3) output.Load(3, ref s30, ref s31, ref s32, ref s33);
            if (TRows.Value > 4) output.Load(4, ref s40, ref s41, ref s42, ref s43);
        }

        byte** rows = (byte**)tile.Rows;
        float* weights = tile.Weights;
        nint depth = tile.Depth;
        for (int taps = tile.Taps; taps > 0; taps--)
        {
            byte* r0 = rows[0], r1 = rows[1], r2 = rows[2], r3 = rows[3], r4 = rows[4];
            rows += MicroTile.RowPitch;
            for (nint k = 0; k < depth; k++)
            {
                nint at = steps.ByteOffset(k);
                var w0 = Vector128.LoadAligned(weights);
                var w1 = Vector128.LoadAligned(weights + 4);
                var w2 = Vector128.LoadAligned(weights + 8);
                var w3 = Vector128.LoadAligned(weights + 12);
                weights += 16;
                MultiplyAdd(r0, at, w0, w1, w2, w3, ref s00, ref s01, ref s02, ref s03);
                if (TRows.Value > 1) MultiplyAdd(r1, at, w0, w1, w2, w3, ref s10, ref s11, ref s12, ref s13);
                if (TRows.Value > 2) MultiplyAdd(r2, at, w0, w1, w2, w3, ref s20, ref s21, ref s22, ref s23);
                if (TRows.Value > 3) MultiplyAdd(r3, at, w0, w1, w2, w3, ref s30, ref s31, ref s32, ref s33);
                if (TRows.Value > 4) MultiplyAdd(r4, at, w0, w1, w2, w3, ref s40, ref s41, ref s42, ref s43);
            }
        }

        output.Store(0, s00, s01, s02, s03, epilogue);
        if (TRows.Value > 1) output.Store(1, s10, s11, s12, s13, epilogue);
        if (TRows.Value > 2) output.Store(2, s20, s21, s22, s23, epilogue);
        if (TRows.Value > 3) output.Store(3, s30, s31, s32, s33, epilogue);
        if (TRows.Value > 4) output.Store(4, s40, s41, s42, s43, epilogue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe void MultiplyAdd(byte* row, nint at,
        Vector128<float> w0, Vector128<float> w1, Vector128<float> w2, Vector128<float> w3,
        ref Vector128<float> s0, ref Vector128<float> s1, ref Vector128<float> s2, ref Vector128<float> s3)
    {
        var value = Vector128.Create(*(float*)(row + at));
        s0 = MultiplyAdd(value, w0, s0);
        s1 = MultiplyAdd(value, w1, s1);
        s2 = MultiplyAdd(value, w2, s2);
        s3 = MultiplyAdd(value, w3, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> sum)
        => Fuses ? Vector128.FusedMultiplyAdd(a, b, sum) : a * b + sum;

    /// <summary>The tile's place in memory, always whole columns.</summary>
    readonly unsafe struct Output(float* output, nint* offsets)
    {
        readonly float* _output = output;
        readonly nint* _offsets = offsets;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load(int row, ref Vector128<float> s0, ref Vector128<float> s1, ref Vector128<float> s2, ref Vector128<float> s3)
        {
            float* at = _output + _offsets[row];
            s0 = Vector128.Load(at);
            s1 = Vector128.Load(at + 4);
            s2 = Vector128.Load(at + 8);
            s3 = Vector128.Load(at + 12);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store<TEpilogue>(int row, Vector128<float> s0, Vector128<float> s1, Vector128<float> s2, Vector128<float> s3,
            TEpilogue epilogue) where TEpilogue : struct, IEpilogue
        {
            float* at = _output + _offsets[row];
            epilogue.Apply(s0, row, 0).Store(at);
            epilogue.Apply(s1, row, 4).Store(at + 4);
            epilogue.Apply(s2, row, 8).Store(at + 8);
            epilogue.Apply(s3, row, 12).Store(at + 12);
        }
    }
}
