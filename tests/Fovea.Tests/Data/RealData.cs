using Xunit;

namespace Fovea.Tests.Data;

/// <summary>Where real data lies.</summary>
internal static class RealData
{
    /// <summary>The folder of Fovea.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Fashion-MNIST, which is part of the repository.</summary>
    public static string FashionMnist => Path.Combine(Root, "data", "fashion-mnist");

    /// <summary>A folder under FOVEA_DATA; skips the test, by name and reason, when it is not there.</summary>
    public static string External(string folder)
    {
        string? data = Environment.GetEnvironmentVariable("FOVEA_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(data), $"FOVEA_DATA is not set; the test needs its {folder}");
        string path = Path.Combine(data!, folder);
        Assert.SkipUnless(Directory.Exists(path), $"{path} does not exist");
        return path;
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Fovea.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Fovea.slnx.");
    }
}
