using System.Buffers.Binary;
using Fovea.Tensors;

namespace Fovea.Tests.Onnx;

/// <summary>A tensor of a model or of a file beside it.</summary>
internal sealed record OnnxTensor(string Name, TestValue Value)
{
    const long MostElements = 1 << 24;
    internal const int BFloat16 = 16;

    // Segment, dimensions and the rest of TensorProto; numbers stand in raw_data, or in the field of their type.
    const int Dimensions = 1, Type = 2, Floats = 4, Int32s = 5, Texts = 6, Int64s = 7, NameField = 8, Raw = 9, Doubles = 10, UInt64s = 11;

    internal Tensor ToTensor() => Value.ToTensor();

    /// <summary>Reads a file that holds one tensor of the type that the graph declares.</summary>
    internal static OnnxTensor Read(string path, OnnxValue declared)
    {
        if (!declared.IsTensor)
        {
            throw new NotSupportedException($"{declared.Name} is a sequence, a map or an optional value.");
        }

        var tensor = Read(File.ReadAllBytes(path));
        // The makers of these files had no bfloat16: they wrote its bits.
        return declared.Element == BFloat16 && tensor.Value.Element == ElementType.UInt16
            ? tensor with { Value = tensor.Value with { Element = ElementType.BFloat16 } } : tensor;
    }

    internal static OnnxTensor Read(ReadOnlySpan<byte> message)
    {
        var reader = new ProtoReader(message);
        var (sizes, integers) = (new List<long>(), new List<long>());
        var (type, name) = (0, "");
        ReadOnlySpan<byte> raw = default;
        var numbers = new List<byte>();
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case Dimensions: reader.Integers(sizes); break;
                case Type: type = checked((int)reader.Integer()); break;
                case Floats or Doubles: numbers.AddRange(reader.Fixed()); break;
                case Int32s or Int64s or UInt64s: reader.Integers(integers); break;
                case Texts: throw new NotSupportedException("The tensor holds text.");
                case NameField: name = reader.Text(); break;
                case Raw: raw = reader.Bytes(); break;
                default: reader.Skip(); break;
            }
        }

        var element = Element(type);
        var count = sizes.Aggregate(1L, (product, size) => size is >= 0 and <= MostElements && product * size <= MostElements
            ? product * size : throw new InvalidDataException($"A tensor of {string.Join(" x ", sizes)} elements."));
        byte[] bytes = integers.Count > 0 ? Narrow(integers, element.Size()) : numbers.Count > 0 ? [.. numbers] : raw.ToArray();
        return bytes.Length == count * element.Size()
            ? new(name, new TestValue(element, new Dims([.. sizes.Select(size => (int)size)]), bytes))
            : throw new InvalidDataException($"{bytes.Length} bytes for {count} elements of {element}.");
    }

    // Narrow types, half precision's bits too, are written as whole integers.
    static byte[] Narrow(List<long> integers, int size)
    {
        var bytes = new byte[integers.Count * size];
        Span<byte> wide = stackalloc byte[8];
        for (var i = 0; i < integers.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(wide, integers[i]);
            wide[..size].CopyTo(bytes.AsSpan(i * size));
        }

        return bytes;
    }

    /// <summary>The element type that ONNX counts so.</summary>
    internal static ElementType Element(int type) => type switch
    {
        1 => ElementType.Float32,
        2 => ElementType.UInt8,
        3 => ElementType.Int8,
        4 => ElementType.UInt16,
        5 => ElementType.Int16,
        6 => ElementType.Int32,
        7 => ElementType.Int64,
        9 => ElementType.Bool,
        10 => ElementType.Float16,
        11 => ElementType.Float64,
        12 => ElementType.UInt32,
        13 => ElementType.UInt64,
        BFloat16 => ElementType.BFloat16,
        _ => throw new NotSupportedException($"Element type {type} of ONNX is not a number."),
    };
}
