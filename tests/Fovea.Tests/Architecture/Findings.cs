using Xunit;

namespace Fovea.Tests.Architecture;

/// <summary>Asserts that a rule holds everywhere; the message lists every place where it does not.</summary>
internal static class Findings
{
    internal static void None(string rule, IEnumerable<string> found)
    {
        var places = found.Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.True(places.Count == 0, $"{rule}\n  {string.Join("\n  ", places)}");
    }
}
