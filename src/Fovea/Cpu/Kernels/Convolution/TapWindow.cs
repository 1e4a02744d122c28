using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>
/// Pixels of the result that all read alike: pixel <c>j</c> reads the source at <c>j·Step + tap</c>, for each tap of a list, and is
/// written at <c>Start + j·Spacing</c>. A convolution is one window. The input gradient of a strided convolution is one window for
/// each residue of the pixel modulo the stride, with unit step and only the taps that meet that residue: no zero is inserted.
/// </summary>
internal sealed unsafe class TapWindow
{
    readonly int[] _taps;           // depth, height, width of each tap; pinned
    readonly nint[] _deltas;        // bytes from a pixel's address to each tap's; pinned
    readonly int[] _kernelPoints;   // which point of the weights each tap is; pinned

    /// <summary>A window whose taps are the product of one list an axis.</summary>
    /// <param name="images">N.</param>
    /// <param name="source">Spatial sizes of what is read.</param>
    /// <param name="sourcePitch">Floats from one pixel of the source to the next.</param>
    /// <param name="target">Spatial sizes of what is written.</param>
    /// <param name="targetPitch">Floats from one pixel of the target to the next.</param>
    /// <param name="depth">The window along the depth.</param>
    /// <param name="height">The window along the height.</param>
    /// <param name="width">The window along the width.</param>
    /// <param name="kernel">Spatial sizes of the weights.</param>
    public TapWindow(int images, Spatial source, int sourcePitch, Spatial target, int targetPitch,
        AxisWindow depth, AxisWindow height, AxisWindow width, Spatial kernel)
    {
        (Images, Source, Target, SourcePitch, TargetPitch) = (images, source, target, sourcePitch, targetPitch);
        Count = new(depth.Count, height.Count, width.Count);
        Step = new(depth.Step, height.Step, width.Step);
        Start = new(depth.Start, height.Start, width.Start);
        Spacing = new(depth.Spacing, height.Spacing, width.Spacing);
        Pixels = (long)images * Count.Count;
        TapCount = depth.Taps.Length * height.Taps.Length * width.Taps.Length;
        _taps = GC.AllocateUninitializedArray<int>(3 * TapCount, pinned: true);
        _deltas = GC.AllocateUninitializedArray<nint>(TapCount, pinned: true);
        _kernelPoints = GC.AllocateUninitializedArray<int>(TapCount, pinned: true);
        int t = 0;
        foreach (var (z, kz) in depth.Taps)
            foreach (var (y, ky) in height.Taps)
                foreach (var (x, kx) in width.Taps)
                {
                    (_taps[3 * t], _taps[3 * t + 1], _taps[3 * t + 2]) = (z, y, x);
                    _deltas[t] = (((nint)z * source.Height + y) * source.Width + x) * sourcePitch * sizeof(float);
                    _kernelPoints[t++] = (kz * kernel.Height + ky) * kernel.Width + kx;
                }
        if (TapCount == 0) return;
        Lowest = new(depth.Taps.Min(p => p.Offset), height.Taps.Min(p => p.Offset), width.Taps.Min(p => p.Offset));
        Highest = new(depth.Taps.Max(p => p.Offset), height.Taps.Max(p => p.Offset), width.Taps.Max(p => p.Offset));
    }

    public int Images { get; }
    public Spatial Source { get; }
    public Spatial Target { get; }
    public int SourcePitch { get; }
    public int TargetPitch { get; }

    /// <summary>Pixels of one image along each axis.</summary>
    public Spatial Count { get; }

    /// <summary>Source pixels from one pixel to the next.</summary>
    public Spatial Step { get; }

    /// <summary>Where in the target the first pixel goes.</summary>
    public Spatial Start { get; }

    /// <summary>Target pixels from one pixel to the next.</summary>
    public Spatial Spacing { get; }

    /// <summary>Pixels of all images.</summary>
    public long Pixels { get; }

    /// <summary>How many taps.</summary>
    public int TapCount { get; }

    /// <summary>The least offset of a tap along each axis.</summary>
    public Spatial Lowest { get; }

    /// <summary>The greatest offset of a tap along each axis.</summary>
    public Spatial Highest { get; }

    /// <summary>Depth, height and width of each tap, <c>[taps][3]</c>.</summary>
    public int* Taps => Address(_taps);

    /// <summary>Bytes from a pixel's address to each tap's.</summary>
    public nint* Deltas => Address(_deltas);

    /// <summary>For each tap, the point of the weights that it multiplies with.</summary>
    public int* KernelPoints => Address(_kernelPoints);

    /// <summary>The one window of a convolution.</summary>
    public static TapWindow Forward(ConvolutionSizes sizes) => new(
        sizes.Images, sizes.Input, sizes.InputChannels, sizes.Output, sizes.OutputChannels,
        AxisWindow.Forward(sizes.Output.Depth, sizes.Kernel.Depth, sizes.Stride.Depth, sizes.Dilation.Depth, sizes.Padding.Depth),
        AxisWindow.Forward(sizes.Output.Height, sizes.Kernel.Height, sizes.Stride.Height, sizes.Dilation.Height, sizes.Padding.Height),
        AxisWindow.Forward(sizes.Output.Width, sizes.Kernel.Width, sizes.Stride.Width, sizes.Dilation.Width, sizes.Padding.Width),
        sizes.Kernel);

    /// <summary>The windows of a convolution's input gradient: what is read is the gradient of the output.</summary>
    public static TapWindow[] InputGradient(ConvolutionSizes sizes)
    {
        Spatial inputs = sizes.Input, kernel = sizes.Kernel, stride = sizes.Stride, dilation = sizes.Dilation, padding = sizes.Padding;
        var windows = new List<TapWindow>();
        for (int z = 0; z < Math.Min(stride.Depth, inputs.Depth); z++)
            for (int y = 0; y < Math.Min(stride.Height, inputs.Height); y++)
                for (int x = 0; x < Math.Min(stride.Width, inputs.Width); x++)
                    windows.Add(new(
                        sizes.Images, sizes.Output, sizes.OutputChannels, inputs, sizes.InputChannels,
                        AxisWindow.InputGradient(z, inputs.Depth, kernel.Depth, stride.Depth, dilation.Depth, padding.Depth),
                        AxisWindow.InputGradient(y, inputs.Height, kernel.Height, stride.Height, dilation.Height, padding.Height),
                        AxisWindow.InputGradient(x, inputs.Width, kernel.Width, stride.Width, dilation.Width, padding.Width),
                        kernel));
        return [.. windows];
    }

    static T* Address<T>(T[] pinned) where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}

/// <summary>A window along one axis.</summary>
/// <param name="Count">Pixels.</param>
/// <param name="Step">Source pixels from one to the next.</param>
/// <param name="Start">Where in the target the first goes.</param>
/// <param name="Spacing">Target pixels from one to the next.</param>
/// <param name="Taps">Source pixels from <c>j·Step</c> to each tap, and the kernel's index of it, ascending in the index.</param>
internal readonly record struct AxisWindow(int Count, int Step, int Start, int Spacing, (int Offset, int Index)[] Taps)
{
    /// <summary>Output <c>o</c> reads input <c>o·stride − padding + k·dilation</c>.</summary>
    public static AxisWindow Forward(int outputs, int kernel, int stride, int dilation, int padding)
        => new(outputs, stride, 0, 1, [.. Enumerable.Range(0, kernel).Select(k => (k * dilation - padding, k))]);

    /// <summary>
    /// Input <c>i = residue + j·stride</c> gets something from output <c>(i + padding − k·dilation)/stride</c> wherever that is whole.
    /// </summary>
    public static AxisWindow InputGradient(int residue, int inputs, int kernel, int stride, int dilation, int padding)
    {
        var taps = new List<(int, int)>();
        for (int k = 0; k < kernel; k++)
        {
            int distance = residue + padding - k * dilation;
            if (distance % stride == 0) taps.Add((distance / stride, k));
        }
        return new((inputs - residue + stride - 1) / stride, 1, residue, stride, [.. taps]);
    }
}
