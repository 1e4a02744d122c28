namespace Fovea.Tests.Data;

/// <summary>A fresh folder that goes when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("fovea-test-").FullName;

    public string this[string name] => Path.Combine(_path, name);

    public string Root => _path;

    public string[] Names =>
        [.. Directory.EnumerateFileSystemEntries(_path).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
