using Fovea.Errors;
using Fovea.Tests.Architecture;
using PublicApiGenerator;
using Xunit;

namespace Fovea.Tests.PublicApi;

/// <summary>
/// What users can see changes only on purpose. After a change that is meant, run the tests once with FOVEA_ACCEPT_API=1, and commit the
/// file.
/// </summary>
public sealed class PublicApiTests
{
    const string Accept = "FOVEA_ACCEPT_API";
    const int ShownLines = 40;

    [Theory]
    [InlineData(typeof(FoveaException))]
    [InlineData(typeof(Fovea.Reports.Drawing))]
    public void Public_api_is_the_one_accepted(Type ofAssembly)
    {
        string file = $"tests/Fovea.Tests/PublicApi/{ofAssembly.Assembly.GetName().Name}.txt";
        var options = new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            ExcludeAttributes =
            [
                "System.Diagnostics.DebuggerDisplayAttribute", "System.Runtime.CompilerServices.AsyncStateMachineAttribute",
            ],
        };
        var actual = ofAssembly.Assembly.GeneratePublicApi(options).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var path = Repository.PathOf(file);
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            File.WriteAllText(path, actual);
        }

        var accepted = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";

        Assert.True(accepted == actual, Difference(accepted, actual, file));
    }

    [Fact]
    public void The_message_shows_what_came_and_what_went()
    {
        var message = Difference("class A\nclass B\n", "class A\nclass C\n", "x.txt");

        Assert.Contains("- class B", message, StringComparison.Ordinal);
        Assert.Contains("+ class C", message, StringComparison.Ordinal);
        Assert.DoesNotContain("class A", message, StringComparison.Ordinal);
        Assert.Contains($"{Accept}=1", message, StringComparison.Ordinal);
    }

    // Lines are compared as sets with counts, each under its type: what matters is what came and what went, not where it stands.
    static string Difference(string accepted, string actual, string file)
    {
        var before = Members(accepted);
        var after = Members(actual);
        string[] changes =
        [
            .. before.Except(after).Select(line => "  - " + line),
            .. after.Except(before).Select(line => "  + " + line),
        ];
        return $"The public API differs from {file}:\n{string.Join("\n", changes.Take(ShownLines))}"
            + (changes.Length > ShownLines ? $"\n  … and {changes.Length - ShownLines} more" : "")
            + $"\nIf that is meant: run this test with {Accept}=1, and commit the file.";
    }

    static List<string> Members(string api)
    {
        var members = new List<string>();
        var type = "";
        foreach (var line in api.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var text = line.Trim();
            var isType = line.StartsWith("    public ", StringComparison.Ordinal);
            type = isType ? text : type;
            if (text is not ("{" or "}"))
            {
                members.Add(isType || type.Length == 0 || line[0] != ' ' ? text : $"{text}   [{type}]");
            }
        }

        return members;
    }
}
