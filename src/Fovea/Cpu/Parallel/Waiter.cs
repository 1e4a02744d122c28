using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Fovea.Native;

namespace Fovea.Cpu.Parallel;

/// <summary>One wait for another thread. A new wait starts with a new value.</summary>
internal struct Waiter
{
    // About 50 µs, longer than nearly every step of a plan: a wait inside a run almost always ends while spinning. On one processor the
    // other thread cannot even run meanwhile.
    private static readonly int Spins = Environment.ProcessorCount > 1 ? 20_000 : 0;

    // A wait this long is for a long piece on another thread: a millisecond's sleep costs it at most a tenth, and leaves the core to
    // others.
    private static readonly TimeSpan SleepAfter = TimeSpan.FromMilliseconds(10);

    private const int NapMicroseconds = 50;

    private int _spins;
    private long _spunUntil;
    private bool _interrupted;

    /// <summary>Passes a moment of a run: spins, then naps, then sleeps.</summary>
    /// <remarks>
    /// Who has waited longer than a spin most likely waits for a thread that the system has taken off its core. A nap, unlike a yield,
    /// leaves this core idle, and an idle core fetches such threads: with as many busy processes as cores a run takes a quarter less time.
    /// </remarks>
    public void Wait()
    {
        if (Spin())
            return;
        if (WithinLimit(SleepAfter) || _interrupted)
        {
            ShortSleep.For(NapMicroseconds);
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

    /// <summary>Passes a moment without work: spins, then yields.</summary>
    /// <param name="limit">How long to yield, once spinning has not helped.</param>
    /// <returns>False, at once, when that time is over.</returns>
    public bool TryWait(TimeSpan limit)
    {
        if (Spin())
            return true;
        if (!WithinLimit(limit))
            return false;
        Thread.Yield();
        return true;
    }

    private bool Spin()
    {
        if (_spins >= Spins)
            return false;

        // Mostly plain reads: a pause lasts up to 140 cycles, longer than a hand-over takes.
        if ((++_spins & 7) == 0)
            Pause();
        return true;
    }

    private bool WithinLimit(TimeSpan limit)
    {
        if (_spunUntil == 0)
            _spunUntil = Stopwatch.GetTimestamp();
        return Stopwatch.GetElapsedTime(_spunUntil) <= limit;
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
