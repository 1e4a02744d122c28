using System.Globalization;
using System.Text;
using Fovea.Tensors;

namespace Fovea;

public sealed partial class Tensor
{
    const int EdgeItems = 3;

    /// <summary>The type and the numbers (long axes shortened). Evaluates, but for a tensor of a trace.</summary>
    public override string ToString()
    {
        if (IsSymbolic) return $"{Type}, symbolic";
        var storage = Materialise();
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Type}: ");
        Write(text, storage, Shape.ToDims(), 0, 0);
        return text.ToString();
    }

    static long Write(StringBuilder text, Storage storage, Dims sizes, int axis, long at)
    {
        if (axis == sizes.Count)
        {
            text.Append(Element(storage, at));
            return at + 1;
        }
        long block = 1;
        for (int i = axis + 1; i < sizes.Count; i++) block *= sizes[i];
        text.Append('[');
        int size = sizes[axis];
        for (int i = 0; i < size; i++)
        {
            if (i == EdgeItems && size > 2 * EdgeItems)
            {
                text.Append(", …");
                i = size - EdgeItems;
            }
            if (i > 0) text.Append(", ");
            Write(text, storage, sizes, axis + 1, at + i * block);
        }
        text.Append(']');
        return at;
    }

    static string Element(Storage storage, long at)
    {
        int i = (int)at;
        return storage.Element switch
        {
            ElementType.Float32 => storage.AsSpan<float>()[i].ToString("G6", CultureInfo.InvariantCulture),
            ElementType.Float64 => storage.AsSpan<double>()[i].ToString("G6", CultureInfo.InvariantCulture),
            ElementType.Float16 => storage.AsSpan<Half>()[i].ToString("G5", CultureInfo.InvariantCulture),
            ElementType.Int8 => storage.AsSpan<sbyte>()[i].ToString(CultureInfo.InvariantCulture),
            ElementType.UInt8 => storage.AsSpan<byte>()[i].ToString(CultureInfo.InvariantCulture),
            ElementType.Int16 => storage.AsSpan<short>()[i].ToString(CultureInfo.InvariantCulture),
            ElementType.UInt16 => storage.AsSpan<ushort>()[i].ToString(CultureInfo.InvariantCulture),
            ElementType.Int32 => storage.AsSpan<int>()[i].ToString(CultureInfo.InvariantCulture),
            ElementType.UInt32 => storage.AsSpan<uint>()[i].ToString(CultureInfo.InvariantCulture),
            ElementType.Int64 => storage.AsSpan<long>()[i].ToString(CultureInfo.InvariantCulture),
            ElementType.UInt64 => storage.AsSpan<ulong>()[i].ToString(CultureInfo.InvariantCulture),
            ElementType.Bool => storage.AsSpan<bool>()[i] ? "true" : "false",
            _ => Convert.ToHexString(storage.Bytes.Slice(i * storage.Element.Size(), storage.Element.Size())),
        };
    }
}
