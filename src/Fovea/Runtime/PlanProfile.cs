using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Fovea.Runtime;

/// <summary>Where a plan's time goes: while one is current, plans run on the calling thread alone, and every step is timed.</summary>
sealed class PlanProfile
{
    readonly Dictionary<PlanStep, (long Ticks, int Runs)> _steps = new(ReferenceEqualityComparer.Instance);

    /// <summary>The profile that runs are added to, if any.</summary>
    public static PlanProfile? Current { get; set; }

    public void Run(PlanRun run)
    {
        for (int phase = 0; phase < run.PhaseCount; phase++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int piece = 0; piece < run.Pieces(phase); piece++) run.Run(phase, piece, 0);
            var step = run.Plan.StepOf(phase, out int part);
            var (ticks, runs) = _steps.GetValueOrDefault(step);
            _steps[step] = (ticks + Stopwatch.GetTimestamp() - start, runs + (part == 0 ? 1 : 0));
        }
    }

    /// <summary>One line a kind of step, the most expensive first: milliseconds a run, steps, kernel, sizes.</summary>
    public string Text(bool bySteps = false)
    {
        double scale = 1000.0 / Stopwatch.Frequency;
        var text = new StringBuilder();
        var rows = _steps.GroupBy(s => bySteps ? $"{s.Key} {s.Key.Case}" : $"{s.Key.Op.GetType().Name} by {s.Key.Kernel.Name}")
            .Select(g => (g.Key, Milliseconds: g.Sum(s => s.Value.Ticks * scale / Math.Max(1, s.Value.Runs)), Steps: g.Count()))
            .OrderByDescending(r => r.Milliseconds).ToList();
        text.Append(CultureInfo.InvariantCulture, $"{rows.Sum(r => r.Milliseconds),9:F3} ms in all\n");
        foreach (var (name, milliseconds, steps) in rows)
            text.Append(CultureInfo.InvariantCulture, $"{milliseconds,9:F3} ms {steps,4} × {name}\n");
        return text.ToString();
    }
}
