using System.Runtime.InteropServices;

namespace Fovea.Native;

/// <summary>Which processors one thread may run on. Linux only; elsewhere nothing happens. Best effort: no call fails.</summary>
/// <remarks>One user at a time.</remarks>
internal sealed unsafe partial class ThreadAffinity
{
    // Room for 8 192 processors, the most that the kernel is built for; it refuses a mask shorter than its own.
    private const int Words = 128;

    private readonly ulong[] _allowed = new ulong[Words];
    private readonly ulong[] _others = new ulong[Words];
    private readonly int _thread;
    private bool _forbidding;

    private ThreadAffinity(int thread) => _thread = thread;

    /// <summary>For the calling thread, which must be one whole system thread for its life.</summary>
    public static ThreadAffinity OfCurrentThread()
    {
        if (!OperatingSystem.IsLinux())
            return new(0);
        try
        {
            return new(gettid());
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            return new(0);                          // a C library older than gettid
        }
    }

    /// <summary>Keeps the thread off one processor, even one that sleeps, until <see cref="Restore"/>.</summary>
    public void Forbid(int processor)
    {
        if (_thread == 0 || processor >= 64 * Words)
            return;
        fixed (ulong* allowed = _allowed, others = _others)
        {
            if (sched_getaffinity(_thread, sizeof(ulong) * Words, allowed) != 0)
                return;
            _allowed.CopyTo(_others, 0);
            others[processor / 64] &= ~(1UL << (processor % 64));
            _forbidding = sched_setaffinity(_thread, sizeof(ulong) * Words, others) == 0;       // refused if none is left
        }
    }

    /// <summary>
    /// Lets the thread run wherever it might before <see cref="Forbid"/>. It stays where it is until the system moves it.
    /// </summary>
    public void Restore()
    {
        if (!_forbidding)
            return;
        _forbidding = false;
        fixed (ulong* allowed = _allowed)
            _ = sched_setaffinity(_thread, sizeof(ulong) * Words, allowed);
    }

    [LibraryImport("libc")]
    private static partial int gettid();

    [LibraryImport("libc")]
    private static partial int sched_getaffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport("libc")]
    private static partial int sched_setaffinity(int thread, nuint bytes, ulong* mask);
}
