namespace Fovea.Data;

/// <summary>Finds the files of a data set by their official names.</summary>
internal static class DataFolder
{
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static void RequireExists(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path)) throw new DirectoryNotFoundException($"{path}: the data folder does not exist");
    }

    /// <summary>A file as it is published, or unpacked, or with the dot that some archives put before the format.</summary>
    /// <exception cref="FileNotFoundException">None is there; the message lists the names.</exception>
    public static string Find(string folder, string stem, string format, string what)
    {
        string[] names = [$"{stem}-{format}", $"{stem}-{format}.gz", $"{stem}.{format}", $"{stem}.{format}.gz"];
        foreach (string name in names)
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path)) return path;
        }

        throw new FileNotFoundException($"{folder}: no {what} there; put {names[0]} or {names[1]} into it");
    }

    /// <summary>All files that match, from the first folder that has any, in ordinal order of their names.</summary>
    /// <exception cref="FileNotFoundException">No folder has one.</exception>
    public static string[] FindAll(ReadOnlySpan<string> folders, string pattern, string what)
    {
        foreach (string folder in folders)
        {
            if (!Directory.Exists(folder)) continue;
            string[] paths = Directory.GetFiles(folder, pattern);
            Array.Sort(paths, StringComparer.Ordinal);
            if (paths.Length > 0) return paths;
        }

        throw new FileNotFoundException($"{folders[0]}: no {what} there; put {pattern} into it");
    }
}
