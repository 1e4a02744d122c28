using System.Runtime.CompilerServices;
using Fovea.Cpu.Kernels.MicroKernels;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Brings weights into the micro-kernel's order: <c>[window][group][block of columns][tap][channel][columns]</c>, zero beyond the
/// last column. Forward, the columns are the output channels and the reduction runs over the input channels; for the input gradient
/// it is the other way round.
/// </summary>
internal sealed unsafe class WeightPacking
{
    readonly TapWindow[] _windows;
    readonly int _groups, _columns, _depth, _kernelPoints, _blockColumns;
    readonly nint _groupStride, _columnStride, _depthStride;
    readonly nint[] _windowStarts;

    WeightPacking(TapWindow[] windows, int groups, int columns, int depth, int kernelPoints, int blockColumns, bool forward)
    {
        (_windows, _groups, _columns, _depth, _kernelPoints, _blockColumns) = (windows, groups, columns, depth, kernelPoints, blockColumns);
        Blocks = (columns + blockColumns - 1) / blockColumns;
        _groupStride = (nint)columns * depth * kernelPoints;
        _columnStride = forward ? (nint)depth * kernelPoints : kernelPoints;
        _depthStride = forward ? kernelPoints : (nint)columns * kernelPoints;
        _windowStarts = new nint[windows.Length];
        for (int i = 0; i < windows.Length; i++)
        {
            _windowStarts[i] = (nint)Floats;
            Floats = checked(Floats + (long)groups * Blocks * BlockFloats(windows[i]));
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
    public nint BlockStart(int window, int unit) => _windowStarts[window] + unit * BlockFloats(_windows[window]);

    /// <summary>The first channel of the target that a block writes.</summary>
    public int FirstColumn(int unit) => unit / Blocks * _columns + unit % Blocks * _blockColumns;

    /// <summary>Columns of a block that count.</summary>
    public int ColumnCount(int unit) => Math.Min(_blockColumns, _columns - unit % Blocks * _blockColumns);

    /// <summary>The first channel of the source that a block reduces over.</summary>
    public int FirstDepth(int unit) => unit / Blocks * _depth;

    /// <summary>Packs one block, for every window.</summary>
    /// <param name="weights">Row-major, O, I/groups, spatial.</param>
    /// <param name="packed">64-byte aligned, <see cref="Floats"/> of them.</param>
    /// <param name="unit">Which block.</param>
    public void Pack(float* weights, float* packed, int unit)
    {
        int columns = ColumnCount(unit), firstColumn = unit % Blocks * _blockColumns;
        float* source = weights + unit / Blocks * _groupStride + firstColumn * _columnStride;
        for (int i = 0; i < _windows.Length; i++)
        {
            float* target = packed + BlockStart(i, unit);
            if (columns < _blockColumns) new Span<float>(target, (int)BlockFloats(_windows[i])).Clear();
            if (_depthStride < _columnStride) PackColumnByColumn(source, target, columns, _windows[i]);
            else PackStepByStep(source, target, columns, _windows[i]);
        }
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

    nint BlockFloats(TapWindow window) => (nint)window.TapCount * _depth * _blockColumns;

    /// <summary>A column's weights lie together: read them in order, a few channels at a time so that what is written stays in cache.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void PackColumnByColumn(float* source, float* target, int columns, TapWindow window)
    {
        int taps = window.TapCount, blockColumns = _blockColumns, kernelPoints = _kernelPoints, depth = _depth;
        int* points = window.KernelPoints;
        nint tapStride = (nint)depth * blockColumns;
        int run = Math.Max(1, 128 / Math.Max(1, taps));
        for (int from = 0; from < depth; from += run)
            for (int j = 0; j < columns; j++)
                for (int k = from; k < Math.Min(depth, from + run); k++)
                {
                    float* read = source + j * _columnStride + (nint)k * kernelPoints;
                    float* write = target + (nint)k * blockColumns + j;
                    for (int t = 0; t < taps; t++, write += tapStride) *write = read[points[t]];
                }
    }

    /// <summary>A step's weights lie together: read and written in order.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void PackStepByStep(float* source, float* target, int columns, TapWindow window)
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
}
