using System.Runtime.CompilerServices;

namespace Fovea.Cpu.Simd;

/// <summary>
/// One spatial axis of a pooling window: sizes, and where the window of each output begins. Either all windows have one size and lie
/// evenly, or (<see cref="Bins"/>) they divide the input among the outputs.
/// </summary>
/// <param name="Input">The input's size.</param>
/// <param name="Output">The output's size.</param>
/// <param name="Kernel">How many taps the window has; of bins, the most that one may have.</param>
/// <param name="Stride">The input elements from a window to the next; 0: bins.</param>
/// <param name="Dilation">The input elements from a tap to the next.</param>
/// <param name="PadBegin">The padding before the first element.</param>
/// <param name="PadEnd">The padding after the last element.</param>
internal readonly record struct PoolAxis(int Input, int Output, int Kernel, int Stride, int Dilation, int PadBegin, int PadEnd)
{
    const MethodImplOptions In = MethodImplOptions.AggressiveInlining;

    /// <summary>An axis that a network of fewer dimensions lacks.</summary>
    public static PoolAxis Absent => new(1, 1, 1, 1, 1, 0, 0);

    /// <summary>Bin o goes from ⌊o · input / output⌋ to ⌈(o + 1) · input / output⌉, as in PyTorch's adaptive pools.</summary>
    public static PoolAxis Bins(int input, int output)
    {
        int even = input / Math.Max(output, 1);
        return new(input, output, output > 0 && input % output == 0 ? even : Math.Min(input, even + 2), 0, 1, 0, 0);
    }

    /// <summary>The position of an output's first tap; negative in the padding.</summary>
    [MethodImpl(In)]
    public int First(int output) => Stride > 0 ? output * Stride - PadBegin : (int)((long)output * Input / Output);

    /// <summary>The taps of an output's window that lie inside the input: from Low up to, not including, High.</summary>
    [MethodImpl(In)]
    public (int Low, int High) Inside(int output)
    {
        int first = First(output);
        if (Stride == 0) return (0, BinEnd(output) - first);
        int low = first >= 0 ? 0 : (-first + Dilation - 1) / Dilation;
        int high = first >= Input ? 0 : Math.Min(Kernel, (Input - first + Dilation - 1) / Dilation);
        return (low, Math.Max(low, high));
    }

    /// <summary>How many taps lie inside the input or its padding.</summary>
    public int Padded(int output)
    {
        if (Stride == 0) return BinEnd(output) - First(output);
        int room = Input + PadEnd - First(output);
        return Math.Clamp((room + Dilation - 1) / Dilation, 0, Kernel);
    }

    /// <summary>The outputs whose windows span an input element, from Low up to, not including, High; not all need see it.</summary>
    [MethodImpl(In)]
    public (int Low, int High) Covering(int input)
    {
        if (Stride == 0) return ((int)((long)input * Output / Input), (int)(((input + 1L) * Output + Input - 1) / Input));
        int place = input + PadBegin, before = place - (Kernel - 1) * Dilation;
        // A stride may be as large as an integer.
        return (before <= 0 ? 0 : (int)((before + (long)Stride - 1) / Stride), Math.Min(Output, place / Stride + 1));
    }

    /// <summary>Whether one of an output's taps lies on an input element that its window spans.</summary>
    [MethodImpl(In)]
    public bool Sees(int output, int input) => Dilation == 1 || (input - First(output)) % Dilation == 0;

    int BinEnd(int output) => (int)(((output + 1L) * Input + Output - 1) / Output);
}

/// <summary>A pooling over channels-last images [batch, depth, height, width, channels]; absent axes have size 1.</summary>
/// <param name="Batch">How many images.</param>
/// <param name="Channels">How many channels.</param>
/// <param name="Depth">The first of three spatial axes.</param>
/// <param name="Height">The second.</param>
/// <param name="Width">The last, whose elements are neighbours in memory.</param>
internal sealed record PoolWindow(int Batch, int Channels, PoolAxis Depth, PoolAxis Height, PoolAxis Width)
{
    /// <summary>By what a window's sum is divided; 0: by its taps.</summary>
    public int Divisor { get; init; }

    /// <summary>The taps of a window.</summary>
    public int Taps => Depth.Kernel * Height.Kernel * Width.Kernel;

    /// <summary>The pixels of an input image.</summary>
    public nint InputPixels => (nint)Depth.Input * Height.Input * Width.Input;

    /// <summary>The pixels of an output image.</summary>
    public nint OutputPixels => (nint)Depth.Output * Height.Output * Width.Output;

    /// <summary>Rows of outputs along the width in all images: what pieces of a forward pass are cut from.</summary>
    public nint OutputRows => (nint)Batch * Depth.Output * Height.Output;

    /// <summary>Rows of inputs along the width in all images.</summary>
    public nint InputRows => (nint)Batch * Depth.Input * Height.Input;

    /// <summary>Whether the windows cover every input element exactly once.</summary>
    public bool Tiles => Exact(Depth) && Exact(Height) && Exact(Width);

    static bool Exact(PoolAxis a) =>
        a is { Dilation: 1, PadBegin: 0, PadEnd: 0 } && a.Stride == a.Kernel && (long)a.Output * a.Stride == a.Input;
}
