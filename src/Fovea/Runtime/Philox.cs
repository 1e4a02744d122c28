using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Runtime;

/// <summary>
/// Philox 4x32-10, a counter-based random generator (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
/// ten rounds of multiplications turn a 128-bit counter and a 64-bit key into four 32-bit words. Nothing is remembered between calls, so
/// any number can be had alone, in any order, on any thread, with the same bits.
/// </summary>
/// <remarks>
/// A number's address is (seed, stream name, step, sample, element in the sample). Seed and name make the key (<see cref="PhiloxStream"/>);
/// the counter's words, first to last, are
/// <list type="number">
/// <item>element / 4 (elements below 2³⁴);</item>
/// <item>bits 0–31 of the sample's index;</item>
/// <item>bits 0–31 of the step;</item>
/// <item>bits 32–47 of the sample's index, and above them bits 32–47 of the step (both below 2⁴⁸);</item>
/// </list>
/// and output word element mod 4 is the element's. Normal numbers use the words in pairs: elements 2i and 2i + 1 come from words
/// 2i and 2i + 1.
/// <para>
/// The fills write a range of a dense array of samples: <c>destination[i]</c> is element (offset + i) mod sampleLength of sample
/// firstSample + ⌊(offset + i) / sampleLength⌋. How an array is cut into calls, and which vector width the machine has, change no bit.
/// </para>
/// </remarks>
internal static class Philox
{
    private const long MaxSampleLength = 1L << 34, MaxIndex = 1L << 48;

    /// <summary>Fills with 32-bit words, all values equally likely.</summary>
    /// <param name="destination">What to fill.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="step">The step, from 0 to 2⁴⁸ − 1.</param>
    /// <param name="firstSample">The sample that offset 0 lies in; samples go up to 2⁴⁸ − 1.</param>
    /// <param name="sampleLength">Elements a sample, from 1 to 2³⁴.</param>
    /// <param name="offset">Where the destination starts, in elements from the first sample's start.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside of its range.</exception>
    public static void FillBits(
        Span<uint> destination, PhiloxStream stream, long step, long firstSample, long sampleLength, long offset = 0) =>
        Fill(destination, stream, step, firstSample, sampleLength, offset, default(PhiloxTransforms.Bits));

    /// <summary>Fills with multiples of 2⁻²⁴ in [0, 1), all equally likely.</summary>
    /// <inheritdoc cref="FillBits"/>
    public static void FillUniform(
        Span<float> destination, PhiloxStream stream, long step, long firstSample, long sampleLength, long offset = 0) =>
        Fill(Words(destination), stream, step, firstSample, sampleLength, offset, default(PhiloxTransforms.Uniform));

    /// <summary>Fills with normal numbers of mean 0 and standard deviation 1; none is beyond ±6.67.</summary>
    /// <inheritdoc cref="FillBits"/>
    public static void FillNormal(
        Span<float> destination, PhiloxStream stream, long step, long firstSample, long sampleLength, long offset = 0) =>
        Fill(Words(destination), stream, step, firstSample, sampleLength, offset, default(PhiloxTransforms.Normal));

    /// <summary>
    /// Fills with <paramref name="kept"/> where an element is kept, which it is with <paramref name="probability"/>, and 0 elsewhere.
    /// </summary>
    /// <param name="destination">What to fill.</param>
    /// <param name="probability">From 0 (none is kept) to 1 (all are); rounded to a multiple of 2⁻³².</param>
    /// <param name="kept">The value of a kept element; dropout has 1 / probability here.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="step">The step, from 0 to 2⁴⁸ − 1.</param>
    /// <param name="firstSample">The sample that offset 0 lies in; samples go up to 2⁴⁸ − 1.</param>
    /// <param name="sampleLength">Elements a sample, from 1 to 2³⁴.</param>
    /// <param name="offset">Where the destination starts, in elements from the first sample's start.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside of its range.</exception>
    public static void FillBernoulli(
        Span<float> destination, float probability, float kept,
        PhiloxStream stream, long step, long firstSample, long sampleLength, long offset = 0)
    {
        if (!(probability >= 0 && probability <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability lies in [0, 1].");
        ulong words = (ulong)Math.Round(probability * 4294967296.0);
        var transform = new PhiloxTransforms.Bernoulli(
            limit: (uint)(Math.Max(words, 1) - 1), kept: BitConverter.SingleToUInt32Bits(words == 0 ? 0 : kept));
        Fill(Words(destination), stream, step, firstSample, sampleLength, offset, transform);
    }

    /// <summary>The generator itself: the four words of one counter.</summary>
    public static (uint W0, uint W1, uint W2, uint W3) Block(ulong key, uint c0, uint c1, uint c2, uint c3)
    {
        PhiloxBlock1.Generate(new PhiloxCounter(key, c1, c2, c3), c0, out PhiloxBlock1 even, out PhiloxBlock1 odd);
        return (even.X, odd.X, even.Y, odd.Y);
    }

    /// <summary>A fill at a chosen vector width; the tests compare all.</summary>
    internal static void Fill<TTransform, TLanes>(
        Span<uint> destination, PhiloxStream stream, long step, long firstSample, long sampleLength, long offset, TTransform transform)
        where TTransform : struct, IPhiloxTransform
        where TLanes : struct, IPhiloxLanes<TLanes>
    {
        CheckRange(destination.Length, step, firstSample, sampleLength, offset);
        long sample = firstSample + offset / sampleLength, element = offset % sampleLength;
        while (destination.Length > 0)
        {
            int count = (int)Math.Min(destination.Length, sampleLength - element);
            uint high = (uint)(sample >> 32) | (uint)(step >> 32) << 16;
            FillSample<TTransform, TLanes>(
                destination[..count], new PhiloxCounter(stream.Key, (uint)sample, (uint)step, high), element, transform);
            destination = destination[count..];
            sample++;
            element = 0;
        }
    }

    private static void Fill<TTransform>(
        Span<uint> destination, PhiloxStream stream, long step, long firstSample, long sampleLength, long offset, TTransform transform)
        where TTransform : struct, IPhiloxTransform
    {
        if (Avx512F.IsSupported)
            Fill<TTransform, PhiloxBlocks8>(destination, stream, step, firstSample, sampleLength, offset, transform);
        else if (Avx2.IsSupported)
            Fill<TTransform, PhiloxBlocks4>(destination, stream, step, firstSample, sampleLength, offset, transform);
        else if (Vector128.IsHardwareAccelerated)
            Fill<TTransform, PhiloxBlocks2>(destination, stream, step, firstSample, sampleLength, offset, transform);
        else
            Fill<TTransform, PhiloxBlock1>(destination, stream, step, firstSample, sampleLength, offset, transform);
    }

    // A range of one sample: to the first whole block, whole groups of blocks, then what is left.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FillSample<TTransform, TLanes>(Span<uint> destination, in PhiloxCounter counter, long element, TTransform transform)
        where TTransform : struct, IPhiloxTransform
        where TLanes : struct, IPhiloxLanes<TLanes>
    {
        PhiloxCounter at = counter;
        ref uint start = ref MemoryMarshal.GetReference(destination);
        Span<uint> words = stackalloc uint[4];
        uint block = (uint)(element >> 2);
        int done = 0, length = destination.Length, skip = (int)(element & 3);
        if (skip != 0)
        {
            FillGroup<TTransform, PhiloxBlock1>(at, block++, transform, ref words[0]);
            done = Math.Min(4 - skip, length);
            words.Slice(skip, done).CopyTo(destination);
        }
        for (; done <= length - 4 * TLanes.Blocks; done += 4 * TLanes.Blocks, block += (uint)TLanes.Blocks)
            FillGroup<TTransform, TLanes>(at, block, transform, ref Unsafe.Add(ref start, done));
        for (; done < length; done += 4, block++)
        {
            FillGroup<TTransform, PhiloxBlock1>(at, block, transform, ref words[0]);
            words[..Math.Min(4, length - done)].CopyTo(destination[done..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FillGroup<TTransform, TLanes>(in PhiloxCounter counter, uint block, TTransform transform, ref uint destination)
        where TTransform : struct, IPhiloxTransform
        where TLanes : struct, IPhiloxLanes<TLanes>
    {
        TLanes.Generate(counter, block, out TLanes even, out TLanes odd);
        transform.Apply(ref even, ref odd);
        TLanes.Store(even, odd, ref destination);
    }

    private static Span<uint> Words(Span<float> values) => MemoryMarshal.Cast<float, uint>(values);

    private static void CheckRange(int count, long step, long firstSample, long sampleLength, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, MaxIndex);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleLength, MaxSampleLength);
        ArgumentOutOfRangeException.ThrowIfNegative(firstSample);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, long.MaxValue - int.MaxValue);
        if (count > 0)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(firstSample, MaxIndex - (offset + count - 1) / sampleLength);
    }
}
