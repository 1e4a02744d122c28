namespace Fovea.Runtime;

/// <summary>
/// An ordered list of phases, each cut into pieces that may run at once. No piece of a phase starts before every piece of the
/// phases before it has ended; what the earlier ones wrote is then visible to it.
/// </summary>
/// <remarks>
/// The counts are read once, before the first piece runs. How pieces fall to threads is not defined: bits may not depend on it.
/// </remarks>
internal interface IPhasedWork
{
    /// <summary>How many phases there are.</summary>
    int PhaseCount { get; }

    /// <summary>How many pieces a phase has; zero is allowed.</summary>
    int Pieces(int phase);

    /// <summary>Computes one piece. Called exactly once for each, unless an earlier one threw.</summary>
    /// <param name="phase">From 0 to <see cref="PhaseCount"/> − 1.</param>
    /// <param name="piece">From 0 to <see cref="Pieces"/>(phase) − 1.</param>
    /// <param name="walker">The thread's number within this run, below the run's thread limit: two pieces that run at the same time have
    /// different ones, so that scratch memory may be indexed by it.</param>
    void Run(int phase, int piece, int walker);
}
