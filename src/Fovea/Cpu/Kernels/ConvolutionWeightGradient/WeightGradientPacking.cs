using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fovea.Cpu.Kernels.ConvolutionWeightGradient;

/// <summary>Copies pixels into blocks of adjacent channels, zero-filled, that the outer products read.</summary>
internal static unsafe class WeightGradientPacking
{
    /// <summary>
    /// Channels of a run of pixels into blocks: <c>to[block][pixel][width]</c>, <paramref name="width"/> 16 or 32, zeros beyond
    /// the last channel.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Channels(float* from, nint fromPitch, nint pixels, int channels, int width, float* to, nint blockPitch)
    {
        int whole = channels / width, rest = channels % width;
        for (nint pixel = 0; pixel < pixels; pixel++, from += fromPitch, to += width)
        {
            float* source = from, destination = to;
            if (width == 16)
            {
                for (int block = 0; block < whole; block++, source += 16, destination += blockPitch)
                    Unsafe.CopyBlockUnaligned(destination, source, 64);
            }
            else
            {
                for (int block = 0; block < whole; block++, source += 32, destination += blockPitch)
                    Unsafe.CopyBlockUnaligned(destination, source, 128);
            }
            if (rest > 0) Partial(source, destination, rest, width);
        }
    }

    /// <summary>Zero pixels: <c>to[block][pixel][width]</c>.</summary>
    public static void Zeros(nint pixels, int blocks, int width, float* to, nint blockPitch)
    {
        for (int block = 0; block < blocks; block++, to += blockPitch)
            new Span<float>(to, checked((int)pixels * width)).Clear();
    }

    /// <summary>
    /// The windows of a run of output pixels for one line of the kernel: <c>to[pixel · toPitch + tap · channels + channel]</c>.
    /// </summary>
    /// <param name="line">The image line's first pixel, or null where the line is padding.</param>
    /// <param name="linePitch">Floats from one pixel of the line to the next.</param>
    /// <param name="lineWidth">Pixels of the line.</param>
    /// <param name="channels">Channels of a pixel that are taken.</param>
    /// <param name="first">The image column of the first window's first tap; may be negative.</param>
    /// <param name="stride">Image columns from one window to the next.</param>
    /// <param name="dilation">Image columns from one tap to the next.</param>
    /// <param name="taps">Taps of a window's line.</param>
    /// <param name="pixels">Windows.</param>
    /// <param name="to">The first window's first tap of this line.</param>
    /// <param name="toPitch">Floats from one window to the next.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Windows(float* line, nint linePitch, int lineWidth, int channels, int first, int stride, int dilation, int taps,
        nint pixels, float* to, nint toPitch)
    {
        int run = taps * channels, reach = (taps - 1) * dilation;
        bool adjacent = line != null && dilation == 1 && linePitch == channels && run >= 4;
        nint step = stride * linePitch;
        for (nint pixel = 0; pixel < pixels; pixel++, first += stride, to += toPitch)
        {
            if (adjacent && first >= 0 && first + reach < lineWidth)
            {
                // The last four floats may overlap those before them: no float outside of the window is touched.
                float* source = line + first * linePitch;
                for (int i = 0; i + 4 < run; i += 4) Vector128.Load(source + i).Store(to + i);
                Vector128.Load(source + run - 4).Store(to + run - 4);
                continue;
            }
            float* destination = to;
            for (int tap = 0, column = first; tap < taps; tap++, column += dilation, destination += channels)
            {
                if (line != null && (uint)column < (uint)lineWidth)
                    for (int channel = 0; channel < channels; channel++) destination[channel] = line[column * linePitch + channel];
                else
                    for (int channel = 0; channel < channels; channel++) destination[channel] = 0;
            }
        }
    }

    static void Partial(float* from, float* to, int count, int width)
    {
        int i = 0;
        for (; i + 4 <= count; i += 4) Vector128.Load(from + i).Store(to + i);
        for (; i < count; i++) to[i] = from[i];
        for (; i < width; i++) to[i] = 0;
    }
}
