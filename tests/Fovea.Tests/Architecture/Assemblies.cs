namespace Fovea.Tests.Architecture;

/// <summary>The assemblies under test, as files with their symbols beside the test program.</summary>
internal static class Assemblies
{
    internal static AssemblyScan Core() => new(Path.Combine(AppContext.BaseDirectory, "Fovea.dll"));

    /// <summary>Every assembly of ours that the tests load: the core first, programs too.</summary>
    internal static IEnumerable<string> Paths =>
        Directory.EnumerateFiles(AppContext.BaseDirectory, "Fovea*.dll")
            .Where(path => !Path.GetFileName(path).Contains(".Tests", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
}
