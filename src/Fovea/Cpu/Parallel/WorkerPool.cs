using Fovea.Runtime;

namespace Fovea.Cpu.Parallel;

/// <summary>The process's one pool of worker threads, and the one place for parallel loops.</summary>
/// <remarks>
/// A run takes the workers that are idle when it starts and never waits for busy ones, so runs that start at the same time on several
/// threads share the pool, and each goes on alone when nothing is left. A run that is started inside a piece of another stays on its
/// thread. Results do not depend on any of this.
/// </remarks>
internal static class WorkerPool
{
    private static readonly WorkerTeam Team = new();
    private static int _maxThreads = Environment.ProcessorCount;

    /// <summary>
    /// How many threads one run may use, the calling one included; at first the number of processors. Loaders count against it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public static int MaxThreads
    {
        get => Volatile.Read(ref _maxThreads);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Volatile.Write(ref _maxThreads, value);
        }
    }

    /// <summary>
    /// Runs all phases of <paramref name="work"/> and returns when every piece has ended. Allocates nothing in the steady state.
    /// </summary>
    /// <param name="work">What to run.</param>
    /// <param name="maxThreads">The most threads for this run, the calling one included; <see cref="MaxThreads"/> bounds it too.</param>
    /// <remarks>
    /// The first exception that a piece throws is rethrown here, after the pieces then running have ended; the others are skipped.
    /// </remarks>
    public static void Run(IPhasedWork work, int maxThreads = int.MaxValue) => Team.Run(work, Math.Min(maxThreads, MaxThreads));

    /// <summary>
    /// Runs all phases of <paramref name="work"/> on so many threads, if they are idle, whatever <see cref="MaxThreads"/> is: to show that
    /// bits do not depend on it.
    /// </summary>
    public static void RunOn(IPhasedWork work, int threads) => Team.Run(work, threads);

    /// <summary>Runs <paramref name="pieces"/> pieces of a loop's body and returns when all have ended.</summary>
    /// <inheritdoc cref="Run" path="/remarks"/>
    /// <param name="body">The loop's body.</param>
    /// <param name="pieces">How many pieces; the caller cuts them by cost, a few for each thread.</param>
    /// <param name="maxThreads">The most threads for this loop, the calling one included; <see cref="MaxThreads"/> bounds it too.</param>
    public static void ParallelFor<TBody>(in TBody body, int pieces, int maxThreads = int.MaxValue) where TBody : struct, IParallelBody =>
        Team.ParallelFor(body, pieces, Math.Min(maxThreads, MaxThreads));
}
