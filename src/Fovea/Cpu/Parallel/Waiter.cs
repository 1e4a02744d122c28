using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Cpu.Parallel;

/// <summary>One wait for another thread: spins, then yields, then naps. A new wait starts with a new value.</summary>
internal struct Waiter
{
    // About 50 µs, longer than nearly every step of a plan: a wait inside a run almost always ends while spinning. On one processor the
    // other thread cannot even run meanwhile.
    private static readonly int Spins = Environment.ProcessorCount > 1 ? 20_000 : 0;

    // A wait this long is for a long piece on another thread: a millisecond's nap costs it at most a tenth, and leaves the core to others.
    private static readonly TimeSpan NapAfter = TimeSpan.FromMilliseconds(10);

    private int _spins;
    private long _yieldingSince;
    private bool _interrupted;

    /// <summary>Passes a moment, however long the wait has been.</summary>
    public void Wait()
    {
        if (TryWait(NapAfter))
            return;
        if (_interrupted)
        {
            Thread.Yield();
            return;
        }
        try
        {
            Thread.Sleep(1);
        }
        catch (ThreadInterruptedException)
        {
            // Pieces still run and use the caller's memory, so the wait goes on; the interrupt is for the thread's next block elsewhere.
            Thread.CurrentThread.Interrupt();
            _interrupted = true;
        }
    }

    /// <summary>Passes a moment by spinning or yielding.</summary>
    /// <param name="limit">How long to yield, once spinning has not helped.</param>
    /// <returns>False, at once, when that time is over.</returns>
    public bool TryWait(TimeSpan limit)
    {
        if (_spins < Spins)
        {
            // Mostly plain reads: a pause lasts up to 140 cycles, longer than a hand-over takes.
            if ((++_spins & 7) == 0)
                Pause();
            return true;
        }
        if (_yieldingSince == 0)
            _yieldingSince = Stopwatch.GetTimestamp();
        else if (Stopwatch.GetElapsedTime(_yieldingSince) > limit)
            return false;
        Thread.Yield();
        return true;
    }

    /// <summary>Tells the processor that this thread spins.</summary>
    public static void Pause()
    {
        if (X86Base.IsSupported)
            X86Base.Pause();
        else if (ArmBase.IsSupported)
            ArmBase.Yield();
    }
}

/// <summary>A counter with its cache line, and the neighbour that is fetched with it, to itself.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct PaddedLong
{
    /// <summary>The value; every access goes through <see cref="Volatile"/> or <see cref="Interlocked"/>.</summary>
    [FieldOffset(128)] public long Value;
}
