using Fovea.Runtime;

namespace Fovea.Cpu.Parallel;

/// <summary>
/// A set of worker threads that grows to what is asked for. The process has one, in <see cref="WorkerPool"/>; tests make their own.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    // How long a finished run waits for its workers to step out, in reads of a counter: some microseconds. They nearly always have, and a
    // run that starts right after this one then finds them idle.
    private const int FarewellSpins = 2_000;

    [ThreadStatic] private static bool _insidePiece;

    private readonly Lock _growing = new();
    private readonly FreeList<PhasedRun> _runs = new();
    private volatile Worker[] _workers = [];
    private bool _disposed;

    /// <summary>Runs all phases of <paramref name="work"/> on the calling thread and the workers that are idle now.</summary>
    public void Run(IPhasedWork work, int maxThreads)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxThreads, 1);
        if (maxThreads == 1 || _insidePiece)
        {
            RunAlone(work);
            return;
        }

        PhasedRun run = _runs.Rent();
        run.Prepare(work, maxThreads);
        if (run.Walkers > 1)
            Lease(run, run.Walkers - 1);
        if (run.LeaseCount == 0)
        {
            _runs.Return(run);
            RunAlone(work);
            return;
        }

        _insidePiece = true;
        run.Walk(walker: 0, untilDone: true);
        _insidePiece = false;

        var failure = run.Failure;
        run.EndLeases();
        for (int i = 0; i < FarewellSpins && run.WorkersInside; i++)
            Waiter.Pause();
        Leave(run);
        failure?.Throw();
    }

    /// <summary>Runs a loop's pieces on the calling thread and the workers that are idle now.</summary>
    public void ParallelFor<TBody>(in TBody body, int pieces, int maxThreads) where TBody : struct, IParallelBody
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pieces);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxThreads, 1);
        if (pieces <= 1 || maxThreads == 1 || _insidePiece)
        {
            RunAlone(body, pieces);
            return;
        }

        LoopWork<TBody> work = LoopWork<TBody>.Spare.Rent();
        work.Set(body, pieces);
        try
        {
            Run(work, maxThreads);
        }
        finally
        {
            work.Set(default, 0);
            LoopWork<TBody>.Spare.Return(work);
        }
    }

    /// <summary>Gives up one hold on a run's state; the last one gives it back for the next run.</summary>
    internal void Leave(PhasedRun run)
    {
        if (run.Release())
            _runs.Return(run);
    }

    /// <summary>Ends the threads. No run may be in progress or start any more.</summary>
    public void Dispose()
    {
        lock (_growing)
        {
            _disposed = true;
            foreach (Worker worker in _workers)
                worker.Stop();
            _workers = [];
        }
    }

    private static void RunAlone(IPhasedWork work)
    {
        bool outer = _insidePiece;
        _insidePiece = true;
        try
        {
            int phases = work.PhaseCount;
            for (int phase = 0; phase < phases; phase++)
            {
                int pieces = work.Pieces(phase);
                for (int piece = 0; piece < pieces; piece++)
                    work.Run(phase, piece, walker: 0);
            }
        }
        finally
        {
            _insidePiece = outer;
        }
    }

    private static void RunAlone<TBody>(TBody body, int pieces) where TBody : struct, IParallelBody
    {
        bool outer = _insidePiece;
        _insidePiece = true;
        try
        {
            for (int piece = 0; piece < pieces; piece++)
                body.Run(piece, walker: 0);
        }
        finally
        {
            _insidePiece = outer;
        }
    }

    // Those that spin first: they start at once, and waking a parked one costs the caller some microseconds.
    private void Lease(PhasedRun run, int wanted)
    {
        Worker[] workers = _workers;
        if (workers.Length < wanted)
            workers = Grow(wanted);
        for (int parked = 0; parked < 2; parked++)
        {
            // The first `wanted` only: a lower thread limit than before holds for all runs together.
            for (int i = 0; i < wanted && run.LeaseCount < wanted; i++)
                workers[i].TryLease(run, parked == 1);
        }
    }

    private Worker[] Grow(int count)
    {
        lock (_growing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Worker[] workers = _workers;
            if (workers.Length >= count)
                return workers;
            var grown = new Worker[count];
            workers.CopyTo(grown, 0);
            for (int i = workers.Length; i < count; i++)
            {
                grown[i] = new Worker(this, i + 1, static () => _insidePiece = true);

                // A worker that leaves late holds on to a run's state. With one in store for each, no run ever has to make one.
                _runs.Return(new PhasedRun());
            }
            return _workers = grown;
        }
    }
}
