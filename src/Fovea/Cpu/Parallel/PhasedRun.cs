using System.Runtime.ExceptionServices;
using Fovea.Runtime;

namespace Fovea.Cpu.Parallel;

/// <summary>The state of one run: who has claimed what, and what is done. Reused by later runs.</summary>
/// <remarks>
/// Pieces are numbered through all phases, and one 64-bit word holds both counts: pieces claimed (high half) and pieces done (low half).
/// One compare-and-swap reports a piece as done and claims the next, on one consistent view. Since a piece is claimed only when all pieces
/// of the phases before it are done, "done ≥ the phase's first number" says exactly that. A walker that waits holds no piece, so one that
/// the system takes off its core delays the others only if it holds one.
/// A worker can still be inside when all is done and the caller has returned: it then reads only what is here (never the work), and
/// the state is used again only after the last one has left (<see cref="Release"/>).
/// </remarks>
internal sealed class PhasedRun
{
    private const long OneClaim = 1L << 32;

    // Room for large plans and many workers from the start, so that a state that is used for the first time (see WorkerTeam.Grow) costs
    // nothing.
    private int[] _starts = new int[2048];         // the number of each phase's first piece; one more for the end
    private Lease[] _leases = new Lease[64];
    private IPhasedWork? _work;
    private ExceptionDispatchInfo? _failure;
    private PaddedLong _progress;
    private int _phases;
    private int _holds;                            // the caller, and each worker that has the run or may still take it

    /// <summary>A worker that was given this run, and the state word that says so.</summary>
    private readonly record struct Lease(Worker Worker, long Ticket);

    /// <summary>How many workers were given this run.</summary>
    public int LeaseCount { get; private set; }

    /// <summary>How many threads the run would use if all the workers that it wants were idle.</summary>
    public int Walkers { get; private set; }

    /// <summary>The processor that the caller was on when the run started.</summary>
    public int CallerProcessor { get; private set; }

    /// <summary>What the first failing piece threw. Read after the walk's end.</summary>
    public ExceptionDispatchInfo? Failure => _failure;

    /// <summary>Whether a worker still has the run.</summary>
    public bool WorkersInside => Volatile.Read(ref _holds) > 1;

    /// <summary>Sets the state up for new work.</summary>
    /// <remarks>More threads than the widest phase has pieces would have nothing to do.</remarks>
    public void Prepare(IPhasedWork work, int maxThreads)
    {
        int phases = work.PhaseCount, widest = 0, next = 0;
        if (_starts.Length <= phases)
            _starts = new int[Math.Max(phases + 1, 2 * _starts.Length)];
        for (int phase = 0; phase < phases; phase++)
        {
            int pieces = work.Pieces(phase);
            ArgumentOutOfRangeException.ThrowIfNegative(pieces);
            _starts[phase] = next;
            next = checked(next + pieces);
            widest = Math.Max(widest, pieces);
        }
        _starts[phases] = next;
        _phases = phases;
        _work = work;
        _failure = null;
        _holds = 1;
        LeaseCount = 0;
        CallerProcessor = Thread.GetCurrentProcessorId();
        Walkers = Math.Min(widest, maxThreads);
        Volatile.Write(ref _progress.Value, 0);
    }

    /// <summary>Counts a worker in before it is told of the run.</summary>
    public void AddHold() => Interlocked.Increment(ref _holds);

    /// <summary>Notes a lease, so that it can be ended.</summary>
    public void AddLease(Worker worker, long ticket)
    {
        if (LeaseCount == _leases.Length)
            Array.Resize(ref _leases, 2 * LeaseCount);
        _leases[LeaseCount++] = new(worker, ticket);
    }

    /// <summary>Takes the run back from workers that never arrived, and lets go of the work.</summary>
    public void EndLeases()
    {
        _work = null;
        _failure = null;
        for (int i = 0; i < LeaseCount; i++)
        {
            if (_leases[i].Worker.TryEndLease(_leases[i].Ticket))
                Interlocked.Decrement(ref _holds);
        }
    }

    /// <summary>Gives up one hold.</summary>
    /// <returns>Whether it was the last: the state may be used again.</returns>
    public bool Release() => Interlocked.Decrement(ref _holds) == 0;

    /// <summary>Claims and runs pieces until none is left to claim.</summary>
    /// <param name="walker">The thread's number within the run.</param>
    /// <param name="untilDone">Whether to stay until all pieces are done (the caller), or leave when all are claimed (workers).</param>
    public void Walk(int walker, bool untilDone)
    {
        IPhasedWork? work = _work;
        int phase = 0, finished = 0;
        while (Claim(ref phase, finished, untilDone) is >= 0 and int piece)
        {
            finished = 1;
            try
            {
                work!.Run(phase, piece, walker);
            }
            catch (Exception error)
            {
                Fail(error);
            }
        }
    }

    // Reports `finished` pieces as done and claims one, waiting until there is one to claim. Returns its index in its phase, −1 at the end.
    private int Claim(ref int phase, int finished, bool untilDone)
    {
        int[] starts = _starts;
        int phases = _phases, at = phase;
        Waiter waiter = default;
        long seen = Volatile.Read(ref _progress.Value);
        while (true)
        {
            int claimed = (int)(seen >> 32), done = (int)seen + finished;
            while (at < phases && claimed >= starts[at + 1])
                at++;
            bool claim = at < phases && done >= starts[at];
            if (claim || finished != 0)
            {
                long next = claim ? seen + finished + OneClaim : seen + finished;
                long found = Interlocked.CompareExchange(ref _progress.Value, next, seen);
                if (found != seen)
                {
                    seen = found;
                    continue;
                }
                if (claim)
                {
                    phase = at;
                    return claimed - starts[at];
                }
                finished = 0;
            }
            if (at == phases && (!untilDone || done == starts[phases]))
                return -1;
            waiter.Wait();
            seen = Volatile.Read(ref _progress.Value);
        }
    }

    // Keeps the first error, and counts every piece that nobody has claimed as claimed and done. The run then ends in the usual way, as
    // soon as the pieces that are running have ended.
    private void Fail(Exception error)
    {
        Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
        long total = _starts[_phases], seen = Volatile.Read(ref _progress.Value);
        while (true)
        {
            long skipped = total - (seen >> 32);
            long found = Interlocked.CompareExchange(ref _progress.Value, seen + (skipped << 32) + skipped, seen);
            if (found == seen)
                return;
            seen = found;
        }
    }
}
