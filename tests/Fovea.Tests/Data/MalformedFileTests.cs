using Fovea.Data;
using Fovea.Errors;
using Xunit;

namespace Fovea.Tests.Data;

public sealed class MalformedFileTests
{
    private const int Mutants = 4000;

    [Fact]
    public void Idx_mutants_are_read_or_refused()
    {
        byte[] file = Formats.Idx([3, 28, 28], Formats.Pattern(3 * 784));
        (int read, int refused) = Mutator.Check<DataFormatException>(file, Mutants, expansion: 1, ReadIdx);
        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Gzip_mutants_are_read_or_refused()
    {
        byte[] file = Formats.Gzip(Formats.Idx([3, 28, 28], Formats.Pattern(3 * 784)));
        (int read, int refused) = Mutator.Check<DataFormatException>(file, Mutants, expansion: 1032, ReadIdx);
        Assert.True(read > 10 && refused > 100, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Cifar_mutants_are_read_or_refused()
    {
        byte[] file = [3, .. Formats.Pattern(3072), 7, .. Formats.Pattern(3072)];
        (int read, int refused) = Mutator.Check<DataFormatException>(file, Mutants, expansion: 1, bytes =>
        {
            using BoundedReader reader = BoundedReader.Over(bytes, "mutant", FileKind.Data);
            Cifar.Read([reader], classes: 10);
        });
        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused");
    }

    private static void ReadIdx(byte[] bytes)
    {
        using BoundedReader reader = BoundedReader.Over(bytes, "mutant", FileKind.Data);
        Idx.Read(reader, rank: 3, out _);
    }
}
