using System.Globalization;
using System.Runtime.InteropServices;
using Peers.Operators;

namespace Peers.Training;

/// <summary>Writes what was measured as Markdown.</summary>
internal static class Report
{
    /// <summary>The machine, the versions, and the load average, which shows whether something else ran shortly before.</summary>
    public static void Head(TextWriter output, string title, IEnumerable<ITrainingEngine> engines)
    {
        output.WriteLine($"## {title}");
        output.WriteLine();
        output.WriteLine(string.Join("; ", (string[])[
            $"{Processor()}, {Environment.ProcessorCount} cores", RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription,
            .. engines.Select(engine => engine.Version), Text($"{DateTime.UtcNow:yyyy-MM-dd}"), $"load average before: {Load()}"]) + ".");
        output.WriteLine();
    }

    /// <summary>One row a network and thread count; a ratio is the first engine's time over the other's.</summary>
    public static void TimesHead(TextWriter output, IReadOnlyList<ITrainingEngine> engines)
    {
        output.Write("| training step | threads |");
        foreach (var engine in engines) output.Write($" {engine.Name} median | minimum |");
        foreach (var engine in engines.Skip(1)) output.Write($" {engines[0].Name} ÷ {engine.Name}, medians | minimums |");
        output.WriteLine();
        output.WriteLine("|---|---|" + string.Concat(Enumerable.Repeat("---|", 4 * engines.Count - 2)));
    }

    /// <summary>A row of the table that <see cref="TimesHead"/> began.</summary>
    public static void Times(TextWriter output, TrainingNetwork network, int threads, IReadOnlyList<Timing.Result> results)
    {
        output.Write($"| {network.Title} | {threads} |");
        foreach (var result in results) output.Write(Text($" {result.Median:0.0} ms | {result.Minimum:0.0} ms |"));
        foreach (var result in results.Skip(1))
            output.Write(Text($" {results[0].Median / result.Median:0.00} | {results[0].Minimum / result.Minimum:0.00} |"));
        output.WriteLine();
        output.Flush();
    }

    /// <summary>One row an operator, direction and thread count.</summary>
    public static void OperatorsHead(TextWriter output)
    {
        output.WriteLine("| operator | | threads | TorchSharp | Fovea | TorchSharp ÷ Fovea | largest difference |");
        output.WriteLine("|---|---|---|---|---|---|---|");
    }

    /// <summary>A row of the table that <see cref="OperatorsHead"/> began.</summary>
    public static void Operator(TextWriter output, OperatorCase @case, bool gradient, int threads, OperatorTiming.Result result)
    {
        output.WriteLine(Text($"| {@case.Title} | {(gradient ? "gradient" : "forward")} | {threads} | {result.Torch:0.000} ms | ")
            + Text($"{result.Fovea:0.000} ms | {result.Torch / result.Fovea:0.00} | {result.Difference:0.0e+0} |"));
        output.Flush();
    }

    /// <summary>The losses of a network step by step, and how far each companion is from them.</summary>
    public static void Losses(TextWriter output, string reference, Agreement agreement)
    {
        Agreement.Companion[] following = [agreement.FollowingTwin, .. agreement.Candidates.Where(c => c.Follows)];
        var free = agreement.Candidates.Where(c => !c.Follows).ToArray();
        output.WriteLine($"### {agreement.Network.Title}");
        output.WriteLine();
        output.Write($"| step | {reference} |");
        foreach (var companion in following) output.Write($" {companion.Name}: loss | update |{(companion.IsTwin ? "" : " allowed |")}");
        output.Write(" one-ulp twins, free: loss |");
        foreach (var companion in free) output.Write($" {companion.Name}: loss | allowed |");
        output.WriteLine();
        output.WriteLine("|---|---|---|---|" + string.Concat(Enumerable.Repeat("---|---|---|---|---|", free.Length)) + "---|");
        for (var step = 0; step < agreement.Losses.Count; step++)
        {
            output.Write(Text($"| {step + 1} | {agreement.Losses[step]:0.00000} |"));
            foreach (var companion in following)
            {
                output.Write(Text($" {companion.LossDifferences[step]:0.0e+0} | {companion.Updates[step].Distance:0.0e+0} |"));
                if (!companion.IsTwin) output.Write(Text($" {agreement.UpdateTolerance(step):0.0e+0} |"));
            }

            output.Write(Text($" {agreement.FreeTwins.Select(twin => twin.LossDifferences[step]).DefaultIfEmpty(0).Max():0.0e+0} |"));
            foreach (var companion in free)
                output.Write(Text($" {companion.LossDifferences[step]:0.0e+0} | {agreement.FreeTolerance(step):0.0e+0} |"));
            output.WriteLine();
        }

        output.WriteLine();
        foreach (var companion in following)
        {
            var first = companion.Updates[0];
            var later = companion.Updates.Skip(1).DefaultIfEmpty(first).MaxBy(update => update.Distance);
            output.WriteLine(Text($"- {companion.Name}: largest loss difference {companion.LossDifferences.Max():0.0e+0} ")
                + Text($"(allowed {Agreement.LossTolerance:0e+0}); largest update distance {first.Distance:0.0e+0} at the first step ")
                + Text($"(`{first.Path}`), {later.Distance:0.0e+0} after it (`{later.Path}`)."));
        }

        output.WriteLine();
        output.Flush();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Processor()
    {
        const string cpuInfo = "/proc/cpuinfo";
        if (!File.Exists(cpuInfo)) return RuntimeInformation.ProcessArchitecture.ToString();
        var fields = File.ReadLines(cpuInfo).TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2).ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim());
        return fields.TryGetValue("model name", out var model)
            ? $"{model} (family {fields.GetValueOrDefault("cpu family")}, model {fields.GetValueOrDefault("model")})"
            : RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
