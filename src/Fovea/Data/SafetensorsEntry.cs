using System.Runtime.InteropServices;
using Fovea.Tensors;

namespace Fovea.Data;

/// <summary>A tensor in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its sizes; none for a scalar.</param>
/// <param name="Offset">Where its elements start in the file, in bytes.</param>
/// <param name="Length">How many bytes they take.</param>
internal sealed record SafetensorsEntry(string Name, ElementType Type, Dims Shape, long Offset, long Length);

/// <summary>A tensor to write: elements in row-major order, little-endian.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its sizes; none for a scalar.</param>
/// <param name="Write">Writes exactly the bytes of the elements.</param>
internal sealed record SafetensorsSource(string Name, ElementType Type, Dims Shape, Action<Stream> Write)
{
    /// <summary>A tensor whose elements are in memory.</summary>
    public static SafetensorsSource From<T>(string name, Dims shape, ReadOnlyMemory<T> elements) where T : unmanaged =>
        new(name, ElementTypes.Of<T>(), shape, stream => stream.Write(MemoryMarshal.AsBytes(elements.Span)));
}

/// <summary>The names that safetensors gives to element types.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ElementType Type)[] Table =
    [
        ("F32", ElementType.Float32), ("F64", ElementType.Float64), ("F16", ElementType.Float16), ("BF16", ElementType.BFloat16),
        ("I8", ElementType.Int8), ("I16", ElementType.Int16), ("I32", ElementType.Int32), ("I64", ElementType.Int64),
        ("U8", ElementType.UInt8), ("U16", ElementType.UInt16), ("U32", ElementType.UInt32), ("U64", ElementType.UInt64),
        ("BOOL", ElementType.Bool), ("C64", ElementType.Complex64),
        ("F8_E4M3", ElementType.Float8E4M3), ("F8_E5M2", ElementType.Float8E5M2),
    ];

    /// <summary>The element type of a name; null for a name that is unknown.</summary>
    public static ElementType? Find(string name)
    {
        foreach ((string known, ElementType type) in Table)
            if (known == name) return type;
        return null;
    }

    /// <summary>The name of an element type.</summary>
    /// <exception cref="ArgumentException">Safetensors has none.</exception>
    public static string Name(ElementType type)
    {
        foreach ((string name, ElementType known) in Table)
            if (known == type) return name;
        throw new ArgumentException($"Safetensors cannot hold elements of type {type}.");
    }
}
