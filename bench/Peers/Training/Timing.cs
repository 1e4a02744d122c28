using System.Diagnostics;

namespace Peers.Training;

/// <summary>Times engines against each other in one process, in alternating blocks of steps.</summary>
/// <remarks>
/// Each engine keeps a pool of threads that spins for a while after work. So before each block the process sleeps until the other pool has
/// parked, and the block's first step, which wakes its own pool and brings its own weights back into the caches, is not counted. Rounds
/// alternate in order (A B, B A, …), so that a drift of the clock frequency falls on both.
/// </remarks>
internal static class Timing
{
    private static readonly TimeSpan Parking = TimeSpan.FromMilliseconds(60);

    /// <summary>The milliseconds of an engine's counted steps.</summary>
    public sealed record Result(ITrainingEngine Engine, double[] Milliseconds)
    {
        /// <summary>Half of the steps took no longer.</summary>
        public double Median
        {
            get
            {
                var sorted = Milliseconds.Order().ToArray();
                return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
            }
        }

        /// <summary>The fastest step.</summary>
        public double Minimum => Milliseconds.Min();
    }

    /// <summary>Times each engine's training step, in <paramref name="rounds"/> blocks of <paramref name="steps"/> counted steps.</summary>
    public static IReadOnlyList<Result> Measure(
        IReadOnlyList<ITrainingEngine> engines, TrainingNetwork network, Batches batches, int threads, int rounds, int steps)
    {
        var tasks = engines.Select(engine => engine.Create(network, seed: 1)).ToArray();
        try
        {
            foreach (var engine in engines) engine.SetThreads(threads);
            if (tasks.Length > 1)
            {
                var start = Weights.Of(tasks[0]);
                foreach (var task in tasks.Skip(1)) start.CopyTo(task);
            }

            // Warm-up: compilation of the managed code, libtorch's choice of primitives, the optimizers' moments.
            foreach (var task in tasks) Block(task, batches, WarmUp, []);

            var times = tasks.Select(_ => new List<double>()).ToArray();
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < tasks.Length; i++)
                {
                    var turn = round % 2 == 0 ? i : tasks.Length - 1 - i;
                    Block(tasks[turn], batches, steps, times[turn]);
                }
            }

            return [.. engines.Zip(times, (engine, list) => new Result(engine, [.. list]))];
        }
        finally
        {
            foreach (var task in tasks) task.Dispose();
        }
    }

    private const int WarmUp = 2;

    private static void Block(ITrainingTask task, Batches batches, int steps, List<double> times)
    {
        Thread.Sleep(Parking);
        for (var step = -1; step < steps; step++)
        {
            var (images, labels) = batches[step + 1];
            var started = Stopwatch.GetTimestamp();
            var loss = task.Step(images, labels);
            var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            if (!float.IsFinite(loss)) throw new InvalidOperationException($"The loss is {loss}: such a step is not worth timing.");
            if (step >= 0) times.Add(elapsed);
        }
    }
}
