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

    /// <summary>The channels of a run of pixels side by side.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Pixels(float* from, nint fromPitch, nint pixels, int channels, float* to)
    {
        if (fromPitch == channels)
        {
            Unsafe.CopyBlockUnaligned(to, from, checked((uint)(pixels * channels * sizeof(float))));
            return;
        }
        for (nint pixel = 0; pixel < pixels; pixel++, from += fromPitch, to += channels)
            for (int channel = 0; channel < channels; channel++) to[channel] = from[channel];
    }

    static void Partial(float* from, float* to, int count, int width)
    {
        int i = 0;
        for (; i + 4 <= count; i += 4) Vector128.Load(from + i).Store(to + i);
        for (; i < count; i++) to[i] = from[i];
        for (; i < width; i++) to[i] = 0;
    }
}
