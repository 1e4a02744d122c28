using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Fovea.Native;

/// <summary>
/// Forces a file, or the entries of a folder, from the system's caches to the device, and reports a failure.
/// .NET's own calls (<see cref="FileStream.Flush(bool)"/>, <see cref="RandomAccess.FlushToDisk"/>) return normally on Unix when
/// fsync fails, and offer nothing for a folder.
/// </summary>
internal static partial class FileSync
{
    private const int ReadOnly = 0;
    private const int FullFsync = 51; // F_FULLFSYNC: macOS's fsync stops at the drive's volatile cache
    private const int Interrupted = 4;
    private const int InvalidArgument = 22;

    /// <summary>Flushes the content and size of an open file to the device.</summary>
    /// <exception cref="IOException">The system could not flush; the message holds path and reason.</exception>
    public static void File(SafeFileHandle handle, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            if (!FlushFileBuffers(handle)) throw Failure(path, "flush", new Win32Exception(Marshal.GetLastPInvokeError()).Message);
            return;
        }

        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            int descriptor = (int)handle.DangerousGetHandle();
            // Network file systems on macOS refuse F_FULLFSYNC; there fsync is all there is.
            if (OperatingSystem.IsMacOS() && Retry(descriptor, static d => FcntlNative(d, FullFsync)) == 0) return;
            if (Retry(descriptor, FsyncNative) != 0) throw Failure(path, "flush");
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    /// <summary>
    /// Flushes the entries of a folder, so that a file created or renamed in it survives a power cut. Windows journals them itself.
    /// </summary>
    /// <exception cref="IOException">The system could not flush; the message holds path and reason.</exception>
    public static void Directory(string path)
    {
        if (OperatingSystem.IsWindows()) return;

        int descriptor;
        do descriptor = OpenNative(path, ReadOnly);
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        if (descriptor < 0) throw Failure(path, "open");
        try
        {
            // A file system that cannot flush a folder says "invalid argument": then there is nothing to wait for.
            if (Retry(descriptor, FsyncNative) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument) throw Failure(path, "flush");
        }
        finally
        {
            _ = CloseNative(descriptor);
        }
    }

    private static int Retry(int descriptor, Func<int, int> call)
    {
        int result;
        do result = call(descriptor);
        while (result != 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return result;
    }

    private static IOException Failure(string path, string action)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{path}: cannot {action}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    private static IOException Failure(string path, string action, string reason) =>
        new($"{path}: cannot {action}: {reason}", Marshal.GetHRForLastWin32Error());

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FsyncNative(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlNative(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenNative(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseNative(int descriptor);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FlushFileBuffers(SafeFileHandle handle);
}
