using System.Text.RegularExpressions;

namespace Fovea.Tests.Architecture;

/// <summary>The working tree that the tests were built from. Paths are relative to its root, with forward slashes.</summary>
internal static partial class Repository
{
    static readonly string[] Skipped = ["artifacts", "bin", "obj", "runs", ".git", "BenchmarkDotNet.Artifacts", "TestResults"];

    /// <summary>The folder that holds Fovea.slnx.</summary>
    internal static string Root { get; } = FindRoot();

    internal static string PathOf(string relative) => Path.Combine(Root, relative.Replace('/', Path.DirectorySeparatorChar));

    internal static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>Every file under the given folders with one of the extensions, in ordinal order.</summary>
    internal static IReadOnlyList<string> Files(string[] folders, params string[] extensions)
    {
        var found = new List<string>();
        foreach (var folder in folders)
        {
            if (Directory.Exists(PathOf(folder)))
            {
                Collect(new DirectoryInfo(PathOf(folder)), extensions, found);
            }
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>The text with comments and the content of string and character literals taken out, line for line.</summary>
    internal static string CodeOnly(string source) =>
        Literals().Replace(source, match => match.Value[0] == '/' ? Blank(match.Value) : "\"" + Blank(match.Value) + "\"");

    static string Blank(string text) => new('\n', text.Count(c => c == '\n'));

    static void Collect(DirectoryInfo folder, string[] extensions, List<string> found)
    {
        foreach (var file in folder.EnumerateFiles())
        {
            if (extensions.Contains(file.Extension))
            {
                found.Add(Path.GetRelativePath(Root, file.FullName).Replace(Path.DirectorySeparatorChar, '/'));
            }
        }

        foreach (var child in folder.EnumerateDirectories())
        {
            if (!Skipped.Contains(child.Name))
            {
                Collect(child, extensions, found);
            }
        }
    }

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Fovea.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Fovea.slnx.");
    }

    // Raw strings, comments, verbatim strings, strings, characters: whichever begins first.
    [GeneratedRegex("""
        \"{3,}[\s\S]*?\"{3,} | /\*[\s\S]*?\*/ | //[^\n]* | (?:\$@|@\$?)"(?:[^"]|"")*" | "(?:\\.|[^"\\\n])*" | '(?:\\.[^']*|[^'\\\n])'
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Literals();
}
