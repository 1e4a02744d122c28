using System.Runtime.InteropServices;

namespace Fovea.Native;

/// <summary>Sleeps far below the millisecond that <see cref="Thread.Sleep(int)"/> takes at least.</summary>
internal static unsafe partial class ShortSleep
{
    private static bool _available = (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()) && sizeof(nint) == 8;

    /// <summary>Sleeps about so long (the system adds some 50 µs of its own), or yields where the system cannot do it.</summary>
    /// <param name="microseconds">Below a million.</param>
    public static void For(int microseconds)
    {
        if (!_available)
        {
            Thread.Yield();
            return;
        }
        try
        {
            long* secondsAndNanoseconds = stackalloc long[2] { 0, 1000L * microseconds };
            _ = nanosleep(secondsAndNanoseconds, null);        // a signal ends it early, which is as good
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            _available = false;
        }
    }

    [LibraryImport("libc")]
    private static partial int nanosleep(long* duration, long* remaining);
}
