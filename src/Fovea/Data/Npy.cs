using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Fovea.Tensors;

namespace Fovea.Data;

/// <summary>An array from an npy file.</summary>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its sizes; none for a scalar.</param>
/// <param name="Bytes">Its elements: row-major, little-endian.</param>
internal sealed record NpyArray(ElementType Type, Dims Shape, byte[] Bytes);

/// <summary>
/// NumPy's npy format, versions 1 to 3: magic, version, header size, a Python dictionary with descr, fortran_order and shape, then the
/// elements (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). Little-endian; Fortran order is brought into
/// row-major order.
/// </summary>
internal static class Npy
{
    private const int Alignment = 64;
    private const int MostHeaderBytes = 64 * 1024;

    private static readonly (string Descr, ElementType Type)[] Types =
    [
        ("<f4", ElementType.Float32), ("<f8", ElementType.Float64), ("<f2", ElementType.Float16),
        ("|i1", ElementType.Int8), ("<i2", ElementType.Int16), ("<i4", ElementType.Int32), ("<i8", ElementType.Int64),
        ("|u1", ElementType.UInt8), ("<u2", ElementType.UInt16), ("<u4", ElementType.UInt32), ("<u8", ElementType.UInt64),
        ("|b1", ElementType.Bool), ("<c8", ElementType.Complex64), ("<c16", ElementType.Complex128),
    ];

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="Errors.FoveaException">The file is damaged, or of a type that is not supported.</exception>
    public static NpyArray Read(BoundedReader reader)
    {
        Span<byte> start = stackalloc byte[Magic.Length + 2];
        reader.Read(start, "the npy magic");
        if (!start.StartsWith(Magic)) throw reader.ErrorAt(0, "this is no npy file");
        int version = start[Magic.Length];
        if (version is < 1 or > 3) throw reader.ErrorAt(Magic.Length, $"version {version} of the npy format is unknown");
        long size = version == 1 ? reader.ReadUInt16LittleEndian("the header's size") : reader.ReadUInt32LittleEndian("the header's size");
        if (size > MostHeaderBytes) throw reader.Error($"the header would take {size} bytes; at most {MostHeaderBytes} are allowed");

        long headerStart = reader.Offset;
        var header = new NpyHeader(reader, headerStart, Encoding.Latin1.GetString(reader.ReadBytes(size, "the header")));
        header.Parse();
        ElementType type = Find(header.Descr)
            ?? throw reader.ErrorAt(headerStart, $"the element type {header.Descr} is neither a little-endian number nor a truth value");
        long bytes = reader.BoundedProduct(header.Shape, type.Size());
        if (bytes != reader.Remaining)
        {
            throw reader.Error(
                $"{type} {header.Shape} does not take the {reader.Remaining} bytes that follow; the file is cut off or damaged");
        }

        byte[] elements = reader.ReadBytes(bytes, "the elements");
        reader.ExpectEnd();
        if (type is ElementType.Bool && elements.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1))
            throw reader.ErrorAt(headerStart + size, "a truth value is neither 0 nor 1");
        if (header.FortranOrder && header.Shape.Count > 1)
        {
            reader.Charge(bytes, "reordering the elements");
            elements = FromFortran(elements, header.Shape, type.Size());
        }

        return new NpyArray(type, header.Shape, elements);
    }

    /// <summary>Writes a whole file, version 1, row-major.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="type">The type of the elements.</param>
    /// <param name="shape">The sizes; none for a scalar.</param>
    /// <param name="elements">Row-major, little-endian.</param>
    /// <exception cref="ArgumentException">The type has no npy name, or the length does not fit the shape.</exception>
    public static void Write(Stream stream, ElementType type, Dims shape, ReadOnlySpan<byte> elements)
    {
        string descr = Types.FirstOrDefault(t => t.Type == type).Descr
            ?? throw new ArgumentException($"npy cannot hold elements of type {type}.");
        long bytes = checked(shape.Product() * type.Size());
        if (elements.Length != bytes)
            throw new ArgumentException($"{type} {shape} takes {bytes} bytes, not {elements.Length}.", nameof(elements));
        string sizes = string.Join(", ", shape.Select(dim => dim.ToString(CultureInfo.InvariantCulture)));
        if (shape.Count == 1) sizes += ","; // Python's tuple of one
        string header = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}), }}";

        int before = Magic.Length + 2 + sizeof(ushort), unpadded = before + header.Length + 1;
        int padded = (unpadded + Alignment - 1) / Alignment * Alignment;
        Span<byte> size = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(size, (ushort)(padded - before));
        stream.Write(Magic);
        stream.Write([1, 0]);
        stream.Write(size);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(padded - before - 1) + "\n"));
        stream.Write(elements);
    }

    private static ElementType? Find(string descr)
    {
        // One-byte types have no byte order; some writers give one all the same.
        string canonical = descr is ['<' or '=' or '>', 'i' or 'u' or 'b', '1'] ? "|" + descr[1..] : descr;
        foreach ((string known, ElementType type) in Types)
            if (known == canonical) return type;
        return null;
    }

    /// <summary>Walks the row-major positions in order and keeps beside them the position with the first axis fastest.</summary>
    private static byte[] FromFortran(byte[] source, in Dims shape, int size)
    {
        byte[] destination = GC.AllocateUninitializedArray<byte>(source.Length);
        int rank = shape.Count, from = 0;
        Span<int> strides = stackalloc int[Dims.Capacity], index = stackalloc int[Dims.Capacity];
        strides[0] = size;
        for (int axis = 1; axis < rank; axis++) strides[axis] = strides[axis - 1] * shape[axis - 1];
        index.Clear();
        for (int to = 0; to < destination.Length; to += size)
        {
            source.AsSpan(from, size).CopyTo(destination.AsSpan(to));
            for (int axis = rank - 1; axis >= 0; axis--)
            {
                from += strides[axis];
                if (++index[axis] < shape[axis]) break;
                from -= strides[axis] * shape[axis];
                index[axis] = 0;
            }
        }

        return destination;
    }
}
