using System.Diagnostics;
using System.Globalization;
using Fovea.Tests.Architecture;
using Xunit;

namespace Fovea.Tests.Mutations;

/// <summary>
/// Every operator's rules and kernels with one thing changed at a time (a sign, a factor, a bound, an axis, a comparison, a term), and its
/// samples, vectors and tests: each change is noticed, or stands in <see cref="EquivalentMutants"/>. FOVEA_MUTATIONS names groups
/// (operators, or shared files) and may be "all"; docs/testing.md says more.
/// </summary>
[Trait("Category", "Long")]
public sealed class MutationTests(ITestOutputHelper output)
{
    const string Variable = "FOVEA_MUTATIONS", ReportVariable = "FOVEA_MUTATION_REPORT";

    // How long a process may say nothing. The slowest trial takes some seconds.
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(30), Start = TimeSpan.FromSeconds(300);

    static readonly string[] Asked = (Environment.GetEnvironmentVariable(Variable) ?? "").Split(',',
        StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    static readonly Lazy<MutantAssembly> Assembly = new(() => MutantAssembly.Compile(file => MutationGroups.Files.Contains(file)
        && (Asked is ["all"] || Asked.Contains(MutationGroups.GroupOf(file)))));

    static readonly Lazy<string> Program = new(Install);

    public static IEnumerable<TheoryDataRow<string>> Groups => Asked.Length == 0
        ? [new("none") { Skip = $"{Variable} is not set: name operators, or all (half an hour)" }]
        : MutationGroups.Names.Where(name => Asked is ["all"] || Asked.Contains(name)).Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Groups))]
    public void Every_mutant_is_noticed(string group)
    {
        Mutant[] mutants = [.. Assembly.Value.Mutants.Where(m => MutationGroups.GroupOf(m.File) == group)];
        var outcomes = Try(group, mutants);
        var survivors = mutants.Where(m => outcomes[m.Number].Outcome is not ("killed" or "crashed" or "hung")).ToArray();
        var unknown = survivors.Where(m => !EquivalentMutants.Reasons.ContainsKey(m.Key)).ToArray();
        var line = string.Create(CultureInfo.InvariantCulture,
            $"| {group} | {mutants.Length} | {mutants.Length - survivors.Length} | {survivors.Length - unknown.Length} |");
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable(ReportVariable) is { Length: > 0 } report)
        {
            File.AppendAllLines(report, [line, .. unknown.Select(m => $"  {outcomes[m.Number].Outcome}: {m}")]);
        }

        Findings.None("A mutant that nothing notices:", unknown.Select(m => $"{outcomes[m.Number].Outcome}: {m}"));
    }

    [Fact]
    public void The_table_of_equal_programs_names_mutants_that_there_are()
    {
        Assert.SkipUnless(Asked is ["all"], $"{Variable} is not \"all\"");
        Findings.None("A mutant that is not there:", EquivalentMutants.Reasons.Keys.Except(Assembly.Value.Mutants.Select(m => m.Key)));
    }

    static Dictionary<int, (string Outcome, string Why)> Try(string group, Mutant[] mutants)
    {
        var folder = Directory.CreateTempSubdirectory("mutants-").FullName;
        File.WriteAllLines(Path.Combine(folder, "plan"), [string.Join(' ', MutationGroups.Operators(group)),
            string.Join(' ', mutants.Select(m => m.Number.ToString(CultureInfo.InvariantCulture)))]);
        var log = Path.Combine(folder, "log");
        var outcomes = new Dictionary<int, (string, string)>();
        while (outcomes.Count < mutants.Length)
        {
            var hung = !Run(folder, log);
            outcomes = Read(log);
            var begun = outcomes.Where(o => o.Value.Item1 == "begun").Select(o => o.Key).ToArray();
            Assert.True(begun.Length == 1 || outcomes.Count == mutants.Length,
                $"The worker ended early: {string.Join(' ', File.ReadAllLines(Path.Combine(folder, "output")).TakeLast(5))}");
            foreach (var number in begun)
            {
                var outcome = hung ? "hung" : "crashed";
                File.AppendAllText(log, string.Create(CultureInfo.InvariantCulture, $"{number}\t{outcome}\n"));
                outcomes[number] = (outcome, "");
            }
        }

        var faults = Path.Combine(folder, "faults");
        Assert.False(File.Exists(faults), File.Exists(faults) ? $"With no mutant on: {File.ReadAllText(faults)}" : "");
        Directory.Delete(folder, recursive: true);
        return outcomes;
    }

    // The last line of a mutant counts.
    static Dictionary<int, (string, string)> Read(string log)
    {
        var outcomes = new Dictionary<int, (string, string)>();
        foreach (var parts in File.ReadLines(log).Select(line => line.Split('\t')))
        {
            outcomes[int.Parse(parts[0], CultureInfo.InvariantCulture)] = (parts[1], string.Join(' ', parts.Skip(2)));
        }

        return outcomes;
    }

    /// <summary>Runs a worker to its end; false where it says nothing for too long.</summary>
    static bool Run(string folder, string log)
    {
        var start = new ProcessStartInfo("dotnet", [Program.Value, "-method", "Fovea.Tests.Mutations.MutationWorker.Mutants_are_tried"])
        {
            RedirectStandardOutput = true,
            Environment = { [MutationWorker.FolderVariable] = folder, ["DOTNET_GCHeapHardLimit"] = "80000000" },
        };
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEndAsync();
        var length = Length();
        var watch = Stopwatch.StartNew();
        while (!process.WaitForExit(500))
        {
            if (Length() != length)
            {
                length = Length();
                watch.Restart();
            }
            else if (watch.Elapsed > (length == 0 ? Start : Silence))
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                return false;
            }
        }

        File.WriteAllText(Path.Combine(folder, "output"), text.Result);
        return true;

        long Length() => File.Exists(log) ? new FileInfo(log).Length : 0;
    }

    /// <summary>A copy of the tests beside the Fovea that holds the mutants.</summary>
    static string Install()
    {
        // Below the repository, which the tests look for above the folder that they run in.
        var folder = Repository.PathOf($"artifacts/mutants-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(f => Path.GetExtension(f) is ".dll" or ".json"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        File.WriteAllBytes(Path.Combine(folder, "Fovea.dll"), Assembly.Value.Bytes);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return Path.Combine(folder, "Fovea.Tests.dll");
    }
}
