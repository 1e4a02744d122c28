using System.Text;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Data;

public sealed class NpyTests
{
    // Headers and elements as NumPy 1.24 wrote them.
    [Theory]
    [InlineData(1, "'<i2', 'fortran_order': False, 'shape': (2, 3)", "000001000200030004000500", ElementType.Int16, "2x3")]
    [InlineData(1, "'<f8', 'fortran_order': False, 'shape': ()", "000000000000f83f", ElementType.Float64, "")]
    [InlineData(1, "'|b1', 'fortran_order': False, 'shape': (2,)", "0100", ElementType.Bool, "2")]
    [InlineData(1, "'<f4', 'fortran_order': False, 'shape': (0, 5)", "", ElementType.Float32, "0x5")]
    [InlineData(2, "'<c8', 'fortran_order': False, 'shape': (1,)", "0000803f00000040", ElementType.Complex64, "1")]
    [InlineData(3, "'<f2', 'fortran_order': False, 'shape': (1,)", "003e", ElementType.Float16, "1")]
    public void Numpys_files_are_read_and_version_1_is_written_alike(
        int version, string header, string elements, ElementType type, string shape)
    {
        byte[] file = File(version, header, elements);
        NpyArray array = Read(file);
        Assert.Equal((type, Dims.Parse(shape)), (array.Type, array.Shape));
        Assert.Equal(elements, Convert.ToHexStringLower(array.Bytes));
        if (version > 1) return;
        var written = new MemoryStream();
        Npy.Write(written, array.Type, array.Shape, array.Bytes);
        Assert.Equal(file, written.ToArray());
    }

    [Theory]
    [InlineData("'<i2', 'fortran_order': True, 'shape': (2, 3)", "000003000100040002000500", "000001000200030004000500")]
    [InlineData(
        "'|u1', 'fortran_order': True, 'shape': (2, 3, 4)",
        "000c04100814010d05110915020e06120a16030f07130b17",
        "000102030405060708090a0b0c0d0e0f1011121314151617")]
    public void Fortran_order_becomes_row_major(string header, string file, string elements) =>
        Assert.Equal(elements, Convert.ToHexStringLower(Read(File(1, header, file)).Bytes));

    [Fact]
    public void Every_type_survives_the_round_trip()
    {
        foreach (ElementType type in Enum.GetValues<ElementType>())
        {
            byte[] elements = new byte[6 * type.Size()];
            for (int i = 0; i < elements.Length; i++) elements[i] = (byte)(type is ElementType.Bool ? i & 1 : i * 37);
            var file = new MemoryStream();
            if (type is ElementType.BFloat16 or ElementType.Float8E4M3 or ElementType.Float8E5M2)
            {
                Assert.Throws<ArgumentException>(() => Npy.Write(file, type, [2, 3], elements));
                continue;
            }

            Npy.Write(file, type, [2, 3], elements);
            NpyArray array = Read(file.ToArray());
            Assert.Equal((type, new Dims([2, 3])), (array.Type, array.Shape));
            Assert.Equal(elements, array.Bytes);
        }

        Assert.Throws<ArgumentException>(() => Npy.Write(new MemoryStream(), ElementType.Float32, [2, 3], new byte[23]));
    }

    [Theory]
    [InlineData("'>i4', 'fortran_order': False, 'shape': (1,)", "00000000", "the element type >i4 is neither")]
    [InlineData("'<f4', 'fortran_order': False, 'shape': (2,)", "00000000", "Float32 2 does not take the 4 bytes")]
    [InlineData("'<f4', 'fortran_order': False, 'shape': (99999999, 99999999, 99999999)", "00000000", "does not take the 4 bytes")]
    [InlineData("'<f4', 'fortran_order': False, 'shape': (9999999999,)", "00000000", "a size is too large")]
    [InlineData("'<f4', 'fortran_order': Maybe, 'shape': (1,)", "00000000", "True or False is expected")]
    [InlineData("'<f4', 'fortran_order': False, 'shape': (-1,)", "00000000", "a size is expected")]
    [InlineData("'<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)", "00000000", "more than 8 axes")]
    [InlineData("'<f4', 'fortran_order': False, 'shape': (1 2)", "00000000", "')' is expected")]
    [InlineData("'<f4', 'fortran_order': False", "00000000", "is missing")]
    [InlineData("'<f4', 'descr': '<f4', 'shape': (1,)", "00000000", "a key comes twice")]
    [InlineData("'<f4', 'order': 'C', 'shape': (1,)", "00000000", "a key is not one of")]
    [InlineData("[('a', '<f4')], 'fortran_order': False, 'shape': (1,)", "00000000", "structured element types are not supported")]
    [InlineData("'|b1', 'fortran_order': False, 'shape': (2,)", "0102", "neither 0 nor 1")]
    public void Damage_is_named(string header, string elements, string reason)
    {
        DataFormatException error = Refused.With<DataFormatException>(reason, () => Read(File(1, header, elements)));
        Assert.StartsWith("a.npy, byte ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_and_versions_are_refused()
    {
        byte[] file = File(1, "'<f4', 'fortran_order': False, 'shape': (1,)", "00000000");
        Assert.Throws<DataFormatException>(() => Read([.. "PK\x03\x04 not an array"u8]));
        Refused.With<DataFormatException>("version 4", () => Read([.. file[..6], 4, 0, .. file[8..]]));
        for (int length = 0; length < file.Length; length++) Assert.Throws<DataFormatException>(() => Read(file[..length]));
        Assert.Throws<DataFormatException>(() => Read([.. file, 0]));
    }

    [Fact]
    public void Mutants_are_read_or_refused()
    {
        byte[] file = File(1, "'<i2', 'fortran_order': True, 'shape': (2, 3)", "000003000100040002000500");
        (int read, int refused) = Mutator.Check<DataFormatException>(file, 6000, expansion: 1, bytes =>
        {
            using BoundedReader reader = BoundedReader.Over(bytes, "mutant", FileKind.Data);
            Npy.Read(reader);
        });
        Assert.True(read > 20 && refused > 1000, $"{read} read, {refused} refused");
    }

    private static NpyArray Read(byte[] file)
    {
        using BoundedReader reader = BoundedReader.Over(file, "a.npy", FileKind.Data);
        return Npy.Read(reader);
    }

    private static byte[] File(int version, string header, string elements)
    {
        const int headerEnd = 128;
        byte[] start = version == 1 ? [1, 0, headerEnd - 10, 0] : [(byte)version, 0, headerEnd - 12, 0, 0, 0];
        string text = $"{{'descr': {header}, }}".PadRight(headerEnd - 6 - start.Length - 1) + "\n";
        return [0x93, .. "NUMPY"u8, .. start, .. Encoding.ASCII.GetBytes(text), .. Convert.FromHexString(elements)];
    }
}
