namespace Fovea.Tests;

/// <summary>Managed bytes that a piece of code allocates on this thread.</summary>
internal static class Allocations
{
    /// <summary>
    /// The least of several rounds. A collection that another test sets off ends this thread's allocation buffer, and the rest of it counts
    /// as allocated; what the code itself allocates shows in every round.
    /// </summary>
    internal static long Least(Action round, int rounds = 4)
    {
        long least = long.MaxValue;
        for (int i = 0; i < rounds; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
