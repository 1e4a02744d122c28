using System.Buffers.Binary;
using System.Text;

namespace Peers.Torch;

/// <summary>Makes TorchSharp's native library load where the C++ runtime is older than the one it was linked with.</summary>
/// <remarks>
/// TorchSharp 0.107's <c>libLibTorchSharp.so</c> names one symbol of GLIBCXX_3.4.32, <c>_ZSt21ios_base_library_initv</c>. No code in it
/// uses that symbol: GCC 13 emits the name for every file that includes <c>&lt;iostream&gt;</c>, to demand a new libstdc++ at link time.
/// Debian 12 has GCC 12's libstdc++, and the loader refuses the library for the version alone. Marking that one required version as weak
/// (VER_FLG_WEAK, for the loader "no error if missing") in this program's own copy of the file is all that is needed; where the version
/// exists, the mark changes nothing.
/// </remarks>
internal static class LibTorchSharpLoader
{
    private const string MissingVersion = "GLIBCXX_3.4.32";
    private const int SectionVersionNeeds = 0x6ffffffe;
    private const ushort WeakVersion = 2;

    /// <summary>Marks the version as weak in the copy beside this program. To be called before the first use of TorchSharp.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsLinux()) return;
        var path = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        if (!File.Exists(path)) return;

        var image = File.ReadAllBytes(path);
        if (!MarkWeak(image)) return;

        // Written beside and renamed: another process may have the old file mapped.
        var temporary = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(temporary, image);
        File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Walks the version needs of a 64-bit little-endian ELF image; true when it changed a flag.</summary>
    private static bool MarkWeak(Span<byte> image)
    {
        var (needs, count, stringSection) = FindVersionNeeds(image);
        var strings = Section(image, stringSection).Offset;
        var changed = false;
        for (var need = needs; count > 0; count--)
        {
            int entries = UInt16(image, need + 2);
            var entry = need + Int32(image, need + 8);
            for (; entries > 0; entries--)
            {
                var flags = UInt16(image, entry + 4);
                if ((flags & WeakVersion) == 0 && Text(image, strings + Int32(image, entry + 8)) == MissingVersion)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(image[(entry + 4)..], (ushort)(flags | WeakVersion));
                    changed = true;
                }

                entry += Int32(image, entry + 12);
            }

            need += Int32(image, need + 12);
        }

        return changed;
    }

    private static (int Offset, int Count, int StringSection) FindVersionNeeds(ReadOnlySpan<byte> image)
    {
        int sections = UInt16(image, 0x3C);
        for (var i = 0; i < sections; i++)
        {
            var (type, offset, link, info) = Section(image, i);
            if (type == SectionVersionNeeds) return (offset, info, link);
        }

        return (0, 0, 0);
    }

    private static (int Type, int Offset, int Link, int Info) Section(ReadOnlySpan<byte> image, int index)
    {
        var header = (int)BinaryPrimitives.ReadInt64LittleEndian(image[0x28..]) + index * UInt16(image, 0x3A);
        return (Int32(image, header + 4), (int)BinaryPrimitives.ReadInt64LittleEndian(image[(header + 24)..]),
            Int32(image, header + 40), Int32(image, header + 44));
    }

    private static ushort UInt16(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadUInt16LittleEndian(image[at..]);

    private static int Int32(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadInt32LittleEndian(image[at..]);

    private static string Text(ReadOnlySpan<byte> image, int at)
    {
        var tail = image[at..];
        return Encoding.ASCII.GetString(tail[..tail.IndexOf((byte)0)]);
    }
}
