namespace Fovea.Cpu.Parallel;

/// <summary>Objects to use again, the last one given back first (its memory is in the cache).</summary>
internal sealed class FreeList<T> where T : class, new()
{
    private readonly Lock _lock = new();
    private readonly Stack<T> _items = new();

    public T Rent()
    {
        lock (_lock)
        {
            if (_items.TryPop(out T? item))
                return item;
        }
        return new T();
    }

    public void Return(T item)
    {
        lock (_lock)
            _items.Push(item);
    }
}
