using System.Globalization;
using System.Text;
using Fovea.Data;
using IOPath = System.IO.Path;

namespace Fovea;

/// <summary>The folder of one training run: where each of its files is.</summary>
public sealed class RunFolder
{
    /// <summary>Where runs go that are given no folder.</summary>
    public const string DefaultRoot = "runs";

    const string LatestName = "latest";

    /// <summary>Names a folder; nothing is touched.</summary>
    public RunFolder(string path) => Path = IOPath.GetFullPath(path);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Every setting of the run.</summary>
    public string ConfigurationPath => IOPath.Combine(Path, "run.json");

    /// <summary>What was measured while it ran, one JSON object a line.</summary>
    public string MetricsPath => IOPath.Combine(Path, "metrics.jsonl");

    /// <summary>The folder of checkpoints.</summary>
    public string CheckpointFolder => IOPath.Combine(Path, "checkpoint");

    /// <summary>The model file, written when the run ends.</summary>
    public string ModelPath => IOPath.Combine(Path, "model.safetensors");

    /// <summary>Finds a run: a path, or "latest" for the one that was started last under ./runs.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static RunFolder Find(string pathOrLatest)
    {
        string path = pathOrLatest;
        string latest = IOPath.Combine(DefaultRoot, LatestName);
        if (path == LatestName && !Directory.Exists(path) || IOPath.GetFullPath(path) == IOPath.GetFullPath(latest))
        {
            if (!File.Exists(latest))
                throw new DirectoryNotFoundException($"There is no latest run: {IOPath.GetFullPath(latest)} is missing.");
            path = IOPath.Combine(DefaultRoot, NameIn(latest));
        }
        return Directory.Exists(path) ? new(path) : throw new DirectoryNotFoundException($"There is no run {IOPath.GetFullPath(path)}.");
    }

    /// <summary>What the file of the latest run says: a name, never a path, so that it stays inside its folder.</summary>
    internal static string NameIn(string latest)
    {
        const int longest = 4096;
        string name = new FileInfo(latest).Length <= longest ? File.ReadAllText(latest).Trim() : "";
        return name is not ("" or "." or "..") && name.IndexOfAny(['/', '\\', '\0', '\n']) < 0 ? name
            : throw new DirectoryNotFoundException($"There is no latest run: {IOPath.GetFullPath(latest)} does not name a run.");
    }

    /// <summary>A folder under ./runs that is not there yet: UTC time and name.</summary>
    internal static RunFolder New(string name, DateTimeOffset now)
    {
        string safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
        string time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string first = IOPath.Combine(DefaultRoot, $"{time}-{safe}");
        string path = first;
        for (int i = 2; Directory.Exists(path); i++) path = string.Create(CultureInfo.InvariantCulture, $"{first}-{i}");
        return new(path);
    }

    /// <summary>Makes the folder, and keeps other processes out of it until the result is disposed.</summary>
    /// <exception cref="IOException">It cannot be made, or another process trains in it.</exception>
    internal IDisposable Open()
    {
        try
        {
            Directory.CreateDirectory(CheckpointFolder);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new IOException($"{Path}: cannot make the run's folder: {e.Message}", e);
        }
        try
        {
            // The lock goes with the process, however it ends.
            string path = IOPath.Combine(Path, ".lock");
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{Path}: cannot write into the run's folder: {e.Message}", e);
        }
        catch (IOException e) when (Directory.Exists(Path))
        {
            throw new IOException($"{Path}: another process trains in this folder, or it cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Makes it the latest run, if it lies under ./runs.</summary>
    internal void MarkLatest(FileOperations files)
    {
        string root = IOPath.GetFullPath(DefaultRoot);
        if (IOPath.GetDirectoryName(Path) == root)
            DurableFile.Write(IOPath.Combine(root, LatestName), Encoding.UTF8.GetBytes(IOPath.GetFileName(Path) + "\n"), files);
    }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
