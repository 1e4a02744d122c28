using System.Text.RegularExpressions;
using Xunit;

namespace Fovea.Tests.Architecture;

public sealed partial class DocumentationTests
{
    [Fact]
    public void The_design_document_has_the_rooms_that_the_test_holds()
    {
        var table = from line in Repository.Read("docs/design.md").Split('\n')
                    let row = RoomRow().Match(line)
                    where row.Success
                    let uses = Regex.Matches(row.Groups["uses"].Value, "`(.+?)`").Select(use => use.Groups[1].Value)
                    select $"{row.Groups["room"].Value} -> {string.Join(", ", uses)}";

        Assert.Equal(Rooms.Table.Select(entry => $"{entry.Room} -> {string.Join(", ", entry.Uses.Select(Path.GetFileName))}"), table);
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var broken = from file in Repository.Files(["."], ".md")
                     from link in Link().Matches(Repository.Read(file)).Select(match => match.Groups["target"].Value)
                     where !link.Contains("://", StringComparison.Ordinal)
                     let path = link.Split('#')[0]
                     let target = path.Length == 0 ? file : Path.Combine(Path.GetDirectoryName(file)!, path)
                     where !Path.Exists(Repository.PathOf(target))
                        || (link.Contains('#', StringComparison.Ordinal) && !Anchors(target).Contains(link.Split('#')[1]))
                     select $"{file}: {link}";

        Findings.None("A link leads nowhere:", broken);
    }

    static IEnumerable<string> Anchors(string file) =>
        Repository.Read(file).Split('\n').Where(line => line.StartsWith('#'))
            .Select(line => NotInAnchors().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"^\| `(?<room>src/[\w/]+)` \|.*\| (?<uses>[^|]*) \|$")]
    private static partial Regex RoomRow();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
