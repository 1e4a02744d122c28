namespace Fovea.Graphs;

/// <summary>The path of the module whose Forward is running on this thread: for errors, the printer and random streams.</summary>
public static class Scope
{
    [ThreadStatic] static string? _path;

    /// <summary>The path, "" outside every module.</summary>
    public static string Path => _path ?? "";

    /// <summary>Enters a path until the result is disposed.</summary>
    public static Exit Enter(string path)
    {
        var exit = new Exit(_path);
        _path = path;
        return exit;
    }

    /// <summary>Leaves the path.</summary>
    public readonly ref struct Exit
    {
        readonly string? _previous;
        internal Exit(string? previous) => _previous = previous;

        /// <summary>Returns to the path before.</summary>
        public void Dispose() => _path = _previous;
    }
}
