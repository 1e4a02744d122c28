namespace Fovea.Cpu.Simd;

/// <summary>Indices that name pixels of a channel; −1 names none.</summary>
internal static class PixelIndex
{
    /// <summary>The index itself.</summary>
    /// <exception cref="IndexOutOfRangeException">It is no pixel's.</exception>
    public static long Check(long index, long pixels) => index >= -1 && index < pixels ? index
        : throw new IndexOutOfRangeException($"Index {index} names none of {pixels} pixels, nor is it −1.");
}
