using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Data;

/// <summary>
/// A safetensors file that is open for reading. Its header is checked whole when it is opened: names come once, every tensor has as many
/// bytes as its shape says, and the tensors cover the rest of the file without gap or overlap. Elements are read when asked for. Not for
/// several threads at once.
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    private const int SizeBytes = sizeof(ulong);
    private const int MostDepth = 8;
    private const int MostQuoted = 200;
    private const int MostReason = 1000;
    private const long MostTensorBytes = int.MaxValue - 1024;

    // What an entry takes in memory beside its name: the record, its places in list and dictionary.
    private const int EntryBytes = 256;

    private readonly BoundedReader _reader;
    private readonly Dictionary<string, SafetensorsEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    /// <summary>Reads and checks the header; the reader is disposed with the file, or at once when the header is bad.</summary>
    /// <exception cref="FoveaException">The file is damaged; the message holds path, offset and reason.</exception>
    public SafetensorsFile(BoundedReader reader)
    {
        _reader = reader;
        try
        {
            ulong size = reader.ReadUInt64LittleEndian("the size of the header");
            if (size > SafetensorsWriter.MostHeaderBytes)
                throw reader.ErrorAt(0, $"the header would take {size} bytes; at most {SafetensorsWriter.MostHeaderBytes} are allowed");
            ParseHeader(reader.ReadBytes((long)size, "the header"));
            Entries = [.. _entries.Values.OrderBy(e => e.Offset).ThenBy(e => e.Length)];
            CheckCover();
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>The tensors, in the order of the file.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The texts that the file carries beside its tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="ModelFormatException">The file is damaged; the message holds path, offset and reason.</exception>
    public static SafetensorsFile Open(string path) => new(BoundedReader.Open(path, FileKind.Model));

    /// <summary>Finds a tensor by its name.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out SafetensorsEntry? entry) => _entries.TryGetValue(name, out entry);

    /// <summary>Reads the elements of a tensor: row-major, little-endian.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="destination">As many bytes as the tensor has.</param>
    public void Read(SafetensorsEntry entry, Span<byte> destination)
    {
        if (destination.Length != entry.Length)
            throw new ArgumentException($"{Quote(entry.Name)} has {entry.Length} bytes, not {destination.Length}.", nameof(destination));
        _reader.Seek(entry.Offset, Quote(entry.Name));
        _reader.Read(destination, Quote(entry.Name));
        if (entry.Type is ElementType.Bool && destination.ContainsAnyExceptInRange((byte)0, (byte)1))
            throw _reader.ErrorAt(entry.Offset, $"a truth value of {Quote(entry.Name)} is neither 0 nor 1");
    }

    /// <summary>Reads the elements of a tensor into an array of their own.</summary>
    public byte[] Read(SafetensorsEntry entry)
    {
        if (entry.Length > Array.MaxLength) throw _reader.ErrorAt(entry.Offset, $"{Quote(entry.Name)} is too large for one array");
        _reader.Charge(entry.Length, Quote(entry.Name));
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)entry.Length);
        Read(entry, bytes);
        return bytes;
    }

    /// <summary>Reads a tensor; pinned when a variable is to own its memory.</summary>
    public Tensor ReadTensor(SafetensorsEntry entry, bool pinned)
    {
        // The buffer is as long as the tensor in the file, which the file really has.
        if (entry.Length > MostTensorBytes)
            throw _reader.ErrorAt(entry.Offset, $"{Quote(entry.Name)} is larger than the 2 GiB that one tensor may take");
        var storage = Storage.Create(entry.Type, entry.Length / entry.Type.Size(), pinned);
        Read(entry, storage.Bytes);
        return new Tensor(new TensorType(entry.Type, entry.Shape), storage);
    }

    /// <summary>The exception to throw when what the metadata say is wrong; the reason is brought to one line.</summary>
    public FoveaException Error(string reason, Exception? inner = null) =>
        _reader.ErrorAt(SizeBytes, Shorten(reason.ReplaceLineEndings(" "), MostReason), inner);

    /// <summary>Counts memory that is taken for what the metadata say.</summary>
    public void Charge(long bytes, string what) => _reader.Charge(bytes, what);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _reader.Dispose();

    private void ParseHeader(ReadOnlySpan<byte> header)
    {
        if (header is not [(byte)'{', ..])
            throw _reader.ErrorAt(SizeBytes, "the header does not start with '{'; is this a safetensors file?");
        var json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = MostDepth });
        bool hasMetadata = false;
        try
        {
            Next(ref json);
            while (Next(ref json) is JsonTokenType.PropertyName)
            {
                _reader.Charge(EntryBytes + 2L * json.ValueSpan.Length, "the header");
                string name = json.GetString()!;
                Next(ref json);
                if (name != SafetensorsWriter.MetadataKey)
                {
                    SafetensorsEntry entry = ParseEntry(ref json, name, header.Length);
                    if (!_entries.TryAdd(name, entry)) throw Error(json, $"{Quote(name)} comes twice");
                }
                else
                {
                    if (hasMetadata) throw Error(json, "the metadata come twice");
                    hasMetadata = true;
                    ParseMetadata(ref json);
                }
            }

            if (json.Read()) throw Error(json, "something follows the header's object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the second: text that is no Unicode
        {
            throw _reader.ErrorAt(SizeBytes + json.BytesConsumed, $"the header is no valid JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private void ParseMetadata(ref Utf8JsonReader json)
    {
        Expect(json, JsonTokenType.StartObject, "an object of texts");
        while (Next(ref json) is JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            Next(ref json);
            Expect(json, JsonTokenType.String, "a text");
            _reader.Charge(EntryBytes + 2L * (key.Length + json.ValueSpan.Length), "the metadata");
            if (!_metadata.TryAdd(key, json.GetString()!)) throw Error(json, $"the metadata's {Quote(key)} comes twice");
        }
    }

    private SafetensorsEntry ParseEntry(ref Utf8JsonReader json, string name, int headerBytes)
    {
        Expect(json, JsonTokenType.StartObject, "an object");
        ElementType? type = null;
        Dims? shape = null;
        (long Begin, long End)? range = null;
        while (Next(ref json) is JsonTokenType.PropertyName)
        {
            string field = json.GetString()!;
            Next(ref json);
            switch (field)
            {
                case "dtype" when type is null:
                    Expect(json, JsonTokenType.String, "a type");
                    string code = json.GetString()!;
                    type = SafetensorsTypes.Find(code) ?? throw Error(json, $"{Quote(name)} has the unknown element type {Quote(code)}");
                    break;
                case "shape" when shape is null:
                    shape = ParseShape(ref json, name);
                    break;
                case "data_offsets" when range is null:
                    range = ParseRange(ref json);
                    break;
                default:
                    throw Error(json, $"{Quote(name)} has the field {Quote(field)}, which is unknown or comes twice");
            }
        }

        if (type is not { } t || shape is not { } s || range is not { } r)
            throw Error(json, $"{Quote(name)} lacks one of dtype, shape, data_offsets");
        long start = SizeBytes + headerBytes, bytes = _reader.BoundedProduct(s, t.Size());
        if (r.Begin > r.End || r.End > _reader.Length - start)
            throw Error(json, $"{Quote(name)} would lie at {r.Begin} to {r.End} of {_reader.Length - start} bytes");
        if (r.End - r.Begin != bytes) throw Error(json, $"{Quote(name)} has {r.End - r.Begin} bytes, not those of {t} {s}");
        return new SafetensorsEntry(name, t, s, start + r.Begin, bytes);
    }

    private Dims ParseShape(ref Utf8JsonReader json, string name)
    {
        Expect(json, JsonTokenType.StartArray, "an array of sizes");
        Span<int> sizes = stackalloc int[Dims.Capacity];
        int rank = 0;
        while (Next(ref json) is not JsonTokenType.EndArray)
        {
            if (rank == sizes.Length) throw Error(json, $"{Quote(name)} has more than {Dims.Capacity} axes");
            if (json.TokenType is not JsonTokenType.Number || !json.TryGetInt32(out int size) || size < 0)
                throw Error(json, $"a size of {Quote(name)} is not from 0 to {int.MaxValue}");
            sizes[rank++] = size;
        }

        return new Dims(sizes[..rank]);
    }

    private (long Begin, long End) ParseRange(ref Utf8JsonReader json)
    {
        Expect(json, JsonTokenType.StartArray, "two offsets");
        long begin = Offset(ref json), end = Offset(ref json);
        if (Next(ref json) is not JsonTokenType.EndArray) throw Error(json, "there are more than two offsets");
        return (begin, end);

        long Offset(ref Utf8JsonReader json) =>
            Next(ref json) is JsonTokenType.Number && json.TryGetInt64(out long offset) && offset >= 0
                ? offset
                : throw Error(json, "an offset is no whole number from 0");
    }

    private void CheckCover()
    {
        long next = _reader.Offset;
        foreach (SafetensorsEntry entry in Entries)
        {
            if (entry.Offset < next) throw _reader.ErrorAt(entry.Offset, $"{Quote(entry.Name)} overlaps the tensor before it");
            if (entry.Offset > next)
                throw _reader.ErrorAt(next, $"{entry.Offset - next} bytes before {Quote(entry.Name)} belong to no tensor");
            next += entry.Length;
        }

        if (next != _reader.Length) throw _reader.ErrorAt(next, $"{_reader.Length - next} bytes belong to no tensor");
    }

    private JsonTokenType Next(ref Utf8JsonReader json) => json.Read() ? json.TokenType : throw Error(json, "the header ends too early");

    private void Expect(in Utf8JsonReader json, JsonTokenType type, string what)
    {
        if (json.TokenType != type) throw Error(json, $"{what} is expected, {json.TokenType} is there");
    }

    private FoveaException Error(in Utf8JsonReader json, string reason) => _reader.ErrorAt(SizeBytes + json.TokenStartIndex, reason);

    /// <summary>A text from the file, on one line and not too long, for a message.</summary>
    private static string Quote(string text) =>
        $"\"{JsonEncodedText.Encode(Shorten(text, MostQuoted), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static string Shorten(string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] + "…";
}
