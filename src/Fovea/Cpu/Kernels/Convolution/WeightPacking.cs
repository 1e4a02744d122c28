using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Fovea.Cpu.Kernels.MicroKernels;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Brings weights into the micro-kernel's order: <c>[window][group][block of columns][tap][channel][columns]</c>, zero beyond the
/// last column. Forward, the columns are the output channels and the reduction runs over the input channels; for the input gradient
/// it is the other way round.
/// </summary>
internal sealed unsafe class WeightPacking
{
    const int MostPointsAtOnce = 512;

    readonly TapWindow[] _windows;
    readonly int _groups, _columns, _depth, _kernelPoints, _blockColumns;
    readonly nint _groupStride, _columnStride, _depthStride;
    readonly nint[] _windowStarts;
    readonly bool _byColumns;
    readonly nint[] _pointStarts, _pointUnits;      // by point of the kernel: its row in the packed weights, and what a block adds

    WeightPacking(TapWindow[] windows, int groups, int columns, int depth, int kernelPoints, int blockColumns, bool forward)
    {
        (_windows, _groups, _columns, _depth, _kernelPoints, _blockColumns) = (windows, groups, columns, depth, kernelPoints, blockColumns);
        Blocks = (columns + blockColumns - 1) / blockColumns;
        _groupStride = (nint)columns * depth * kernelPoints;
        _columnStride = forward ? (nint)depth * kernelPoints : kernelPoints;
        _depthStride = forward ? kernelPoints : (nint)columns * kernelPoints;
        _windowStarts = new nint[windows.Length];
        _byColumns = forward;
        _pointStarts = _pointUnits = [];
        for (int i = 0; i < windows.Length; i++)
        {
            _windowStarts[i] = (nint)Floats;
            Floats = checked(Floats + (long)groups * Blocks * BlockFloats(i));
        }
        if (forward || kernelPoints > MostPointsAtOnce || windows.Sum(w => w.TapCount) != kernelPoints) return;
        (_pointStarts, _pointUnits) = (new nint[kernelPoints], new nint[kernelPoints]);
        for (int i = 0; i < windows.Length; i++)
            for (int t = 0; t < windows[i].TapCount; t++)
            {
                int point = windows[i].KernelPoints[t];
                (_pointStarts[point], _pointUnits[point]) = (_windowStarts[i] + (nint)t * depth * blockColumns, BlockFloats(i));
            }
    }

    /// <summary>Blocks of columns in a group.</summary>
    public int Blocks { get; }

    /// <summary>Blocks of all groups: the pieces that packing falls into.</summary>
    public int Units => _groups * Blocks;

    /// <summary>Floats of the packed weights.</summary>
    public long Floats { get; }

    /// <summary>Packing for the convolution itself.</summary>
    public static WeightPacking Forward<T>(TapWindow window, ConvolutionSizes sizes) where T : struct, IMicroKernel
        => new([window], sizes.Groups, sizes.GroupOutputs, sizes.GroupInputs, sizes.Kernel.Count, T.Columns, forward: true);

    /// <summary>Packing for the input gradient: each window takes its own taps.</summary>
    public static WeightPacking InputGradient<T>(TapWindow[] windows, ConvolutionSizes sizes) where T : struct, IMicroKernel
        => new(windows, sizes.Groups, sizes.GroupInputs, sizes.GroupOutputs, sizes.Kernel.Count, T.Columns, forward: false);

    /// <summary>Where the weights of one block begin.</summary>
    public nint BlockStart(int window, int unit) => _windowStarts[window] + unit * BlockFloats(window);

    /// <summary>Floats of one block.</summary>
    public nint BlockFloats(int window) => (nint)_windows[window].TapCount * _depth * _blockColumns;

    /// <summary>The first channel of the target that a block writes.</summary>
    public int FirstColumn(int unit) => unit / Blocks * _columns + unit % Blocks * _blockColumns;

    /// <summary>Columns of a block that count.</summary>
    public int ColumnCount(int unit) => Math.Min(_blockColumns, _columns - unit % Blocks * _blockColumns);

    /// <summary>The first channel of the source that a block reduces over.</summary>
    public int FirstDepth(int unit) => unit / Blocks * _depth;

    /// <summary>Packs one block for every window, each to its place.</summary>
    /// <param name="weights">Row-major, O, I/groups, spatial.</param>
    /// <param name="packed">64-byte aligned, <see cref="Floats"/> of them; only the block's places are touched.</param>
    /// <param name="unit">Which block.</param>
    public void Pack(float* weights, float* packed, int unit)
    {
        int columns = ColumnCount(unit), firstColumn = unit % Blocks * _blockColumns;
        float* source = weights + unit / Blocks * _groupStride + firstColumn * _columnStride;
        for (int i = 0; i < _windows.Length; i++)
        {
            float* target = packed + BlockStart(i, unit);
            if (columns < _blockColumns) new Span<float>(target, checked((int)BlockFloats(i))).Clear();
            if (_byColumns) PackByColumns(source, target, columns, _windows[i]);
            else if (_pointStarts.Length == 0) PackWindowBySteps(source, target, columns, _windows[i]);
        }
        if (_pointStarts.Length > 0) PackBySteps(source, packed, columns, unit);
    }

    /// <summary>Copies a bias and pads it to whole blocks.</summary>
    /// <param name="bias">One value a channel of the target.</param>
    /// <param name="padded"><see cref="Units"/> times the micro-kernel's columns.</param>
    /// <param name="unit">Which block.</param>
    public void PackBias(float* bias, float* padded, int unit)
    {
        var target = new Span<float>(padded + (nint)unit * _blockColumns, _blockColumns);
        target.Clear();
        new ReadOnlySpan<float>(bias + FirstColumn(unit), ColumnCount(unit)).CopyTo(target);
    }

    /// <summary>
    /// Each column's weights lie together, every tap of a channel side by side: squares of the matrix columns × (channels · taps) are
    /// transposed, all columns of a few steps before the next, so that whole lines are written.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void PackByColumns(float* source, float* target, int columns, TapWindow window)
    {
        const int Run = 8;
        int taps = window.TapCount, blockColumns = _blockColumns;
        nint tapStride = (nint)_depth * blockColumns, columnStride = _columnStride;
        int total = _depth * taps, squares = columns & ~3, tap = 0;
        float* channel = target;
        float** rows = stackalloc float*[Run];
        for (int x = 0; x < total; x += Run)
        {
            int run = Math.Min(Run, total - x);
            for (int i = 0; i < run; i++)
            {
                rows[i] = channel + tap * tapStride;
                if (++tap < taps) continue;
                tap = 0;
                channel += blockColumns;
            }
            float* read = source + x;
            int j = 0;
            if (run == Run)
                for (; j < squares; j += 4, read += 4 * columnStride)
                {
                    Transpose(read, columnStride, rows[0] + j, rows[1] + j, rows[2] + j, rows[3] + j);
                    Transpose(read + 4, columnStride, rows[4] + j, rows[5] + j, rows[6] + j, rows[7] + j);
                }
            for (; j < columns; j++, read += columnStride)
                for (int i = 0; i < run; i++) rows[i][j] = read[i];
        }
    }

    /// <summary>
    /// A step's weights lie together, every point of the kernel side by side, each for one window: every step is a small matrix
    /// columns × points to transpose, once for all windows.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void PackBySteps(float* source, float* packed, int columns, int unit)
    {
        int points = _kernelPoints, blockColumns = _blockColumns, depth = _depth;
        float** rows = stackalloc float*[points];
        for (int p = 0; p < points; p++) rows[p] = packed + _pointStarts[p] + unit * _pointUnits[p];
        for (int k = 0; k < depth; k++)
        {
            float* step = source + k * _depthStride;
            nint offset = (nint)k * blockColumns;
            int j = 0;
            if (points >= 4)
                for (; j + 4 <= columns; j += 4)
                    for (int p = 0; p < points; p += 4)
                    {
                        // The last square overlaps the one before it and writes the same values again.
                        int at = Math.Min(p, points - 4);
                        nint to = offset + j;
                        float** row = rows + at;
                        Transpose(step + (nint)j * points + at, points, row[0] + to, row[1] + to, row[2] + to, row[3] + to);
                    }
            if (points == 1)
            {
                new ReadOnlySpan<float>(step, columns).CopyTo(new Span<float>(rows[0] + offset, columns));
                continue;
            }
            for (int p = 0; p < points; p++)
                for (int i = j; i < columns; i++) rows[p][offset + i] = step[(nint)i * points + p];
        }
    }

    /// <summary>The same for one window, where a point of the kernel serves no window or the kernel is very large.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void PackWindowBySteps(float* source, float* target, int columns, TapWindow window)
    {
        int taps = window.TapCount, blockColumns = _blockColumns, kernelPoints = _kernelPoints, depth = _depth;
        int* points = window.KernelPoints;
        for (int k = 0; k < depth; k++)
            for (int t = 0; t < taps; t++)
            {
                float* read = source + k * _depthStride + points[t];
                float* write = target + ((nint)t * depth + k) * blockColumns;
                for (int j = 0; j < columns; j++) write[j] = read[(nint)j * kernelPoints];
            }
    }

    /// <summary>Four columns of four floats become four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transpose(float* from, nint stride, float* r0, float* r1, float* r2, float* r3)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + stride);
        Vector128<float> c = Vector128.Load(from + 2 * stride), d = Vector128.Load(from + 3 * stride);
        Vector128<double> ab = Interleave.Low(a, b).AsDouble(), cd = Interleave.Low(c, d).AsDouble();
        Interleave.Low(ab, cd).AsSingle().Store(r0);
        Interleave.High(ab, cd).AsSingle().Store(r1);
        (ab, cd) = (Interleave.High(a, b).AsDouble(), Interleave.High(c, d).AsDouble());
        Interleave.Low(ab, cd).AsSingle().Store(r2);
        Interleave.High(ab, cd).AsSingle().Store(r3);
    }
}

/// <summary>The halves of two vectors, lane by lane in turn.</summary>
internal static class Interleave
{
    /// <summary>a0 b0 a1 b1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Low(Vector128<float> a, Vector128<float> b)
        => Sse.IsSupported ? Sse.UnpackLow(a, b)
            : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
            : Vector128.Create(a.GetElement(0), b.GetElement(0), a.GetElement(1), b.GetElement(1));

    /// <summary>a2 b2 a3 b3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> High(Vector128<float> a, Vector128<float> b)
        => Sse.IsSupported ? Sse.UnpackHigh(a, b)
            : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
            : Vector128.Create(a.GetElement(2), b.GetElement(2), a.GetElement(3), b.GetElement(3));

    /// <summary>a0 b0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Low(Vector128<double> a, Vector128<double> b)
        => Sse2.IsSupported ? Sse2.UnpackLow(a, b)
            : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
            : Vector128.Create(a.GetLower(), b.GetLower());

    /// <summary>a1 b1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> High(Vector128<double> a, Vector128<double> b)
        => Sse2.IsSupported ? Sse2.UnpackHigh(a, b)
            : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
            : Vector128.Create(a.GetUpper(), b.GetUpper());
}
