using System.IO.Compression;
using Fovea.Data;
using Fovea.Errors;
using Xunit;

namespace Fovea.Tests.Data;

public sealed class BoundedReaderTests
{
    private static readonly byte[] Content = Formats.Pattern(200_000);

    [Fact]
    public void Crc_is_the_one_of_gzip()
    {
        var crc = new Crc32();
        crc.Append("123456789"u8);
        Assert.Equal(0xCBF43926u, crc.Value);

        var pieces = new Crc32();
        pieces.Append("1"u8);
        pieces.Append("2345678"u8);
        pieces.Append("9"u8);
        Assert.Equal(crc.Value, pieces.Value);
    }

    [Fact]
    public void Numbers_are_read_in_both_byte_orders()
    {
        byte[] bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];
        using BoundedReader reader = BoundedReader.Over(bytes, "x", FileKind.Data);
        Assert.Equal(0x0201, reader.ReadUInt16LittleEndian("a"));
        Assert.Equal(0x06050403u, reader.ReadUInt32LittleEndian("a"));
        Assert.Equal(0x0708090Au, reader.ReadUInt32BigEndian("a"));
        Assert.Equal(0x1211100F0E0D0C0Bul, reader.ReadUInt64LittleEndian("a"));
        Assert.Equal(18, reader.Offset);
        Assert.Throws<DataFormatException>(reader.ExpectEnd);
        Assert.Equal(19, reader.ReadByte("a"));
        reader.ExpectEnd();
        reader.Seek(1, "b");
        Assert.Equal(2, reader.ReadByte("a"));
    }

    [Fact]
    public void A_length_is_refused_before_memory_is_taken()
    {
        using BoundedReader reader = BoundedReader.Over(new byte[100], "weights.bin", FileKind.Model);
        reader.ReadByte("a");
        long before = GC.GetAllocatedBytesForCurrentThread();
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => reader.ReadBytes(1L << 40, "the table"));
        Assert.Equal(
            "weights.bin, byte 1: the table needs 1099511627776 bytes, 99 are left; the file is cut off or damaged", error.Message);
        Assert.Throws<ModelFormatException>(() => reader.ReadBytes(-1, "the table"));
        Assert.Throws<ModelFormatException>(() => reader.Charge(1L << 30, "the tree"));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
    }

    [Fact]
    public void Nesting_is_limited()
    {
        using BoundedReader reader = BoundedReader.Over(new byte[1], "x", FileKind.Data);
        for (int i = 0; i < 64; i++) reader.Enter("a list");
        Assert.Throws<DataFormatException>(() => reader.Enter("a list"));
        for (int i = 0; i < 65; i++) reader.Leave();
        reader.Enter("a list");
    }

    [Fact]
    public void Gzip_is_decoded_in_pieces_of_any_size()
    {
        using BoundedReader reader = BoundedReader.Over(Formats.Gzip(Content), "x.gz", FileKind.Data);
        Assert.Equal(Content.Length, reader.Length);
        byte[] copy = new byte[Content.Length];
        int at = 0;
        for (int size = 1; at < copy.Length; size = size * 3 + 1)
        {
            int count = Math.Min(size, copy.Length - at);
            reader.Read(copy.AsSpan(at, count), "a piece");
            at += count;
        }

        reader.ExpectEnd();
        Assert.Equal(Content, copy);
        Assert.Throws<DataFormatException>(() => reader.Seek(0, "the start"));
    }

    [Fact]
    public void Gzip_cut_anywhere_is_refused()
    {
        byte[] file = Formats.Gzip(Content);
        for (int length = 3; length < file.Length; length += length > 40 && length < file.Length - 40 ? 17 : 1)
            Assert.Throws<DataFormatException>(() => ReadAll(file[..length]));
    }

    [Fact]
    public void Gzip_with_a_flipped_bit_is_refused_or_gives_the_same_content()
    {
        byte[] file = Formats.Gzip(Content);
        for (int at = 2; at < file.Length; at += at > 40 && at < file.Length - 12 ? 13 : 1)
        {
            byte[] damaged = [.. file];
            damaged[at] ^= (byte)(1 << (at & 7));
            if (at is >= 4 and <= 9) Assert.Equal(Content, ReadAll(damaged)); // time, level, system: no part of the content
            else if (at != file.Length - 9) Assert.Throws<DataFormatException>(() => ReadAll(damaged));
            else // the deflate stream's last byte, whose upper bits may be padding
                Assert.True(Record.Exception(() => Assert.Equal(Content, ReadAll(damaged))) is null or DataFormatException);
        }
    }

    [Theory]
    [InlineData("more")]
    [InlineData("zeros")]
    [InlineData("member")]
    public void Gzip_followed_by_other_bytes_is_refused(string tail)
    {
        byte[] file = Formats.Gzip(Content);
        byte[] longer = [.. file, .. tail switch { "more" => [1, 2, 3], "zeros" => new byte[512], _ => Formats.Gzip([1, 2, 3]) }];
        Assert.Throws<DataFormatException>(() => ReadAll(longer));
    }

    [Fact]
    public void Gzip_header_fields_are_skipped()
    {
        byte[] plain = Formats.Gzip(Content);
        byte[] header = [.. plain[..10]];
        header[3] = 2 + 4 + 8 + 16;
        byte[] file = [.. header, 3, 0, 9, 9, 9, .. "name\0"u8, .. "a comment\0"u8, 0, 0, .. plain[10..]];
        Assert.Equal(Content, ReadAll(file));
        header[3] = 0x20;
        Assert.Throws<DataFormatException>(() => ReadAll([.. header, .. plain[10..]]));
    }

    [Fact]
    public void A_gzip_bomb_is_refused_by_its_declared_size()
    {
        byte[] file = new byte[400];
        Formats.Gzip([1]).CopyTo(file, 0);
        file.AsSpan(^4..).Fill(0xFF);
        DataFormatException error = Assert.Throws<DataFormatException>(() => ReadAll(file));
        Assert.Contains("declares 4294967295 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Real_gzip_files_pass_and_are_as_dotnet_decodes_them()
    {
        string path = Path.Combine(RealData.FashionMnist, "t10k-labels-idx1-ubyte.gz");
        using var expected = new MemoryStream();
        using (var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress)) gzip.CopyTo(expected);
        using BoundedReader reader = BoundedReader.Open(path, FileKind.Data);
        Assert.Equal(expected.ToArray(), reader.ReadBytes(reader.Length, "all"));
        reader.ExpectEnd();
    }

    private static byte[] ReadAll(byte[] file)
    {
        using BoundedReader reader = BoundedReader.Over(file, "x.gz", FileKind.Data);
        byte[] content = reader.ReadBytes(reader.Length, "the content");
        reader.ExpectEnd();
        return content;
    }
}
