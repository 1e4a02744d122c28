using System.Globalization;
using Fovea.Data;

namespace Fovea;

/// <summary>The folder of one training run: where each of its files is.</summary>
public sealed class RunFolder
{
    /// <summary>Where runs go that are given no folder.</summary>
    public const string DefaultRoot = "runs";

    const string LatestName = "latest";

    /// <summary>Names a folder; nothing is touched.</summary>
    public RunFolder(string path) => Path = System.IO.Path.GetFullPath(path);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Every setting of the run.</summary>
    public string ConfigurationPath => System.IO.Path.Combine(Path, "run.json");

    /// <summary>What was measured while it ran, one JSON object a line.</summary>
    public string MetricsPath => System.IO.Path.Combine(Path, "metrics.jsonl");

    /// <summary>The folder of checkpoints.</summary>
    public string CheckpointFolder => System.IO.Path.Combine(Path, "checkpoint");

    /// <summary>The model file, written when the run ends.</summary>
    public string ModelPath => System.IO.Path.Combine(Path, "model.safetensors");

    /// <summary>Finds a run: a path, or "latest" for the one that was started last under ./runs.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static RunFolder Find(string pathOrLatest)
    {
        string path = pathOrLatest;
        string latest = System.IO.Path.Combine(DefaultRoot, LatestName);
        if (path == LatestName && !Directory.Exists(path) || System.IO.Path.GetFullPath(path) == System.IO.Path.GetFullPath(latest))
        {
            if (!File.Exists(latest)) throw new DirectoryNotFoundException($"There is no latest run: {System.IO.Path.GetFullPath(latest)} is missing.");
            // A name, never a path: what the file says stays inside its folder.
            path = System.IO.Path.Combine(DefaultRoot, System.IO.Path.GetFileName(File.ReadAllText(latest).Trim()));
        }
        return Directory.Exists(path) ? new(path) : throw new DirectoryNotFoundException($"There is no run {System.IO.Path.GetFullPath(path)}.");
    }

    /// <summary>A folder under ./runs that is not there yet: UTC time and name.</summary>
    internal static RunFolder New(string name, DateTimeOffset now)
    {
        string safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
        string first = System.IO.Path.Combine(DefaultRoot, now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture) + "-" + safe);
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
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{Path}: cannot make the run's folder: {e.Message}", e);
        }
        try
        {
            // The lock goes with the process, however it ends.
            return new FileStream(System.IO.Path.Combine(Path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
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
        string root = System.IO.Path.GetFullPath(DefaultRoot);
        if (System.IO.Path.GetDirectoryName(Path) == root)
            DurableFile.Write(System.IO.Path.Combine(root, LatestName), System.Text.Encoding.UTF8.GetBytes(System.IO.Path.GetFileName(Path) + "\n"), files);
    }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
