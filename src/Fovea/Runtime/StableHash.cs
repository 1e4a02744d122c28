using System.Text;

namespace Fovea.Runtime;

/// <summary>Hashes that never change: not with the process, the platform or the version. Random streams are named by them.</summary>
internal static class StableHash
{
    private const ulong Basis = 0xCBF29CE484222325, Prime = 0x00000100000001B3;

    /// <summary>
    /// The 64-bit FNV-1a hash (Fowler, Noll, Vo) of the name's UTF-8 bytes, then the byte 0xFF (which no UTF-8 text contains), then
    /// <paramref name="index"/> as four bytes, least significant first; the result goes through <see cref="Mix"/>.
    /// </summary>
    public static ulong Of(ReadOnlySpan<char> name, int index)
    {
        ulong hash = Basis;
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in name.EnumerateRunes())
        {
            int length = rune.EncodeToUtf8(bytes);
            foreach (byte value in bytes[..length])
                hash = (hash ^ value) * Prime;
        }
        hash = (hash ^ 0xFF) * Prime;
        for (int shift = 0; shift < 32; shift += 8)
            hash = (hash ^ (byte)(index >> shift)) * Prime;
        return Mix(hash);
    }

    /// <summary>The output function of SplitMix64 (Steele, Lea, Flood 2014; constants of Stafford's variant 13): a bijection in which
    /// every input bit changes about half of the output bits.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
