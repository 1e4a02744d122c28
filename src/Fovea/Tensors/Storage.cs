using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fovea.Tensors;

/// <summary>
/// One buffer of the CPU. What variables own is pinned and 64-byte aligned, so that plans keep its address;
/// everything else is a plain managed array, which the collector sees and frees.
/// </summary>
sealed unsafe class Storage
{
    const int Alignment = 64;
    readonly byte[] _bytes;
    readonly int _offset;

    Storage(ElementType element, long count, byte[] bytes, int offset, bool pinned)
    {
        Element = element;
        Count = count;
        _bytes = bytes;
        _offset = offset;
        IsPinned = pinned;
    }

    public ElementType Element { get; }

    /// <summary>The number of elements.</summary>
    public long Count { get; }

    public int ByteCount => checked((int)(Count * Element.Size()));

    public bool IsPinned { get; }

    /// <summary>Somebody outside the owner may still read it, so nobody writes in place.</summary>
    public bool Observed { get; set; }

    /// <summary>A bound call overwrites it at every run, so nobody adopts it.</summary>
    public bool IsReused { get; init; }

    /// <summary>A new buffer; its content is undefined unless <paramref name="clear"/>.</summary>
    /// <exception cref="ArgumentException">The buffer would be larger than 2 GiB.</exception>
    public static Storage Create(ElementType element, long count, bool pinned = false, bool clear = false, bool reused = false)
    {
        long bytes = checked(count * element.Size() + (pinned ? Alignment : 0));
        if (bytes > Array.MaxLength)
            throw new ArgumentException($"A tensor of {count} {element} elements is larger than the 2 GiB that one tensor may take.");
        byte[] array = clear ? GC.AllocateArray<byte>((int)bytes, pinned) : GC.AllocateUninitializedArray<byte>((int)bytes, pinned);
        int offset = 0;
        if (pinned)
        {
            nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
            offset = (int)(-address & (Alignment - 1));
        }
        return new(element, count, array, offset, pinned) { IsReused = reused };
    }

    public Span<T> AsSpan<T>() where T : unmanaged
    {
        Element.Check<T>();
        return MemoryMarshal.Cast<byte, T>(Bytes);
    }

    public Span<byte> Bytes => _bytes.AsSpan(_offset, ByteCount);

    /// <summary>The address; stable only while the storage is reachable, and only when it is pinned.</summary>
    public nint Address => IsPinned
        ? (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes)) + _offset
        : throw new InvalidOperationException("Only a pinned storage has an address.");

    /// <summary>Keeps a storage that is not pinned in its place until the handle is freed.</summary>
    public nint Pin(out GCHandle handle)
    {
        if (IsPinned)
        {
            handle = default;
            return Address;
        }
        handle = GCHandle.Alloc(_bytes, GCHandleType.Pinned);
        return handle.AddrOfPinnedObject();
    }

    public Storage Clone(bool pinned, bool reused = false)
    {
        var copy = Create(Element, Count, pinned, reused: reused);
        Bytes.CopyTo(copy.Bytes);
        return copy;
    }
}
