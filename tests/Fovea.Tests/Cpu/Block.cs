using System.Runtime.InteropServices;

namespace Fovea.Tests.Cpu;

/// <summary>Native floats on a cache line, random, or NaN to show what is read before it is written.</summary>
sealed unsafe class Block : IDisposable
{
    public Block(long count)
    {
        Count = count;
        Data = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, (count + 16) * sizeof(float)), 64);
        new Span<float>(Data, checked((int)count)).Fill(float.NaN);
    }

    public Block(long count, Random random) : this(count)
    {
        for (long i = 0; i < count; i++) Data[i] = random.NextSingle() * 2 - 1;
    }

    public long Count { get; }

    public float* Data { get; }

    public float[] ToArray() => new Span<float>(Data, checked((int)Count)).ToArray();

    public void Dispose() => NativeMemory.AlignedFree(Data);
}
