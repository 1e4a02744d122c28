using System.Text;
using Fovea.Data;
using Fovea.Native;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Fovea.Tests.Data;

public sealed class DurableFileTests
{
    private static readonly byte[] Old = Encoding.ASCII.GetBytes("old content");
    private static readonly byte[] New = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31))];

    [Fact]
    public void Write_makes_a_file_and_leaves_no_temporary()
    {
        using var folder = new TemporaryFolder();
        DurableFile.Write(folder["a.bin"], New);
        DurableFile.Write(folder["a.bin"], stream => { foreach (byte b in Old) stream.WriteByte(b); });
        DurableFile.Write(folder["b.bin"], stream => { stream.Write(New, 0, 7); stream.Write(New.AsSpan(7)); });
        Assert.Equal(Old, File.ReadAllBytes(folder["a.bin"]));
        Assert.Equal(New, File.ReadAllBytes(folder["b.bin"]));
        Assert.Equal(["a.bin", "b.bin"], folder.Names);
    }

    [Theory]
    [InlineData(Fault.Eio)]
    [InlineData(Fault.Enospc)]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashAfter)]
    public void Write_that_fails_anywhere_leaves_the_old_file_or_the_new_one(Fault fault)
    {
        var failed = new List<string>();
        for (int at = 0; ; at++)
        {
            using var folder = new TemporaryFolder();
            File.WriteAllBytes(folder["a.bin"], Old);
            var files = new FaultyFiles(at, fault);
            Exception? error = Record.Exception(() => DurableFile.Write(
                folder["a.bin"],
                stream => { stream.Write(New.AsSpan(0, 10)); stream.Write(New.AsSpan(10)); },
                files));

            byte[] content = File.ReadAllBytes(folder["a.bin"]);
            if (files.Failed is null)
            {
                Assert.Null(error);
                Assert.Equal(New, content);
                break;
            }

            failed.Add(files.Failed);
            bool renamed = files.Failed is "FlushDirectory" || (files.Failed is "Rename" && fault is Fault.CrashAfter);
            Assert.Equal(renamed ? New : Old, content);
            if (fault is Fault.Eio or Fault.Enospc)
            {
                IOException inputOutput = Assert.IsType<IOException>(error);
                Assert.StartsWith(folder["a.bin"] + ": cannot write: ", inputOutput.Message, StringComparison.Ordinal);
                Assert.Contains(fault is Fault.Eio ? "Input/output error" : "No space left", inputOutput.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', inputOutput.Message);
                Assert.Equal(["a.bin"], folder.Names);
            }
            else
            {
                Assert.IsType<CrashException>(error);
                DurableFile.DeleteLeftovers(folder.Root);
                Assert.Equal(["a.bin"], folder.Names);
            }
        }

        Assert.Equal(["Create", "Write", "Write", "Flush", "Rename", "FlushDirectory"], failed);
    }

    [Fact]
    public void Write_passes_on_the_error_of_its_callback_and_cleans_up()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.bin"], Old);
        Assert.Throws<InvalidOperationException>(() => DurableFile.Write(folder["a.bin"], stream =>
        {
            stream.Write(New);
            throw new InvalidOperationException();
        }));
        Assert.Equal(Old, File.ReadAllBytes(folder["a.bin"]));
        Assert.Equal(["a.bin"], folder.Names);
    }

    [Fact]
    public void Write_into_a_missing_folder_names_the_path()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder["missing"], "a.bin");
        IOException error = Assert.Throws<IOException>(() => DurableFile.Write(path, Old));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Fault.Eio)]
    [InlineData(Fault.Enospc)]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashAfter)]
    public void Append_that_fails_keeps_every_earlier_line(Fault fault)
    {
        byte[] first = Encoding.ASCII.GetBytes("{\"epoch\":1}\n"), second = Encoding.ASCII.GetBytes("{\"epoch\":2}\n");
        var failed = new List<string>();
        for (int at = 0; ; at++)
        {
            using var folder = new TemporaryFolder();
            long length = DurableFile.Append(folder["metrics.jsonl"], first);
            Assert.Equal(first.Length, length);
            var files = new FaultyFiles(at, fault);
            Exception? error = Record.Exception(() => DurableFile.Append(folder["metrics.jsonl"], second, files));
            if (files.Failed is null)
            {
                Assert.Null(error);
                Assert.Equal([.. first, .. second], File.ReadAllBytes(folder["metrics.jsonl"]));
                break;
            }

            failed.Add(files.Failed);
            if (fault is Fault.Eio or Fault.Enospc)
            {
                Assert.IsType<IOException>(error);
                Assert.Equal(first, File.ReadAllBytes(folder["metrics.jsonl"]));
            }
            else
            {
                Assert.IsType<CrashException>(error);
                Assert.Equal(first, File.ReadAllBytes(folder["metrics.jsonl"])[..first.Length]);
                DurableFile.Truncate(folder["metrics.jsonl"], length);
                Assert.Equal(first, File.ReadAllBytes(folder["metrics.jsonl"]));
            }
        }

        Assert.Equal(["Open", "Length", "Write", "Flush"], failed);
    }

    [Fact]
    public void Truncate_refuses_a_file_that_is_shorter_or_missing()
    {
        using var folder = new TemporaryFolder();
        DurableFile.Append(folder["m"], Old);
        IOException error = Assert.Throws<IOException>(() => DurableFile.Truncate(folder["m"], 100));
        Assert.Contains("11 bytes where 100", error.Message, StringComparison.Ordinal);
        Assert.Equal(Old, File.ReadAllBytes(folder["m"]));
        Assert.ThrowsAny<IOException>(() => DurableFile.Truncate(folder["missing"], 0));
        Assert.Equal(["m"], folder.Names);
    }

    [Fact]
    public void Leftovers_are_only_files_that_end_in_a_process_number()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "a.tmp-12", "a.tmp-", "a.tmp-x1", "a", "b.tmp-3.txt" }) File.WriteAllBytes(folder[name], Old);
        DurableFile.DeleteLeftovers(folder.Root);
        Assert.Equal(["a", "a.tmp-", "a.tmp-x1", "b.tmp-3.txt"], folder.Names);
    }

    [Fact]
    public void Flush_of_a_handle_that_cannot_be_flushed_throws()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a file that the system refuses to flush: /dev/null");
        using SafeFileHandle handle = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        IOException error = Assert.Throws<IOException>(() => FileSync.File(handle, "/dev/null"));
        Assert.StartsWith("/dev/null: cannot flush: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(22, error.HResult);
    }

    [Fact]
    public void Flush_of_a_missing_folder_throws()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows flushes folders itself");
        using var folder = new TemporaryFolder();
        FileSync.Directory(folder.Root);
        Assert.Throws<IOException>(() => FileSync.Directory(folder["missing"]));
    }
}
