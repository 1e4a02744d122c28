using Fovea.Data;
using Microsoft.Win32.SafeHandles;

namespace Fovea.Tests.Data;

/// <summary>What happens at the chosen operation.</summary>
public enum Fault
{
    /// <summary>The device fails; nothing of the operation is done.</summary>
    Eio,

    /// <summary>The disk is full: a write stops half-way.</summary>
    Enospc,

    /// <summary>The process dies before the operation; nothing after it happens.</summary>
    CrashBefore,

    /// <summary>The process dies after half of a write, or after any other operation.</summary>
    CrashAfter,
}

/// <summary>Stands for the death of the process: no code of ours may do anything after it.</summary>
internal sealed class CrashException() : Exception("crash");

/// <summary>File operations that fail at the n-th call (counted from 0).</summary>
internal sealed class FaultyFiles(int failAt, Fault fault) : FileOperations
{
    public int Calls { get; private set; }

    /// <summary>The operation that failed; null while none has.</summary>
    public string? Failed { get; private set; }

    private bool Dead { get; set; }

    public override SafeFileHandle Create(string path) => Do(nameof(Create), () => base.Create(path));

    public override SafeFileHandle Open(string path, bool create) => Do(nameof(Open), () => base.Open(path, create));

    public override long Length(SafeFileHandle handle) => Do(nameof(Length), () => base.Length(handle));

    public override void SetLength(SafeFileHandle handle, long length) => Do(nameof(SetLength), () => base.SetLength(handle, length));

    public override void Flush(SafeFileHandle handle, string path) => Do(nameof(Flush), () => base.Flush(handle, path));

    public override void Rename(string from, string to) => Do(nameof(Rename), () => base.Rename(from, to));

    public override void FlushDirectory(string path) => Do(nameof(FlushDirectory), () => base.FlushDirectory(path));

    public override void Delete(string path) => Do(nameof(Delete), () => base.Delete(path));

    public override void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset)
    {
        byte[] copy = bytes.ToArray();
        Do(nameof(Write), () => base.Write(handle, copy, offset), () => base.Write(handle, copy.AsSpan(0, copy.Length / 2), offset));
    }

    private void Do(string name, Action action, Action? half = null) => Do(name, () => { action(); return 0; }, half);

    private T Do<T>(string name, Func<T> action, Action? half = null)
    {
        if (Dead) throw new CrashException();
        if (Calls++ != failAt) return action();

        Failed = name;
        if (fault is Fault.Eio) throw new IOException("Input/output error", 5);
        if (fault is Fault.Enospc)
        {
            half?.Invoke();
            throw new IOException("No space left on device", 28);
        }

        Dead = true;
        if (fault is Fault.CrashAfter)
        {
            if (half is not null) half();
            else if (action() is IDisposable handle) handle.Dispose(); // as the system closes the files of a dead process
        }

        throw new CrashException();
    }
}
