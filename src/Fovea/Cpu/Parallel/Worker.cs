using Fovea.Native;

namespace Fovea.Cpu.Parallel;

/// <summary>One worker thread, and the word through which runs lease it.</summary>
/// <remarks>
/// The word is a state (low bits) and a ticket (the rest) that every lease increases. A run that ends takes its lease back by
/// compare-and-swap from the exact word it wrote: should the worker have served it and been leased by another run since, the ticket
/// differs.
/// <code>
///   Idle ──lease──► Reserved ──► Leased ──worker──► Running ──worker──► Idle
///    │                 ▲            └──run ended first──► Idle
///    └─worker─► Parked ┘ (and the event is set, once for each time the worker parked)
/// </code>
/// </remarks>
internal sealed class Worker
{
    private const long Idle = 0, Parked = 1, Reserved = 2, Leased = 3, Running = 4, StateMask = 7, NextTicket = 8;

    // An idle worker answers the next run in a microsecond for this long, then sleeps; waking it takes tens of microseconds.
    private static readonly TimeSpan ParkAfter = TimeSpan.FromMilliseconds(1);

    private readonly WorkerTeam _team;
    private readonly Thread _thread;
    private readonly AutoResetEvent _wake = new(false);
    private PaddedLong _state;
    private PhasedRun? _run;                       // written only in Reserved, read only in Running
    private int _walker;
    private ThreadAffinity? _affinity;             // set by the thread before it first parks or runs

    /// <summary>Starts the thread.</summary>
    /// <param name="team">The team that run states go back to.</param>
    /// <param name="number">The worker's number, for its name.</param>
    /// <param name="prologue">What the thread does first.</param>
    public Worker(WorkerTeam team, int number, Action prologue)
    {
        _team = team;
        _thread = new Thread(() =>
        {
            prologue();
            Serve();
        })
        {
            IsBackground = true,
            Name = $"Fovea worker {number}",
        };
        _thread.Start();
    }

    /// <summary>Gives the worker a run if it is idle (<paramref name="parked"/>: if it sleeps), as the run's next walker.</summary>
    public void TryLease(PhasedRun run, bool parked)
    {
        if (!TryReserve(parked ? Parked : Idle, out long reserved))
            return;
        run.AddHold();
        run.AddLease(this, reserved - Reserved + Leased);
        _run = run;
        _walker = run.LeaseCount;
        if (parked && run.Walkers <= Environment.ProcessorCount)
            _affinity!.Forbid(run.CallerProcessor);
        Publish(reserved, parked);
    }

    /// <summary>Takes a lease back if the worker has not begun it.</summary>
    public bool TryEndLease(long ticket) => Interlocked.CompareExchange(ref _state.Value, ticket - Leased + Idle, ticket) == ticket;

    /// <summary>Ends the thread, once it is idle.</summary>
    public void Stop()
    {
        Waiter waiter = default;
        while (true)
        {
            foreach (bool parked in (ReadOnlySpan<bool>)[false, true])
            {
                if (TryReserve(parked ? Parked : Idle, out long reserved))
                {
                    _run = null;
                    Publish(reserved, parked);
                    _thread.Join();
                    _wake.Dispose();
                    return;
                }
            }
            waiter.Wait();
        }
    }

    private bool TryReserve(long from, out long reserved)
    {
        long state = Volatile.Read(ref _state.Value);
        reserved = state - from + NextTicket + Reserved;
        return (state & StateMask) == from && Interlocked.CompareExchange(ref _state.Value, reserved, state) == state;
    }

    private void Publish(long reserved, bool parked)
    {
        Volatile.Write(ref _state.Value, reserved - Reserved + Leased);
        if (parked)
            _wake.Set();
    }

    private void Serve()
    {
        _affinity = ThreadAffinity.OfCurrentThread();

        // The runtime binds a native function at its first call, and gives a thread what it needs to block at its first wait. Both
        // allocate: here, rather than in the middle of a run.
        _wake.WaitOne(0);
        ShortSleep.For(1);
        _affinity.Forbid(Thread.GetCurrentProcessorId());
        _affinity.Restore();

        Waiter waiter = default;
        while (true)
        {
            long state = Volatile.Read(ref _state.Value);
            switch (state & StateMask)
            {
                case Leased:
                    if (Interlocked.CompareExchange(ref _state.Value, state - Leased + Running, state) != state)
                        break;
                    if (_run is not { } run)
                        return;
                    LeaveCallersProcessor(run, _affinity);
                    run.Walk(_walker, untilDone: false);
                    Volatile.Write(ref _state.Value, state - Leased + Idle);
                    _team.Leave(run);                // after Idle: a caller that sees all holds gone can lease this worker again
                    waiter = default;
                    break;

                case Idle when !waiter.TryWait(ParkAfter):
                    if (Interlocked.CompareExchange(ref _state.Value, state - Idle + Parked, state) == state)
                    {
                        _wake.WaitOne();
                        _affinity.Restore();
                    }
                    waiter = default;
                    break;

                case Reserved:
                    Waiter.Pause();
                    break;
            }
        }
    }

    // Linux likes to put a woken thread on its waker's core, and leaves it there until a clock tick finds the other core idle: 4 ms, when
    // the caller itself never sleeps. So a sleeping worker is kept off that core until it is awake, and one that was already awake moves
    // away. With more threads than processors there is no better place.
    private static void LeaveCallersProcessor(PhasedRun run, ThreadAffinity affinity)
    {
        if (run.Walkers <= Environment.ProcessorCount && Thread.GetCurrentProcessorId() == run.CallerProcessor)
        {
            affinity.Forbid(run.CallerProcessor);
            affinity.Restore();
        }
    }
}
