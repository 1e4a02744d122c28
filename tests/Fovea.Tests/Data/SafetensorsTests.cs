using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Data;

public sealed class SafetensorsTests
{
    private static readonly Dictionary<string, string> Metadata = new() { ["z"] = "", ["graph"] = "{\"a\": \"ü\n\"}", ["A"] = "1" };

    [Fact]
    public void Every_type_survives_the_round_trip()
    {
        var sources = new List<SafetensorsSource>();
        var expected = new Dictionary<string, byte[]>();
        foreach (ElementType type in Enum.GetValues<ElementType>())
        {
            byte[] elements = new byte[6 * type.Size()];
            for (int i = 0; i < elements.Length; i++) elements[i] = (byte)(type is ElementType.Bool ? i & 1 : i * 37 + (int)type);
            var source = new SafetensorsSource($"layer.{type}", type, [2, 1, 3], stream => stream.Write(elements));
            if (type is ElementType.Complex128)
            {
                Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(new MemoryStream(), [source]));
                continue;
            }

            sources.Add(source);
            expected.Add(source.Name, elements);
        }

        sources.Add(SafetensorsSource.From<double>("scalar", [], new[] { 1.5 }));
        expected.Add("scalar", MemoryMarshal.AsBytes([1.5]).ToArray());
        sources.Add(SafetensorsSource.From<float>("empty", [3, 0], ReadOnlyMemory<float>.Empty));
        expected.Add("empty", []);

        byte[] file = Write(sources, Metadata);
        using var read = Read(file);
        Assert.Equal(Metadata.OrderBy(p => p.Key), read.Metadata.OrderBy(p => p.Key));
        Assert.Equal(expected.Keys.Order(), read.Entries.Select(e => e.Name).Order());
        foreach (SafetensorsEntry entry in read.Entries)
        {
            SafetensorsSource source = sources.Single(s => s.Name == entry.Name);
            Assert.Equal((source.Type, source.Shape), (entry.Type, entry.Shape));
            Assert.Equal(expected[entry.Name], read.Read(entry));
            Assert.Equal(0, entry.Offset % entry.Type.Size());
            Assert.True(read.TryFind(entry.Name, out SafetensorsEntry? found) && found == entry);
        }

        Assert.Equal(0, read.Entries[0].Offset % 64);
        Assert.False(read.TryFind("other", out _));
        Assert.Throws<ArgumentException>(() => read.Read(read.Entries[0], new byte[1]));
    }

    [Fact]
    public void The_bytes_depend_on_the_content_only()
    {
        SafetensorsSource[] sources =
        [
            SafetensorsSource.From<float>("b", [2], new[] { 1f, 2f }), SafetensorsSource.From<float>("B", [1], new[] { 3f }),
            SafetensorsSource.From<long>("n", [], new[] { 7L }), SafetensorsSource.From<byte>("a", [1], new byte[] { 9 }),
        ];
        byte[] file = Write(sources, Metadata);
        Array.Reverse(sources);
        Assert.Equal(file, Write(sources, Metadata.Reverse().ToDictionary()));

        long header = BinaryPrimitives.ReadInt64LittleEndian(file);
        Assert.Equal(
            """
            {"__metadata__":{"A":"1","graph":"{\u0022a\u0022: \u0022\u00FC\n\u0022}","z":""},
            "n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},
            "B":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]},
            "a":{"dtype":"U8","shape":[1],"data_offsets":[20,21]}}
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(file, 8, (int)header).TrimEnd(' '));
        Assert.Equal(0, (8 + header) % 64);
        Assert.Equal("0700000000000000" + "00004040" + "0000803f" + "00000040" + "09", Convert.ToHexStringLower(file[(8 + (int)header)..]));
    }

    [Fact]
    public void Names_that_come_twice_and_wrong_lengths_are_refused_on_writing()
    {
        SafetensorsSource a = SafetensorsSource.From<float>("a", [1], new[] { 1f });
        Assert.Throws<ArgumentException>(() => Write([a, a]));
        Assert.Throws<ArgumentException>(() => Write([a with { Name = "__metadata__" }]));
        Assert.Throws<ArgumentException>(() => Write([a with { Shape = [2] }]));
    }

    [Fact]
    public void A_file_made_by_hand_after_the_specification_is_read()
    {
        const string w = """ "w": {"dtype":"BF16","data_offsets":[ 4,8 ],"shape":[2]} """;
        const string e = """ "\u00e9":{"shape":[],"dtype":"F32","data_offsets":[0,4]} """;
        byte[] file = File($"{{{w},{e}}}   ", 8);
        using var read = Read(file);
        Assert.Equal(["é", "w"], read.Entries.Select(e => e.Name));
        Assert.Equal((ElementType.BFloat16, 4L), (read.Entries[1].Type, read.Entries[1].Length));
        Assert.Equal(file[^4..], read.Read(read.Entries[1]));
        using var empty = Read(File("{}", 0));
        Assert.Empty(empty.Entries);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "1 bytes belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "would lie at 0 to 4 of 3 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "4 bytes before \"a\" belong to no tensor")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},""" +
        """ "b":{"dtype":"U8","shape":[3],"data_offsets":[2,5]}}""",
        5,
        "\"b\" overlaps")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},""" +
        """ "b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""",
        2,
        "\"b\" overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "has 4 bytes, not those of Float32 2")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,1]}}""", 1, "has 1 bytes, not those of")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}""", 1, "more than 8 axes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "is not from 0 to")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", 1, "is not from 0 to")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", 1, "an offset is no whole number")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1, "more than two offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", 1, "would lie at 1 to 0")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,99999999999999999999]}}""", 1, "an offset is no whole number")]
    [InlineData("""{"a":{"dtype":"U9","shape":[1],"data_offsets":[0,1]}}""", 1, "unknown element type \"U9\"")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1]}}""", 1, "lacks one of")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "comes twice")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},""" +
        """ "a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""",
        1,
        "\"a\" comes twice")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},""" +
        """ "\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""",
        1,
        "comes twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "the metadata come twice")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "\"a\" comes twice")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "a text is expected")]
    [InlineData("""{"a\n":3}""", 0, "an object is expected")]
    [InlineData("""{"a\ud800":{}}""", 0, "no valid JSON")]
    [InlineData("""{"a":{"shape":[[[[[[[[[[]]]]]]]]]]}}""", 0, "is not from 0 to")]
    [InlineData("""[]""", 0, "does not start with '{'")]
    [InlineData("""{} {}""", 0, "no valid JSON")]
    [InlineData("""{"a":""", 0, "no valid JSON")]
    public void Damage_is_named(string header, int dataBytes, string reason)
    {
        ModelFormatException error = Refused.With<ModelFormatException>(reason, () => Read(File(header, dataBytes)));
        Assert.StartsWith("m.safetensors, byte ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Header_sizes_are_bounded()
    {
        byte[] file = new byte[20];
        BinaryPrimitives.WriteUInt64LittleEndian(file, ulong.MaxValue);
        Refused.With<ModelFormatException>("at most 100000000", () => Read(file));
        BinaryPrimitives.WriteUInt64LittleEndian(file, 13);
        Refused.With<ModelFormatException>("needs 13 bytes, 12 are left", () => Read(file));
        Assert.Throws<ModelFormatException>(() => Read(file[..7]));
        Assert.Throws<ModelFormatException>(() => Read([]));
    }

    [Fact]
    public void A_header_whose_size_looks_like_gzip_is_no_gzip()
    {
        byte[] file = File("{}".PadRight(0x8B1F), 0);
        Assert.Equal([0x1F, 0x8B], file[..2]);
        using var read = Read(file);
        Assert.Empty(read.Entries);
    }

    [Fact]
    public void A_truth_value_is_0_or_1()
    {
        byte[] file = File("""{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}""", 2);
        using var read = Read(file);
        Refused.With<ModelFormatException>("neither 0 nor 1", () => read.Read(read.Entries[0]));
    }

    [Fact]
    public void A_file_is_written_durably_and_read_back()
    {
        using var folder = new TemporaryFolder();
        float[] weights = [.. Enumerable.Range(0, 100_000).Select(i => i * 0.5f)];
        var source = SafetensorsSource.From<float>("w", [100, 1000], weights);
        DurableFile.Write(folder["m.safetensors"], stream => SafetensorsWriter.Write(stream, [source]));
        using var read = SafetensorsFile.Open(folder["m.safetensors"]);
        float[] back = new float[weights.Length];
        read.Read(read.Entries[0], MemoryMarshal.AsBytes(back.AsSpan()));
        Assert.Equal(weights, back);
        Assert.Equal(["m.safetensors"], folder.Names);
    }

    [Fact]
    public void Mutants_are_read_or_refused()
    {
        byte[] file = Write(
            [
                SafetensorsSource.From<float>("conv1.weight", [2, 3], new float[6]), SafetensorsSource.From<long>("step", [], new[] { 7L }),
                SafetensorsSource.From<bool>("mask", [4], new[] { true, false, true, true }),
            ],
            Metadata);
        (int read, int refused) = Mutator.Check<ModelFormatException>(file, 6000, expansion: 1, bytes =>
        {
            using var mutant = new SafetensorsFile(BoundedReader.Over(bytes, "mutant", FileKind.Model));
            foreach (SafetensorsEntry entry in mutant.Entries) mutant.Read(entry);
        });
        Assert.True(read > 100 && refused > 1000, $"{read} read, {refused} refused");
    }

    private static byte[] Write(IReadOnlyCollection<SafetensorsSource> sources, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, sources, metadata);
        return stream.ToArray();
    }

    private static SafetensorsFile Read(byte[] file) => new(BoundedReader.Over(file, "m.safetensors", FileKind.Model));

    private static byte[] File(string header, int dataBytes)
    {
        byte[] text = Encoding.UTF8.GetBytes(header), size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, text.Length);
        return [.. size, .. text, .. Enumerable.Range(1, dataBytes).Select(i => (byte)i)];
    }
}
