using System.Buffers.Binary;
using System.Globalization;
using Fovea.Data;
using Fovea.Errors;
using Xunit;

namespace Fovea.Tests.Data;

/// <summary>
/// Damages files at random, by a fixed seed, and checks the promise of every parser: a file is read, or one typed exception says why not,
/// and no more memory is taken than a file of its size may.
/// </summary>
internal static class Mutator
{
    private static readonly ulong[] Extremes =
    [
        0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000,
        0x7FFFFFFFFFFFFFFF, 0x8000000000000000, ulong.MaxValue,
    ];

    /// <summary>
    /// Parses mutants of <paramref name="file"/>; returns how many were read and how many refused. FOVEA_MUTANTS=1000000 makes the long
    /// form: at least so many.
    /// </summary>
    /// <param name="file">A good file.</param>
    /// <param name="count">How many mutants, in the short form.</param>
    /// <param name="expansion">Decoded bytes that one byte of a file may declare: 1, or deflate's 1032.</param>
    /// <param name="parse">The parser.</param>
    public static (int Read, int Refused) Check<TException>(byte[] file, int count, int expansion, Action<byte[]> parse)
        where TException : FoveaException
    {
        parse(file);
        if (int.TryParse(Environment.GetEnvironmentVariable("FOVEA_MUTANTS"), CultureInfo.InvariantCulture, out int asked))
            count = Math.Max(count, asked);
        int read = 0, refused = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] mutant = Mutate(file, i);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                parse(mutant);
                read++;
            }
            catch (TException e)
            {
                Assert.Contains("mutant", e.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"Mutant {i} raised {e}");
            }

            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            long most = 4L * (1 + expansion) * mutant.Length + (1 << 20);
            Assert.True(taken <= most, $"Mutant {i} of {mutant.Length} bytes took {taken} bytes.");
        }

        return (read, refused);
    }

    /// <summary>The mutant of a number: one to four random changes.</summary>
    public static byte[] Mutate(byte[] file, int number)
    {
        var random = new KeyedRandom(12345, KeyedRandom.Purpose.Split, index: (ulong)number);
        List<byte> bytes = [.. file];
        Span<byte> extremeBytes = stackalloc byte[sizeof(ulong)];
        for (int changes = 1 + random.Below(4); changes > 0; changes--)
        {
            // Headers are short and decide most; half of all changes go there.
            int reach = random.Below(2) == 0 ? Math.Min(bytes.Count, 64) : bytes.Count;
            int at = random.Below(Math.Max(1, reach));
            switch (random.Below(7))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Below(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Below(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Below(20)));
                    break;
                case 4:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)random.Below(256), random.Below(40)));
                    break;
                case 5:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, 1 + random.Below(64))));
                    break;
                default:
                    ulong extreme = Extremes[random.Below(Extremes.Length)];
                    if (random.Below(2) == 0) BinaryPrimitives.WriteUInt64LittleEndian(extremeBytes, extreme);
                    else BinaryPrimitives.WriteUInt64BigEndian(extremeBytes, extreme << 32 | extreme >> 32);
                    int width = 1 << random.Below(4);
                    for (int k = 0; k < width && at + k < bytes.Count; k++) bytes[at + k] = extremeBytes[k];
                    break;
            }
        }

        return [.. bytes];
    }
}
