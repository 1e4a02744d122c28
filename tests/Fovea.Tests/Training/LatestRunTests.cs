using Xunit;

namespace Fovea.Tests.Training;

/// <summary>What ./runs/latest may say.</summary>
public sealed class LatestRunTests
{
    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("../elsewhere")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public void A_file_that_names_no_run_is_refused(string content) => Refused(content);

    [Fact]
    public void A_large_file_is_not_read() => Refused(new string('x', 1 << 20));

    static void Refused(string content)
    {
        using var scratch = new Data.TemporaryFolder();
        string latest = scratch["latest"];
        File.WriteAllText(latest, content);
        var error = Assert.Throws<DirectoryNotFoundException>(() => RunFolder.NameIn(latest));
        Assert.Contains(latest, error.Message, StringComparison.Ordinal);
    }
}
