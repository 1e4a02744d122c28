using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Fovea.Tensors;

namespace Fovea.Data;

/// <summary>
/// Writes the safetensors format: the size of the header (64 bits, little-endian), the header (JSON, padded with spaces so that the
/// elements start at a multiple of 64 bytes), the elements without gaps. The same tensors and metadata give the same bytes.
/// </summary>
/// <remarks>https://github.com/huggingface/safetensors#format</remarks>
internal static class SafetensorsWriter
{
    /// <summary>The name under which the header holds the metadata.</summary>
    public const string MetadataKey = "__metadata__";

    /// <summary>The largest header that readers accept, ours included.</summary>
    public const int MostHeaderBytes = 100_000_000;

    private const int Alignment = 64;

    /// <summary>
    /// Writes a whole file. Tensors are ordered by falling size of their elements, so that each starts at a multiple of it, then by
    /// name (ordinal).
    /// </summary>
    /// <exception cref="ArgumentException">A name comes twice or is reserved, a type cannot be held, or the header is too
    /// large.</exception>
    public static void Write(
        Stream stream, IReadOnlyCollection<SafetensorsSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafetensorsSource[] sorted = [.. tensors.OrderByDescending(t => t.Type.Size()).ThenBy(t => t.Name, StringComparer.Ordinal)];
        byte[] header = Header(sorted, metadata);
        Span<byte> size = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(size, (ulong)header.Length);
        stream.Write(size);
        stream.Write(header);
        foreach (SafetensorsSource tensor in sorted)
        {
            var counted = new CountingStream(stream);
            tensor.Write(counted);
            if (counted.Length == Bytes(tensor)) continue;
            throw new ArgumentException(
                $"\"{tensor.Name}\" of {tensor.Type} {tensor.Shape} has {counted.Length} bytes, not {Bytes(tensor)}.");
        }
    }

    private static byte[] Header(SafetensorsSource[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var names = new HashSet<string>(StringComparer.Ordinal) { MetadataKey };
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            long offset = 0;
            foreach (SafetensorsSource tensor in tensors)
            {
                if (!names.Add(tensor.Name)) throw new ArgumentException($"The name \"{tensor.Name}\" comes twice or is reserved.");
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafetensorsTypes.Name(tensor.Type));
                json.WriteStartArray("shape");
                foreach (int dim in tensor.Shape) json.WriteNumberValue(dim);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += Bytes(tensor));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        int padding = -(sizeof(ulong) + buffer.WrittenCount) & (Alignment - 1);
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        if (buffer.WrittenCount > MostHeaderBytes)
            throw new ArgumentException($"The header takes {buffer.WrittenCount} bytes; at most {MostHeaderBytes} can be read back.");
        return buffer.WrittenSpan.ToArray();
    }

    private static long Bytes(SafetensorsSource tensor) => checked(tensor.Shape.Product() * tensor.Type.Size());

    /// <summary>Counts what goes through.</summary>
    private sealed class CountingStream(Stream inner) : Stream
    {
        private long _count;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _count;

        public override long Position { get => _count; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            inner.Write(bytes);
            _count += bytes.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
