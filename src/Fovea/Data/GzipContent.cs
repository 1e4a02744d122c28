using System.Buffers.Binary;
using System.IO.Compression;

namespace Fovea.Data;

/// <summary>
/// The content of a gzip file of one member (RFC 1952), with every check that the format offers. .NET's GZipStream ends without an error
/// when the file is cut, even inside the checksum; here the frame is read by hand and only the deflate stream is left to .NET.
/// </summary>
internal sealed class GzipContent : Stream
{
    private const int HeaderSize = 10, TrailerSize = 8;

    // A deflate match makes at most 258 bytes out of two bits.
    private const long MostExpansion = 258 * 8 / 2;

    private readonly Stream _file;
    private readonly DeflateStream _inflated;
    private readonly uint _expectedCrc;
    private Crc32 _crc;
    private long _position;

    /// <summary>Reads the frame. <paramref name="file"/> can seek and stands at 0; it is disposed with this stream.</summary>
    /// <exception cref="InvalidDataException">The frame is damaged, or declares more than the compressed bytes can hold.</exception>
    public GzipContent(Stream file)
    {
        _file = file;
        long size = file.Length;
        if (size < HeaderSize + TrailerSize) throw new InvalidDataException("the gzip file is cut off");
        SkipHeader(file);
        long start = file.Position, end = size - TrailerSize;
        if (start > end) throw new InvalidDataException("the gzip header is cut off");

        Span<byte> trailer = stackalloc byte[TrailerSize];
        file.Position = end;
        file.ReadExactly(trailer);
        _expectedCrc = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        Length = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        if (Length > (end - start) * MostExpansion)
        {
            throw new InvalidDataException(
                $"the gzip file declares {Length} bytes, more than its {end - start} compressed bytes can hold; it is cut off or damaged");
        }

        file.Position = start;
        _inflated = new DeflateStream(new Section(file, end), CompressionMode.Decompress);
    }

    /// <summary>The decoded size that the file declares, in bytes. Reading never gives more.</summary>
    public override long Length { get; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <summary>Whether a file starts with gzip's magic. It can seek, and stands at 0 before and after.</summary>
    public static bool IsGzip(Stream file)
    {
        Span<byte> start = stackalloc byte[2];
        int count = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return start[..count] is [0x1F, 0x8B];
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length > Length - _position) buffer = buffer[..(int)(Length - _position)];
        int count = Inflate(buffer);
        _crc.Append(buffer[..count]);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Checks, after the last byte was read, that the content ends there and has the file's checksum.</summary>
    /// <exception cref="InvalidDataException">It does not: the file is cut off, damaged, or followed by other bytes.</exception>
    public void Verify()
    {
        if (_position != Length || _crc.Value != _expectedCrc || Inflate(stackalloc byte[1]) != 0)
        {
            throw new InvalidDataException(
                "the content does not match the gzip checksum: the file is cut off, damaged or followed by other bytes");
        }
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inflated.Dispose();
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Inflate(Span<byte> buffer)
    {
        try
        {
            return _inflated.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException("the compressed bytes are damaged", e); // .NET's text speaks of an archive entry
        }
    }

    private static void SkipHeader(Stream file)
    {
        const int headerCrc = 2, extra = 4, name = 8, comment = 16, reserved = 0xE0;
        Span<byte> header = stackalloc byte[HeaderSize];
        file.ReadExactly(header);
        int flags = header[3];
        if (header[2] != 8 || (flags & reserved) != 0) throw new InvalidDataException("the gzip header is damaged");
        if ((flags & extra) != 0)
        {
            int length = NextByte(file) | (NextByte(file) << 8);
            file.Position += length;
        }

        if ((flags & name) != 0) SkipText(file);
        if ((flags & comment) != 0) SkipText(file);
        if ((flags & headerCrc) != 0) file.Position += 2;
    }

    private static void SkipText(Stream file)
    {
        while (NextByte(file) != 0) { }
    }

    private static int NextByte(Stream file)
    {
        int value = file.ReadByte();
        return value >= 0 ? value : throw new InvalidDataException("the gzip header is cut off");
    }

    /// <summary>A file from where it stands to <paramref name="end"/>; the file itself stays open.</summary>
    private sealed class Section(Stream file, long end) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer) => file.Read(buffer[..(int)Math.Min(buffer.Length, end - file.Position)]);

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
