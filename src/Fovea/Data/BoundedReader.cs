using System.Buffers.Binary;
using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Data;

/// <summary>What a file holds: decides which exception its damage raises.</summary>
internal enum FileKind
{
    /// <summary>Images, labels, tables: <see cref="DataFormatException"/>.</summary>
    Data,

    /// <summary>Weights, checkpoints, models: <see cref="ModelFormatException"/>.</summary>
    Model,
}

/// <summary>
/// The one door through which parsers read files. A length from the file is compared with what the file can still hold before memory
/// is taken; the memory taken in all stays within 4 × (file + declared decoded size) + 64 MiB; nesting has a limit; every failure is one
/// typed exception with path, offset and reason. Data files may be gzip and are decoded on the way (their plain forms never start with
/// gzip's magic; a model file may).
/// </summary>
internal sealed class BoundedReader : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private const int MostNesting = 64;

    private readonly string _path;
    private readonly FileKind _kind;
    private readonly Stream _stream;
    private readonly GzipContent? _gzip;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _start, _end;
    private long _budget;
    private int _nesting;

    private BoundedReader(Stream file, string path, FileKind kind)
    {
        _path = path;
        _kind = kind;
        _stream = file;
        try
        {
            if (kind is FileKind.Data && GzipContent.IsGzip(file)) _stream = _gzip = new GzipContent(file);
        }
        catch (Exception e) when (IsDamage(e))
        {
            file.Dispose();
            throw Error(e.Message, e);
        }

        Length = _stream.Length;
        _budget = 4 * (file.Length + Length) + (64L << 20);
    }

    /// <summary>Bytes in all, after decoding. A gzip file's is what it declares, not yet verified.</summary>
    public long Length { get; }

    /// <summary>The position of the next byte, after decoding.</summary>
    public long Offset { get; private set; }

    /// <summary>Bytes that are left.</summary>
    public long Remaining => Length - Offset;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="FoveaException">The file is gzip and its frame is damaged.</exception>
    public static BoundedReader Open(string path, FileKind kind) =>
        new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0), path, kind);

    /// <summary>Reads bytes that are in memory; <paramref name="name"/> stands in messages.</summary>
    public static BoundedReader Over(byte[] bytes, string name, FileKind kind) => new(new MemoryStream(bytes, writable: false), name, kind);

    /// <summary>The exception to throw for a reason, with path and the offset of the next byte.</summary>
    public FoveaException Error(string reason, Exception? inner = null) => ErrorAt(Offset, reason, inner);

    /// <summary>The exception to throw for a reason that lies at another offset.</summary>
    public FoveaException ErrorAt(long offset, string reason, Exception? inner = null)
    {
        string message = $"{_path}, {(_gzip is null ? "byte" : "decoded byte")} {offset}: {reason}";
        return _kind is FileKind.Data ? new DataFormatException(message, inner) : new ModelFormatException(message, inner);
    }

    /// <summary>Counts memory that a parser takes for what it reads. Call it before taking the memory.</summary>
    /// <param name="bytes">How much, 0 or more.</param>
    /// <param name="what">What for, as it stands in the message.</param>
    public void Charge(long bytes, string what)
    {
        if (bytes > _budget) throw Error($"{what} would take {bytes} bytes of memory, more than a file of this size may");
        _budget -= bytes;
    }

    /// <summary>
    /// The bytes of an array of a shape from the file; <see cref="long.MaxValue"/> when they are more than the file has, which no length
    /// equals.
    /// </summary>
    public long BoundedProduct(in Dims shape, int elementSize)
    {
        long bytes = elementSize;
        foreach (int size in shape.AsSpan())
        {
            if (size == 0) return 0;
            bytes = bytes > Length / size ? long.MaxValue : bytes * size;
        }

        return bytes;
    }

    /// <summary>Fills <paramref name="destination"/>.</summary>
    public void Read(Span<byte> destination, string what)
    {
        Require(destination.Length, what);
        while (!destination.IsEmpty)
        {
            if (_start == _end)
            {
                if (destination.Length >= BufferSize)
                {
                    int direct = ReadStream(destination, what);
                    destination = destination[direct..];
                    Offset += direct;
                    continue;
                }

                _start = 0;
                _end = ReadStream(_buffer, what);
            }

            int count = Math.Min(destination.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(destination);
            destination = destination[count..];
            _start += count;
            Offset += count;
        }
    }

    /// <summary>Reads an array; its length is checked against the rest of the file and the budget first.</summary>
    public byte[] ReadBytes(long count, string what)
    {
        Require(count, what);
        Charge(count, what);
        if (count > Array.MaxLength) throw Error($"{what} has {count} bytes; at most {Array.MaxLength} can be read");
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)count);
        Read(bytes, what);
        return bytes;
    }

    /// <summary>Reads one byte.</summary>
    public byte ReadByte(string what)
    {
        Span<byte> bytes = stackalloc byte[1];
        Read(bytes, what);
        return bytes[0];
    }

    /// <summary>Reads two bytes, the low one first.</summary>
    public ushort ReadUInt16LittleEndian(string what)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        Read(bytes, what);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    /// <summary>Reads four bytes, the low one first.</summary>
    public uint ReadUInt32LittleEndian(string what)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Read(bytes, what);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>Reads four bytes, the high one first.</summary>
    public uint ReadUInt32BigEndian(string what)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Read(bytes, what);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>Reads eight bytes, the low one first.</summary>
    public ulong ReadUInt64LittleEndian(string what)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Read(bytes, what);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>Goes to another position of a file that is not compressed.</summary>
    public void Seek(long offset, string what)
    {
        if (offset < 0 || offset > Length) throw Error($"{what} would be at byte {offset} of {Length}");
        if (_gzip is not null) throw Error($"{what} cannot be read out of order from a gzip file; decompress it first");
        _start = _end = 0;
        _stream.Position = Offset = offset;
    }

    /// <summary>Steps into a nested value; at most 64 deep.</summary>
    public void Enter(string what)
    {
        if (++_nesting > MostNesting) throw Error($"{what} is nested more than {MostNesting} deep");
    }

    /// <summary>Steps out of a nested value.</summary>
    public void Leave() => _nesting--;

    /// <summary>Checks that everything was read and, for gzip, that the content has the file's checksum.</summary>
    public void ExpectEnd()
    {
        if (Remaining != 0) throw Error($"{Remaining} bytes follow where the file should end");
        try
        {
            _gzip?.Verify();
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Error(e.Message, e);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    private void Require(long count, string what)
    {
        if (count < 0 || count > Remaining)
            throw Error($"{what} needs {count} bytes, {Remaining} are left; the file is cut off or damaged");
    }

    private int ReadStream(Span<byte> destination, string what)
    {
        try
        {
            int count = _stream.Read(destination);
            return count > 0 ? count : throw Error($"the file ends inside {what}");
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Error(e.Message, e);
        }
    }

    // Other input/output errors (a failing disk) are not the file's fault and pass.
    private static bool IsDamage(Exception e) => e is InvalidDataException or EndOfStreamException;
}
