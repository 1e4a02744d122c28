namespace Fovea.Tests.Architecture;

/// <summary>The rooms of the house and what each may use: the list of docs/design.md, from the ground up.</summary>
internal static class Rooms
{
    // Each room may use the rooms named, and whatever those may use.
    internal static IReadOnlyList<(string Room, string[] Uses)> Table { get; } =
    [
        ("src/Fovea/Errors", []),
        ("src/Fovea/Native", ["src/Fovea/Errors"]),
        ("src/Fovea/Tensors", ["src/Fovea/Errors", "src/Fovea/Native"]),
        ("src/Fovea/Graphs", ["src/Fovea/Tensors"]),
        ("src/Fovea/Ops", ["src/Fovea/Graphs"]),
        ("src/Fovea/Runtime", ["src/Fovea/Ops"]),
        ("src/Fovea/Passes", ["src/Fovea/Runtime"]),
        ("src/Fovea/Cpu", ["src/Fovea/Passes"]),
        ("src/Fovea", ["src/Fovea/Cpu"]),
        ("src/Fovea/Modules", ["src/Fovea"]),
        ("src/Fovea/Zoo", ["src/Fovea/Modules"]),
        ("src/Fovea/Data", ["src/Fovea"]),
        ("src/Fovea/Training", ["src/Fovea/Modules", "src/Fovea/Data"]),
        ("src/Fovea/Text", ["src/Fovea/Training"]),
        ("src/Fovea/Analyses", ["src/Fovea/Training"]),
    ];

    static readonly Dictionary<string, HashSet<string>> Allowed = Close();

    /// <summary>The room of a source file, or null when it stands outside every room.</summary>
    internal static string? Of(string file)
    {
        var parts = file.Split('/');
        if (parts.Length < 3 || parts[0] != "src" || parts[1] != "Fovea")
        {
            return null;
        }

        var room = parts.Length == 3 ? "src/Fovea" : $"src/Fovea/{parts[2]}";
        return Allowed.ContainsKey(room) ? room : null;
    }

    internal static bool May(string room, string use) => room == use || Allowed[room].Contains(use);

    static Dictionary<string, HashSet<string>> Close()
    {
        var closed = new Dictionary<string, HashSet<string>>();
        foreach (var (room, uses) in Table)
        {
            closed[room] = [.. uses, .. uses.SelectMany(use => closed[use])];
        }

        return closed;
    }
}
