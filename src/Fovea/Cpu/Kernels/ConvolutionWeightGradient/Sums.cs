using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fovea.Cpu.Kernels.ConvolutionWeightGradient;

/// <summary>What happens to finished sums: joining two of them, and writing them out as weights.</summary>
internal static unsafe class Sums
{
    /// <summary><c>to[i] += from[i]</c>; the length is a multiple of 16.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* from, nint length, float* to)
    {
        for (nint i = 0; i < length; i += 16)
        {
            (Vector256.Load(to + i) + Vector256.Load(from + i)).Store(to + i);
            (Vector256.Load(to + i + 8) + Vector256.Load(from + i + 8)).Store(to + i + 8);
        }
    }

    /// <summary><c>to[column · toPitch + tap] = from[tap · tapPitch + column · columnPitch]</c>.</summary>
    /// <remarks>Zero is added to each: a sum that underflowed to −0 becomes the 0 that it is when zeros are appended.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Scatter(float* from, int taps, nint tapPitch, int columns, nint columnPitch, float* to, nint toPitch)
    {
        for (int column = 0; column < columns; column++, from += columnPitch, to += toPitch)
            for (int tap = 0; tap < taps; tap++) to[tap] = from[tap * tapPitch] + 0f;
    }
}
