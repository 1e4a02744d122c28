using System.Text.RegularExpressions;
using Fovea.Tests.Architecture;
using Xunit;

namespace Fovea.Tests.Guide;

/// <summary>
/// The C# in README, CONTRIBUTING and docs is code of this folder: every block follows a line <c>&lt;!-- snippet: name --&gt;</c>, and is
/// the region <c>snippet name</c> of a file that compiles and is tested.
/// </summary>
public sealed partial class SnippetTests
{
    [Fact]
    public void Code_in_documents_is_the_code_that_is_tested()
    {
        var regions = Regions();
        var wrong = from file in Repository.Files(["."], ".md")
                    from block in Blocks().Matches(Repository.Read(file))
                    let name = block.Groups["name"].Value
                    let code = block.Groups["code"].Value.TrimEnd()
                    where name.Length == 0 || !regions.TryGetValue(name, out var region) || region != code
                    select $"{file}: {(name.Length == 0 ? "a block without a name" : name)}: {code.Split('\n')[0]}";

        Findings.None("A block of C# is not the region of that name in tests/Fovea.Tests/Guide:", wrong);
    }

    [Fact]
    public void Every_region_is_shown_somewhere()
    {
        var shown = Repository.Files(["."], ".md").SelectMany(file => Blocks().Matches(Repository.Read(file)))
            .Select(block => block.Groups["name"].Value);

        Findings.None("A region is in no document:", Regions().Keys.Except(shown));
    }

    static Dictionary<string, string> Regions() =>
        Repository.Files(["tests/Fovea.Tests/Guide"], ".cs")
            .SelectMany(file => RegionBlocks().Matches(Repository.Read(file)))
            .ToDictionary(match => match.Groups["name"].Value, match => Unindent(match.Groups["code"].Value));

    static string Unindent(string code)
    {
        var lines = code.TrimEnd().Split('\n');
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[indent..]));
    }

    [GeneratedRegex(@"(?:<!-- snippet: (?<name>[\w-]+) -->\n)?```csharp\n(?<code>[\s\S]*?)```")]
    private static partial Regex Blocks();

    [GeneratedRegex(@"^[ ]*#region snippet (?<name>[\w-]+)\n(?<code>[\s\S]*?)^[ ]*#endregion", RegexOptions.Multiline)]
    private static partial Regex RegionBlocks();
}
