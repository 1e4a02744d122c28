using System.Runtime.InteropServices;

namespace Fovea.KernelGym;

/// <summary>Aligned blocks with repeatable contents.</summary>
static unsafe class Memory
{
    /// <summary>64-byte-aligned floats in [−1, 1).</summary>
    public static float* Random(long count, int seed)
    {
        float* block = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
        var random = new Random(seed);
        for (long i = 0; i < count; i++) block[i] = random.NextSingle() * 2 - 1;
        return block;
    }

    public static void Free(params ReadOnlySpan<nint> blocks)
    {
        foreach (nint block in blocks) NativeMemory.AlignedFree((void*)block);
    }

    public static void Free(float* a, float* b, float* c) => Free((nint)a, (nint)b, (nint)c);
}
