namespace Fovea.Passes;

/// <summary>Temporary.</summary>
static class MemoryPacker
{
    internal readonly record struct Value(long Bytes, int First, int Last);
    public static long Pack(ReadOnlySpan<Value> values, Span<long> offsets)
    {
        long total = 0;
        for (int i = 0; i < values.Length; i++) { offsets[i] = total; total += values[i].Bytes + 63 & ~63L; }
        return total;
    }
}
