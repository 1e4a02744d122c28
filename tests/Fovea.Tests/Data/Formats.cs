using System.Buffers.Binary;
using System.IO.Compression;

namespace Fovea.Tests.Data;

/// <summary>Writes small files of the formats under test.</summary>
internal static class Formats
{
    public static byte[] Idx(int[] sizes, ReadOnlySpan<byte> elements)
    {
        byte[] file = new byte[4 + 4 * sizes.Length + elements.Length];
        file[2] = 8;
        file[3] = (byte)sizes.Length;
        for (int i = 0; i < sizes.Length; i++) BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), sizes[i]);
        elements.CopyTo(file.AsSpan(4 + 4 * sizes.Length));
        return file;
    }

    public static byte[] Gzip(ReadOnlySpan<byte> content)
    {
        var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.Optimal)) gzip.Write(content);
        return file.ToArray();
    }

    /// <summary>Bytes that look like pictures: neither constant nor noise.</summary>
    public static byte[] Pattern(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)((i * 7 + i / 28 * 3) % 251))];
}
