using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fovea.Cpu.Kernels.MicroKernels;
using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Convolution in groups of few channels (of one: depthwise) and its input gradient, channels-last, vectors over the channels written:
/// <c>y[p][c] = bias[c] + Σ over taps t, channels k of a group of x[p·stride + t][group(c)][k] · w[t][k][c]</c>.
/// </summary>
/// <remarks>
/// Loop order: tiles of 16 pixels, halves of them, vectors of channels, taps, channels of a group: 8 or 16 accumulators. In groups of
/// several channels the vector of a pixel is permuted so that each lane meets its group's channel k. Addresses and borders are those of
/// <see cref="TileAddresses"/>; rows beyond the last pixel compute what its first computes, and are not stored. The sums are those of
/// <see cref="TiledConvolution{TMicro}"/>, bit for bit.
/// </remarks>
internal sealed unsafe class ChannelwiseConvolution<T> where T : unmanaged, IVec<T>
{
    const int Rows = MicroTile.RowPitch;
    const int Half = Rows / 2;
    const double LeastMultiplyAdds = 100_000;
    const int MostPieces = 64;

    readonly TapWindow[] _windows;
    readonly (int Window, int FirstTile, int TileCount)[] _pieces;
    readonly int _channels, _groupSources, _groupTargets, _kernelPoints, _pitch, _zeroFloats;
    readonly nint _targetStride, _sourceStride;     // of the weights, by channel in a group
    readonly float[] _lanes;                                    // for each channel of a group the lanes to permute from; pinned
    readonly nint[] _windowStarts;
    readonly nint _packedFloats;
    readonly bool _hasBias;

    ChannelwiseConvolution(TapWindow[] windows, ConvolutionSizes sizes, bool forward, bool hasBias)
    {
        (_windows, _kernelPoints, _hasBias) = (windows, sizes.Kernel.Count, hasBias);
        (_groupSources, _groupTargets) = forward ? (sizes.GroupInputs, sizes.GroupOutputs) : (sizes.GroupOutputs, sizes.GroupInputs);
        (_sourceStride, _targetStride) = forward
            ? (_kernelPoints, _kernelPoints * _groupSources) : (_kernelPoints * _groupTargets, _kernelPoints);
        _channels = sizes.Groups * _groupTargets;
        _pitch = (_channels + 15) / 16 * 16;
        _zeroFloats = (sizes.Groups * _groupSources + 15) / 16 * 16;
        _lanes = GC.AllocateUninitializedArray<float>(_groupSources * T.Count, pinned: true);
        for (int k = 0; k < _groupSources; k++)
            for (int lane = 0; lane < T.Count; lane++)
                _lanes[k * T.Count + lane] = BitConverter.Int32BitsToSingle(lane / _groupTargets * _groupSources + k);
        _windowStarts = new nint[windows.Length];
        var pieces = new List<(int, int, int)>();
        for (int i = 0; i < windows.Length; i++)
        {
            _windowStarts[i] = _packedFloats;
            _packedFloats += (nint)windows[i].TapCount * _groupSources * _pitch;
            int tiles = checked((int)((windows[i].Pixels + Rows - 1) / Rows));
            double work = (double)windows[i].Pixels * _channels * (1 + windows[i].TapCount * _groupSources);
            int count = (int)Math.Clamp(work / LeastMultiplyAdds, 1, Math.Min(MostPieces, tiles));
            for (int p = 0; p < count; p++)
            {
                int first = (int)((long)tiles * p / count);
                pieces.Add((i, first, (int)((long)tiles * (p + 1) / count) - first));
            }
        }
        _pieces = [.. pieces];
        long taps = windows.Max(w => w.TapCount);
        long walker = _zeroFloats * sizeof(float) + Rows * sizeof(nint) * (taps + 1);
        Work = new([1, _pieces.Length], _packedFloats * sizeof(float), walker, this);
    }

    /// <summary>What a plan needs to know.</summary>
    public KernelWork Work { get; }

    /// <summary>
    /// Whether vectors of this width take a number of groups: depthwise, or groups that divide the vector and read no more than they write.
    /// </summary>
    /// <param name="groups">Groups.</param>
    /// <param name="sources">Channels of the source, all groups.</param>
    /// <param name="targets">Channels of the target, all groups.</param>
    public static bool Fits(int groups, int sources, int targets)
        => groups > 1 && (sources == groups && targets == groups
            || sources <= targets && targets / groups <= 8 && T.Count % (targets / groups) == 0);

    /// <summary>The convolution.</summary>
    public static ChannelwiseConvolution<T> Forward(ConvolutionSizes sizes, bool hasBias)
        => new([TapWindow.Forward(sizes)], sizes, forward: true, hasBias);

    /// <summary>Its input gradient.</summary>
    public static ChannelwiseConvolution<T> InputGradient(ConvolutionSizes sizes, bool hasBias)
        => new(TapWindow.InputGradient(sizes), sizes, forward: false, hasBias);

    /// <summary>Does one piece.</summary>
    public void Run(in KernelCall call)
    {
        float* source = (float*)call.Input(0), bias = _hasBias ? (float*)call.Input(2) : null, target = (float*)call.Output(0);
        float* packed = (float*)call.Scratch;
        if (call.Phase == 0) Pack((float*)call.Input(1), packed);
        else Compute(source, packed, bias, (byte*)call.WalkerScratch, call.Piece, target);
    }

    /// <summary>Weights O, C/groups, kernel become, for each window, taps × channels of a group read × channels written.</summary>
    void Pack(float* weights, float* packed)
    {
        nint groupStride = (nint)_groupSources * _groupTargets * _kernelPoints;
        for (int i = 0; i < _windows.Length; i++)
            for (int t = 0; t < _windows[i].TapCount; t++)
                for (int k = 0; k < _groupSources; k++)
                {
                    float* read = weights + _windows[i].KernelPoints[t] + k * _sourceStride;
                    float* write = packed + _windowStarts[i] + ((nint)t * _groupSources + k) * _pitch;
                    for (int c = 0; c < _channels; c++)
                        write[c] = read[c / _groupTargets * groupStride + c % _groupTargets * _targetStride];
                }
    }

    void Compute(float* source, float* packed, float* bias, byte* walker, int piece, float* target)
    {
        var (index, firstTile, tiles) = _pieces[piece];
        var window = _windows[index];
        float* zeros = (float*)walker;
        new Span<float>(zeros, _zeroFloats).Clear();
        nint* targets = (nint*)(zeros + _zeroFloats);
        float** table = (float**)(targets + Rows);
        long pixel = (long)firstTile * Rows, end = Math.Min(window.Pixels, pixel + (long)tiles * Rows);
        var addresses = new TileAddresses(window, source, zeros, pixel);
        float* weights = packed + _windowStarts[index];
        for (; pixel < end; pixel += Rows)
        {
            int rows = (int)Math.Min(end - pixel, Rows);
            addresses.Next(rows, table, targets);
            for (int first = 0; first < rows; first += Half)
                Tile(table + first, window.TapCount, weights, bias, target, targets + first, Math.Min(rows - first, Half));
        }
    }

    void Tile(float** table, int taps, float* weights, float* bias, float* target, nint* targets, int rows)
    {
        if (_groupTargets == 1) DepthwiseTile(table, taps, weights, _pitch, _channels, bias, target, targets, rows);
        else GroupedTile(table, taps, weights, bias, target, targets, rows);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void GroupedTile(float** table, int taps, float* weights, float* bias, float* target, nint* targets, int rows)
    {
        int channels = _channels, sources = _groupSources, pitch = _pitch;
        float* lanes = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_lanes));
        for (int c = 0; c < channels; c += T.Count)
        {
            int count = Math.Min(T.Count, channels - c), read = count / _groupTargets * sources;
            nint from = (nint)c / _groupTargets * sources;
            bool whole = read == T.Count;
            T s0 = T.Create(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
            float** row = table;
            float* weight = weights + c;
            for (int t = taps; t > 0; t--, row += Rows)
            {
                T x0 = Load(row[0] + from, read, whole), x1 = Load(row[1] + from, read, whole);
                T x2 = Load(row[2] + from, read, whole), x3 = Load(row[3] + from, read, whole);
                T x4 = Load(row[4] + from, read, whole), x5 = Load(row[5] + from, read, whole);
                T x6 = Load(row[6] + from, read, whole), x7 = Load(row[7] + from, read, whole);
                for (int k = 0; k < sources; k++, weight += pitch)
                {
                    T w = T.Load(weight), lane = T.Load(lanes + k * T.Count);
                    s0 = T.Fma(T.Permute(x0, lane), w, s0);
                    s1 = T.Fma(T.Permute(x1, lane), w, s1);
                    s2 = T.Fma(T.Permute(x2, lane), w, s2);
                    s3 = T.Fma(T.Permute(x3, lane), w, s3);
                    s4 = T.Fma(T.Permute(x4, lane), w, s4);
                    s5 = T.Fma(T.Permute(x5, lane), w, s5);
                    s6 = T.Fma(T.Permute(x6, lane), w, s6);
                    s7 = T.Fma(T.Permute(x7, lane), w, s7);
                }
            }
            if (bias != null)
            {
                T b = Load(bias + c, count, count == T.Count);
                (s0, s1, s2, s3) = (s0 + b, s1 + b, s2 + b, s3 + b);
                (s4, s5, s6, s7) = (s4 + b, s5 + b, s6 + b, s7 + b);
            }
            float* to = target + c;
            Store(to + targets[0], s0, count);
            if (rows > 1) Store(to + targets[1], s1, count);
            if (rows > 2) Store(to + targets[2], s2, count);
            if (rows > 3) Store(to + targets[3], s3, count);
            if (rows > 4) Store(to + targets[4], s4, count);
            if (rows > 5) Store(to + targets[5], s5, count);
            if (rows > 6) Store(to + targets[6], s6, count);
            if (rows > 7) Store(to + targets[7], s7, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Load(float* from, int count, bool whole) => whole ? T.Load(from) : T.Load(from, count, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(float* to, T sums, int count)
    {
        if (count == T.Count) T.Store(sums, to);
        else T.Store(sums, to, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void DepthwiseTile(float** table, int taps, float* weights, int pitch, int channels, float* bias,
        float* target, nint* targets, int rows)
    {
        int c = 0;
        for (; c + 2 * T.Count <= channels; c += 2 * T.Count)
        {
            T s00 = T.Create(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
            T s40 = s00, s41 = s00, s50 = s00, s51 = s00, s60 = s00, s61 = s00, s70 = s00, s71 = s00;
            float** row = table;
            float* weight = weights + c;
            for (int t = taps; t > 0; t--, row += Rows, weight += pitch)
            {
                T w0 = T.Load(weight), w1 = T.Load(weight + T.Count);
                MultiplyAdd(row[0] + c, w0, w1, ref s00, ref s01);
                MultiplyAdd(row[1] + c, w0, w1, ref s10, ref s11);
                MultiplyAdd(row[2] + c, w0, w1, ref s20, ref s21);
                MultiplyAdd(row[3] + c, w0, w1, ref s30, ref s31);
                MultiplyAdd(row[4] + c, w0, w1, ref s40, ref s41);
                MultiplyAdd(row[5] + c, w0, w1, ref s50, ref s51);
                MultiplyAdd(row[6] + c, w0, w1, ref s60, ref s61);
                MultiplyAdd(row[7] + c, w0, w1, ref s70, ref s71);
            }
            if (bias != null)
            {
                T b0 = T.Load(bias + c), b1 = T.Load(bias + c + T.Count);
                (s00, s01, s10, s11) = (s00 + b0, s01 + b1, s10 + b0, s11 + b1);
                (s20, s21, s30, s31) = (s20 + b0, s21 + b1, s30 + b0, s31 + b1);
                (s40, s41, s50, s51) = (s40 + b0, s41 + b1, s50 + b0, s51 + b1);
                (s60, s61, s70, s71) = (s60 + b0, s61 + b1, s70 + b0, s71 + b1);
            }
            float* to = target + c;
            Store(to + targets[0], s00, s01);
            if (rows > 1) Store(to + targets[1], s10, s11);
            if (rows > 2) Store(to + targets[2], s20, s21);
            if (rows > 3) Store(to + targets[3], s30, s31);
            if (rows > 4) Store(to + targets[4], s40, s41);
            if (rows > 5) Store(to + targets[5], s50, s51);
            if (rows > 6) Store(to + targets[6], s60, s61);
            if (rows > 7) Store(to + targets[7], s70, s71);
        }
        for (; c < channels; c += T.Count)
        {
            nint count = Math.Min(T.Count, channels - c);
            for (int r = 0; r < rows; r++)
            {
                T sum = T.Create(0);
                for (int t = 0; t < taps; t++)
                    sum = T.Fma(T.Load(table[t * Rows + r] + c, count, 0), T.Load(weights + t * pitch + c, count, 0), sum);
                if (bias != null) sum += T.Load(bias + c, count, 0);
                T.Store(sum, target + targets[r] + c, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void MultiplyAdd(float* value, T w0, T w1, ref T s0, ref T s1)
    {
        s0 = T.Fma(T.Load(value), w0, s0);
        s1 = T.Fma(T.Load(value + T.Count), w1, s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(float* to, T s0, T s1)
    {
        T.Store(s0, to);
        T.Store(s1, to + T.Count);
    }
}
