// What the worker pool costs: the hand-over between phases, a run's start, a sleeping worker's wake-up, and a step under other load.
// dotnet run -c Release --project bench/WorkerPool            prints the tables of bench/results/worker-pool.md (about a minute)
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Fovea.Cpu.Parallel;
using Fovea.Runtime;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using var team = new WorkerTeam();

Console.WriteLine("## Hand-over, 2 threads\n\n| phases of a run | ns a phase, 1 thread | ns a phase, 2 threads |\n|---|---|---|");
foreach (int pieces in new[] { 1, 2, 4 })
{
    const int Phases = 2000;
    var work = new Steps(Phases, pieces, pieceMicroseconds: 0);
    double one = Median(() => team.Run(work, 1)), two = Median(() => team.Run(work, 2));
    Console.WriteLine($"| {Phases} × {pieces} empty pieces | {one * 1e3 / Phases:F0} | {two * 1e3 / Phases:F0} |");
}

Console.WriteLine("\n## Steps with work, 60 phases of 2 pieces\n");
Console.WriteLine("| µs a piece | 1 thread, µs | 2 threads, µs | ratio | ns lost a phase |\n|---|---|---|---|---|");
foreach (double microseconds in new[] { 1.0, 3, 10, 40 })
{
    var work = new Steps(60, 2, microseconds);
    double one = Median(() => team.Run(work, 1)), two = Median(() => team.Run(work, 2));
    Console.WriteLine($"| {microseconds} | {one:F1} | {two:F1} | {one / two:F2} | {(two - one / 2) * 1e3 / 60:F0} |");
}

Console.WriteLine("\n## A loop of 2 pieces, one after the other\n\n| | µs |\n|---|---|");
var body = new Piece(0);
double loops = Median(() =>
{
    for (int i = 0; i < 1000; i++)
        team.ParallelFor(body, 2, 2);
});
Console.WriteLine($"| `ParallelFor`, empty | {loops / 1000:F2} |");
var options = new ParallelOptions { MaxDegreeOfParallelism = 2 };
double taskLoops = Median(() =>
{
    for (int i = 0; i < 1000; i++)
        Parallel.For(0, 2, options, static i => { });
});
Console.WriteLine($"| `System.Threading.Tasks.Parallel.For`, empty | {taskLoops / 1000:F2} |");

Console.WriteLine("\n## From the start of a run to the worker's first piece\n");
Console.WriteLine("| idle before, ms | median, µs | best | 90 % | caller's cost of the wake, µs |\n|---|---|---|---|---|");
foreach (int idle in new[] { 0, 1, 5, 20 })
{
    var times = new double[60];
    var costs = new double[60];
    var meeting = new Arrival();
    for (int i = 0; i < times.Length; i++)
    {
        if (idle > 0)
            Thread.Sleep(idle);
        long start = Stopwatch.GetTimestamp();
        team.Run(meeting, 2);
        times[i] = Stopwatch.GetElapsedTime(start, meeting.At(1)).TotalMicroseconds;
        costs[i] = Stopwatch.GetElapsedTime(start, meeting.At(0)).TotalMicroseconds;
    }
    Array.Sort(times);
    Array.Sort(costs);
    Console.WriteLine($"| {idle} | {times[30]:F1} | {times[0]:F1} | {times[54]:F1} | {costs[30]:F1} |");
}

Console.WriteLine("\n## Under load: 60 phases of 4 pieces of 20 µs, 2 threads; times of a run in µs\n");
Console.WriteLine("| busy processes | 1 thread, mean | pool: mean | median | 95 % | `Parallel.For` a phase: mean |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach (int competitors in new[] { 0, 1, 2 })
{
    var busy = Enumerable.Range(0, competitors).Select(_ => Process.Start("sh", ["-c", "while :; do :; done"])).ToArray();
    Thread.Sleep(300);
    var work = new Steps(60, 4, 20);
    double[] alone = Times(200, () => team.Run(work, 1)), pool = Times(300, () => team.Run(work, 2));
    double[] tasks = Times(200, () =>
    {
        for (int phase = 0; phase < 60; phase++)
            Parallel.For(0, 4, options, piece => work.Run(phase, piece, 0));
    });
    foreach (Process process in busy)
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }
    string times = $"{pool.Average():F0} | {pool[150]:F0} | {pool[285]:F0}";
    Console.WriteLine($"| {competitors} | {alone.Average():F0} | {times} | {tasks.Average():F0} |");
}

// Microseconds: the median of 31 after a warm-up.
static double Median(Action action)
{
    Times(30, action);
    return Times(31, action)[15];
}

static double[] Times(int count, Action action)
{
    var times = new double[count];
    for (int i = 0; i < count; i++)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }
    Array.Sort(times);
    return times;
}

/// <summary>Phases of equal pieces, each a chain of multiply-adds that takes about the time asked for. The first phase has two pieces at
/// least: a run without any phase to share is not shared.</summary>
sealed class Steps(int phases, int pieces, double pieceMicroseconds) : IPhasedWork
{
    private readonly Piece _piece = new((int)(pieceMicroseconds * Piece.LinksPerMicrosecond));

    public int PhaseCount => phases;

    public int Pieces(int phase) => phase == 0 ? Math.Max(2, pieces) : pieces;

    public void Run(int phase, int piece, int walker) => _piece.Run(piece, walker);
}

readonly struct Piece(int links) : IParallelBody
{
    public static readonly double LinksPerMicrosecond = Calibrate();

    public void Run(int piece, int walker) => Chain(links);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static double Chain(int links)
    {
        double value = 1;
        for (int i = 0; i < links; i++)
            value = value * 0.999 + 0.5;
        return value;
    }

    private static double Calibrate()
    {
        double best = double.MaxValue;
        for (int i = 0; i < 200; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Chain(100_000);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
        return 100_000 / best;
    }
}

/// <summary>Two pieces that wait for each other, and when each began.</summary>
sealed class Arrival : IPhasedWork
{
    private readonly long[] _at = new long[2];
    private int _arrived;

    public int PhaseCount => 1;

    public long At(int walker) => _at[walker];

    public int Pieces(int phase)
    {
        _arrived = 0;
        return 2;
    }

    public void Run(int phase, int piece, int walker)
    {
        _at[walker] = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref _arrived);
        while (Volatile.Read(ref _arrived) < 2)
            Thread.SpinWait(1);
    }
}
