namespace Fovea.Tensors;

/// <summary>The type of a tensor's elements: every ONNX type of a fixed whole number of bytes.</summary>
public enum ElementType : byte
{
    /// <summary>IEEE 754 single precision: the type that fast kernels are written for.</summary>
    Float32,
    /// <summary>IEEE 754 double precision: the type of truth in tests.</summary>
    Float64,
    /// <summary>IEEE 754 half precision (storage).</summary>
    Float16,
    /// <summary>The upper half of a single (storage).</summary>
    BFloat16,
    /// <summary>Signed 8 bits.</summary>
    Int8,
    /// <summary>Unsigned 8 bits.</summary>
    UInt8,
    /// <summary>Signed 16 bits.</summary>
    Int16,
    /// <summary>Unsigned 16 bits.</summary>
    UInt16,
    /// <summary>Signed 32 bits.</summary>
    Int32,
    /// <summary>Unsigned 32 bits.</summary>
    UInt32,
    /// <summary>Signed 64 bits.</summary>
    Int64,
    /// <summary>Unsigned 64 bits.</summary>
    UInt64,
    /// <summary>A truth value, one byte: 0 or 1.</summary>
    Bool,
    /// <summary>Two singles.</summary>
    Complex64,
    /// <summary>Two doubles.</summary>
    Complex128,
    /// <summary>8-bit float, 4 exponent bits, no infinities (storage).</summary>
    Float8E4M3,
    /// <summary>8-bit float, 5 exponent bits (storage).</summary>
    Float8E5M2,
}

/// <summary>Facts about element types.</summary>
public static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.Int32 or ElementType.UInt32 => 4,
        ElementType.Float64 or ElementType.Int64 or ElementType.UInt64 or ElementType.Complex64 => 8,
        ElementType.Float16 or ElementType.BFloat16 or ElementType.Int16 or ElementType.UInt16 => 2,
        ElementType.Complex128 => 16,
        _ => 1,
    };

    /// <summary>Whether values of the type can carry gradients.</summary>
    public static bool IsFloating(this ElementType type) => type is ElementType.Float32 or ElementType.Float64
        or ElementType.Float16 or ElementType.BFloat16 or ElementType.Float8E4M3 or ElementType.Float8E5M2;

    /// <summary>The element type of a .NET type.</summary>
    /// <exception cref="ArgumentException">No element type is stored as <typeparamref name="T"/>.</exception>
    public static ElementType Of<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return ElementType.Float32;
        if (typeof(T) == typeof(double)) return ElementType.Float64;
        if (typeof(T) == typeof(Half)) return ElementType.Float16;
        if (typeof(T) == typeof(sbyte)) return ElementType.Int8;
        if (typeof(T) == typeof(byte)) return ElementType.UInt8;
        if (typeof(T) == typeof(short)) return ElementType.Int16;
        if (typeof(T) == typeof(ushort)) return ElementType.UInt16;
        if (typeof(T) == typeof(int)) return ElementType.Int32;
        if (typeof(T) == typeof(uint)) return ElementType.UInt32;
        if (typeof(T) == typeof(long)) return ElementType.Int64;
        if (typeof(T) == typeof(ulong)) return ElementType.UInt64;
        if (typeof(T) == typeof(bool)) return ElementType.Bool;
        throw new ArgumentException($"{typeof(T)} is no element type: float, double, Half, an integer of 8 to 64 bits, or bool.");
    }

    /// <summary>Checks that elements of the type may be read as <typeparamref name="T"/>.</summary>
    /// <exception cref="ArgumentException">They may not; the message names both.</exception>
    public static void Check<T>(this ElementType type) where T : unmanaged
    {
        var asked = Of<T>();
        if (asked != type)
            throw new ArgumentException($"The elements are {type}, not {asked}: read them as such, or Cast the tensor first.");
    }
}
