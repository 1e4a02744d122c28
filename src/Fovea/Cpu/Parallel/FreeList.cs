namespace Fovea.Cpu.Parallel;

/// <summary>Objects to use again. Safe for many threads at once, without a lock: a contended one allocates.</summary>
internal sealed class FreeList<T> where T : class, new()
{
    // More than are ever out at once: a few for each thread. What finds no room is left to the collector.
    private readonly T?[] _slots = new T?[256];

    /// <summary>Takes an object, or makes one if there is none.</summary>
    public T Rent()
    {
        foreach (ref T? slot in _slots.AsSpan())
        {
            if (slot is not null && Interlocked.Exchange(ref slot, null) is { } item)
                return item;
        }
        return new T();
    }

    /// <summary>Gives an object back.</summary>
    public void Return(T item)
    {
        foreach (ref T? slot in _slots.AsSpan())
        {
            if (slot is null && Interlocked.CompareExchange(ref slot, item, null) is null)
                return;
        }
    }
}
