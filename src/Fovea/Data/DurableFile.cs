using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Fovea.Data;

/// <summary>
/// Files that are whole after a crash, a power cut or a full disk: each holds what it held before or what was written last, never a part.
/// Every failure is one <see cref="IOException"/> with path and reason in one line.
/// </summary>
internal static class DurableFile
{
    private const string TemporaryMark = ".tmp-";

    /// <summary>
    /// Replaces <paramref name="path"/> by what <paramref name="write"/> writes: into <c>path.tmp-pid</c>, flushed to the device, renamed,
    /// and the folder flushed. If anything fails up to the rename, the temporary file is deleted and the earlier file is untouched. If only
    /// the last step fails, the new file is in place but may not survive a power cut.
    /// </summary>
    public static void Write(string path, Action<Stream> write, FileOperations? files = null)
    {
        files ??= FileOperations.System;
        path = Path.GetFullPath(path);
        string temporary = path + TemporaryMark + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        try
        {
            bool created = false;
            try
            {
                using (SafeFileHandle handle = files.Create(temporary))
                {
                    created = true;
                    using var stream = new SequentialStream(files, handle);
                    write(stream);
                    stream.Flush();
                    files.Flush(handle, temporary);
                }

                files.Rename(temporary, path);
            }
            catch
            {
                // Not created by this call: another writer's, still open.
                if (created) TryDelete(temporary, files);
                throw;
            }

            files.FlushDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            throw Failure(path, e);
        }
    }

    /// <summary>
    /// Replaces <paramref name="path"/> by <paramref name="content"/>, as
    /// <see cref="Write(string, Action{Stream}, FileOperations?)"/> does.
    /// </summary>
    public static void Write(string path, ReadOnlyMemory<byte> content, FileOperations? files = null) =>
        Write(path, stream => stream.Write(content.Span), files);

    /// <summary>
    /// Appends <paramref name="bytes"/> (a whole line) and flushes to the device; makes the file when it is missing. On failure the file
    /// is cut back to its earlier length, as far as the device still obeys.
    /// </summary>
    /// <returns>The length of the file in bytes: where <see cref="Truncate"/> cuts to return to this moment.</returns>
    public static long Append(string path, ReadOnlySpan<byte> bytes, FileOperations? files = null)
    {
        files ??= FileOperations.System;
        path = Path.GetFullPath(path);
        try
        {
            using SafeFileHandle handle = files.Open(path, create: true);
            long length = files.Length(handle);
            try
            {
                files.Write(handle, bytes, length);
                files.Flush(handle, path);
            }
            catch (Exception e) when (IsInputOutput(e))
            {
                TryCut(handle, length, files);
                throw;
            }

            if (length == 0) files.FlushDirectory(Path.GetDirectoryName(path)!); // its entry may be new
            return length + bytes.Length;
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            throw Failure(path, e);
        }
    }

    /// <summary>Cuts a file to <paramref name="length"/> bytes and flushes it; a shorter file is an error, since its end is lost.</summary>
    public static void Truncate(string path, long length, FileOperations? files = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        files ??= FileOperations.System;
        path = Path.GetFullPath(path);
        try
        {
            using SafeFileHandle handle = files.Open(path, create: false);
            long actual = files.Length(handle);
            if (actual < length) throw new IOException($"it has {actual} bytes where {length} were recorded; its end is lost");
            if (actual > length) files.SetLength(handle, length);
            files.Flush(handle, path);
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            throw Failure(path, e);
        }
    }

    /// <summary>
    /// Deletes the temporary files that killed processes left in a folder. Only its owner may call it: a temporary file of a
    /// process that is still writing would go too.
    /// </summary>
    public static void DeleteLeftovers(string folder, FileOperations? files = null)
    {
        files ??= FileOperations.System;
        foreach (string path in Directory.EnumerateFiles(folder, "*" + TemporaryMark + "*"))
        {
            ReadOnlySpan<char> process = path.AsSpan(path.LastIndexOf(TemporaryMark, StringComparison.Ordinal) + TemporaryMark.Length);
            if (!process.IsEmpty && !process.ContainsAnyExceptInRange('0', '9')) TryDelete(path, files);
        }
    }

    private static void TryDelete(string path, FileOperations files)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            // The first failure is the one to report; a leftover costs disk space and nothing else.
        }
    }

    private static void TryCut(SafeFileHandle handle, long length, FileOperations files)
    {
        try
        {
            files.SetLength(handle, length);
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            // As above; a reader that resumes cuts the file to the length it recorded.
        }
    }

    private static bool IsInputOutput(Exception e) => e is IOException or UnauthorizedAccessException;

    private static IOException Failure(string path, Exception e) =>
        new($"{path}: cannot write: {e.Message.ReplaceLineEndings(" ")}", e) { HResult = e.HResult };

    /// <summary>A buffer in front of a handle, written from start to end through the operations: each write can be made to fail.</summary>
    private sealed class SequentialStream(FileOperations files, SafeFileHandle handle) : Stream
    {
        private readonly byte[] _buffer = new byte[128 * 1024];
        private long _written;
        private int _pending;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _written + _pending;

        public override long Position { get => Length; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length > _buffer.Length - _pending) Flush();
            if (bytes.Length >= _buffer.Length)
            {
                files.Write(handle, bytes, _written);
                _written += bytes.Length;
                return;
            }

            bytes.CopyTo(_buffer.AsSpan(_pending));
            _pending += bytes.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void WriteByte(byte value) => Write([value]);

        /// <summary>Hands what is buffered to the system; the device is flushed once, at the end.</summary>
        public override void Flush()
        {
            if (_pending == 0) return;
            files.Write(handle, _buffer.AsSpan(0, _pending), _written);
            _written += _pending;
            _pending = 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
