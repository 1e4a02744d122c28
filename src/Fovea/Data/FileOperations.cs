using Fovea.Native;
using Microsoft.Win32.SafeHandles;

namespace Fovea.Data;

/// <summary>
/// The operations on files that <see cref="DurableFile"/> is made of: one virtual method each, so that a test can make any of them fail
/// or stop the world after it.
/// </summary>
internal class FileOperations
{
    /// <summary>The real thing.</summary>
    public static FileOperations System { get; } = new();

    /// <summary>Creates a file, or empties the one that is there. Fails when another handle has it open.</summary>
    public virtual SafeFileHandle Create(string path) => File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None);

    /// <summary>Opens a file for writing, with its content; <paramref name="create"/> makes it when it is missing.</summary>
    public virtual SafeFileHandle Open(string path, bool create) =>
        File.OpenHandle(path, create ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.Write, FileShare.Read);

    public virtual long Length(SafeFileHandle handle) => RandomAccess.GetLength(handle);

    /// <summary>Writes all bytes at an offset; when it throws, any number of them may have been written.</summary>
    public virtual void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

    public virtual void SetLength(SafeFileHandle handle, long length) => RandomAccess.SetLength(handle, length);

    public virtual void Flush(SafeFileHandle handle, string path) => FileSync.File(handle, path);

    /// <summary>Renames a file in one step; the target, if there is one, is replaced.</summary>
    public virtual void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public virtual void FlushDirectory(string path) => FileSync.Directory(path);

    public virtual void Delete(string path) => File.Delete(path);
}
