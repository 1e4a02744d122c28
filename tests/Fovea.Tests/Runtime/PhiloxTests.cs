using System.Runtime.Intrinsics.X86;
using CsCheck;
using Fovea.Runtime;
using Xunit;

namespace Fovea.Tests.Runtime;

public sealed class PhiloxTests
{
    private static readonly PhiloxStream Stream = PhiloxStream.Of(42, "noise", 1);

    // The known answers that the paper's authors publish with their library Random123.
    [Theory]
    [InlineData(0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)]
    [InlineData(0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)]
    [InlineData(0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0, 0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)]
    public void Known_answers(uint c0, uint c1, uint c2, uint c3, uint key0, uint key1, uint w0, uint w1, uint w2, uint w3) =>
        Assert.Equal((w0, w1, w2, w3), Philox.Block(key0 | (ulong)key1 << 32, c0, c1, c2, c3));

    // From an independent program (Python, exact integers, float rounding by struct.pack).
    [Fact]
    public void Names_and_seeds_make_the_keys_that_they_always_made()
    {
        Assert.Equal(0xBA70E66B6ACCCEC4, StableHash.Of("", 0));
        Assert.Equal(0x5B4BD219C63FE678ul, StableHash.Of("classifier.0.weight", 0));
        Assert.Equal(0xEA79F38EF8DC3B6B, StableHash.Of("größe/層", 3));
        Assert.Equal(0x11EAA5543766C15Eul, StableHash.Of("a", -1));
        Assert.Equal(0x4544BFB2AA691EC3ul, PhiloxStream.Of(0, "").Key);
        Assert.Equal(0x4D3DA277179BEFE3ul, PhiloxStream.Of(1, "conv1.weight").Key);
        Assert.Equal(0xF3AE66F0015F64DB, PhiloxStream.Of(-1, "dropout", 2).Key);
    }

    [Fact]
    public void Numbers_are_those_that_they_always_were()
    {
        uint[] words = new uint[8];
        Philox.FillBits(words, Stream, 7, (5L << 32) + 9, 1000);
        Assert.Equal([0x957239B6, 0xA991D8EC, 0xC532BE38, 0xBF205508, 0x40752895, 0xBBC7D246, 0x51075CF5, 0x6133074A], words);

        float[] normal = new float[16];
        Philox.FillNormal(normal, Stream, 7, (5L << 32) + 9, 1000);
        Assert.Equal(
            [
                0xBF0AF2E9, 0xBF625DAE, 0xBC7DCDEA, 0xBF38E7B2, 0xBE2FCF4F, 0xBFD37254, 0xBF8D44A1, 0x3F852FDA,
                0x3F8AD2B5, 0x3F65430C, 0xC0064437, 0x3F83EB9D, 0x3F556F71, 0xBF3E4B61, 0x3E92F41F, 0x3E69CB6A,
            ],
            Array.ConvertAll(normal, BitConverter.SingleToUInt32Bits));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 2, 3)]
    [InlineData((1L << 48) - 1, (1L << 48) - 1, (1L << 34) - 1)]
    [InlineData(0x1234_5678_9ABC, 0x0FED_CBA9_8765, 0x2_1234_5677)]
    public void An_address_is_the_counter_that_the_documentation_says(long step, long sample, long element)
    {
        uint[] one = new uint[1];
        Philox.FillBits(one, Stream, step, sample, 1L << 34, element);
        uint high = (uint)((ulong)sample >> 32) | (uint)((ulong)step >> 32 << 16);
        var (w0, w1, w2, w3) = Philox.Block(Stream.Key, (uint)(element / 4), (uint)sample, (uint)step, high);
        Assert.Equal(new[] { w0, w1, w2, w3 }[element % 4], one[0]);
    }

    [Fact]
    public void Every_width_gives_the_same_bits()
    {
        (from count in Gen.Int[0, 300]
         from sampleLength in Gen.OneOf(Gen.Long[1, 9], Gen.Long[10, 400], Gen.Long[1000, 1L << 34])
         from offset in Gen.Long[0, 5000]
         from sample in Gen.Long[0, (1L << 48) - 10_000]
         from step in Gen.Long[0, (1L << 48) - 1]
         from key in Gen.ULong
         select (count, sampleLength, offset, sample, step, key)).Sample(at =>
         {
             var stream = new PhiloxStream(at.key);
             return SameInAllWidths(default(PhiloxTransforms.Bits))
                 && SameInAllWidths(default(PhiloxTransforms.Uniform))
                 && SameInAllWidths(default(PhiloxTransforms.Normal))
                 && SameInAllWidths(new PhiloxTransforms.Bernoulli(0xB000_0000, 0x3F80_0000));

             bool SameInAllWidths<TTransform>(TTransform transform) where TTransform : struct, IPhiloxTransform
             {
                 uint[] plain = Filled<TTransform, PhiloxBlock1>(transform);
                 return plain.AsSpan().SequenceEqual(Filled<TTransform, PhiloxBlocks2>(transform))
                     && (!Avx2.IsSupported || plain.AsSpan().SequenceEqual(Filled<TTransform, PhiloxBlocks4>(transform)))
                     && (!Avx512F.IsSupported || plain.AsSpan().SequenceEqual(Filled<TTransform, PhiloxBlocks8>(transform)));
             }

             uint[] Filled<TTransform, TLanes>(TTransform transform)
                 where TTransform : struct, IPhiloxTransform
                 where TLanes : struct, IPhiloxLanes<TLanes>
             {
                 uint[] values = new uint[at.count];
                 Philox.Fill<TTransform, TLanes>(values, stream, at.step, at.sample, at.sampleLength, at.offset, transform);
                 return values;
             }
         }, iter: 2000);
    }

    [Fact]
    public void A_range_may_be_cut_anywhere()
    {
        (from sampleLength in Gen.Long[1, 70]
         from cuts in Gen.Int[0, 90].Array[0, 6]
         from first in Gen.Long[0, 1000]
         select (sampleLength, cuts, first)).Sample(at =>
         {
             float[] whole = new float[90], pieces = new float[90];
             Philox.FillNormal(whole, Stream, 3, at.first, at.sampleLength);
             int[] ends = [.. at.cuts.Order(), 90];
             int start = 0;
             foreach (int end in ends)
             {
                 Philox.FillNormal(pieces.AsSpan(start, end - start), Stream, 3, at.first, at.sampleLength, start);
                 start = end;
             }
             return whole.AsSpan().SequenceEqual(pieces);
         }, iter: 1000);
    }

    [Fact]
    public void A_sample_is_the_same_in_any_batch()
    {
        float[] batch = new float[64 * 37], alone = new float[37];
        Philox.FillUniform(batch, Stream, 5, 100, 37);
        for (int sample = 0; sample < 64; sample++)
        {
            Philox.FillUniform(alone, Stream, 5, 100 + sample, 37);
            Assert.Equal(batch.AsSpan(37 * sample, 37), alone.AsSpan());
        }
    }

    [Fact]
    public void Uniform_numbers_are_fractions_of_24_bits()
    {
        float[] values = new float[400_000];
        uint[] words = new uint[values.Length];
        Philox.FillUniform(values, Stream, 0, 0, values.Length);
        Philox.FillBits(words, Stream, 0, 0, values.Length);
        double sum = 0, squares = 0;
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal((words[i] >> 8) / 16777216.0, values[i]);
            sum += values[i];
            squares += values[i] * (double)values[i];
        }
        Assert.InRange(sum / values.Length, 0.5 - 0.002, 0.5 + 0.002);
        Assert.InRange(squares / values.Length, 1 / 3.0 - 0.002, 1 / 3.0 + 0.002);
    }

    [Fact]
    public void Normal_numbers_are_Box_and_Mullers()
    {
        float[] values = new float[400_000];
        uint[] words = new uint[values.Length];
        Philox.FillNormal(values, Stream, 0, 0, values.Length);
        Philox.FillBits(words, Stream, 0, 0, values.Length);
        double worst = 0;
        for (int i = 0; i < values.Length; i += 2)
        {
            double u = (float)((words[i] >> 1) * Math.Pow(2, -31)) + Math.Pow(2, -32), angle = Math.Tau * (words[i + 1] >> 8) / 16777216;
            double radius = Math.Sqrt(-2 * Math.Log((float)u));
            worst = Math.Max(worst, Math.Abs(values[i] - radius * Math.Cos(angle)) / Math.Max(radius, 1e-3));
            worst = Math.Max(worst, Math.Abs(values[i + 1] - radius * Math.Sin(angle)) / Math.Max(radius, 1e-3));
        }
        Assert.InRange(worst, 0, 4e-7);
    }

    [Fact]
    public void Normal_numbers_have_the_moments_and_the_tails()
    {
        float[] values = new float[1_000_000];
        Philox.FillNormal(values, Stream, 1, 0, 1000);
        double n = values.Length, mean = values.Average(v => (double)v), variance = values.Sum(v => Math.Pow(v - mean, 2)) / n;
        double skew = values.Sum(v => Math.Pow(v - mean, 3)) / n, kurtosis = values.Sum(v => Math.Pow(v - mean, 4)) / n;

        // Five standard errors each.
        Assert.InRange(mean, -0.005, 0.005);
        Assert.InRange(variance, 1 - 0.0071, 1 + 0.0071);
        Assert.InRange(skew, -0.0123, 0.0123);
        Assert.InRange(kurtosis, 3 - 0.049, 3 + 0.049);
        foreach (var (bound, share) in new[] { (1f, 0.317311), (2f, 0.0455003), (3f, 0.0026998) })
        {
            double beyond = values.Count(v => Math.Abs(v) > bound) / n;
            Assert.InRange(beyond, share - 5 * Math.Sqrt(share / n), share + 5 * Math.Sqrt(share / n));
        }
    }

    [Fact]
    public void The_extreme_words_give_finite_normal_numbers()
    {
        uint[] words = [0, 1, 2, 255, 256, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FF00, uint.MaxValue - 1, uint.MaxValue];
        uint[] turns = [0, 0x1FFF_FFFF, 0x2000_0000, 0x6000_0000, 0x9FFF_FFFF, 0xA000_0000, 0xE000_0000, uint.MaxValue];
        foreach (uint word in words)
        {
            foreach (uint turn in turns)
            {
                PhiloxBlock1 even = PhiloxBlock1.Create(word), odd = PhiloxBlock1.Create(turn);
                new PhiloxTransforms.Normal().Apply(ref even, ref odd);
                float x = BitConverter.UInt32BitsToSingle(even.X), y = BitConverter.UInt32BitsToSingle(odd.X);
                Assert.InRange(Math.Sqrt(x * (double)x + y * (double)y), 0, 6.67);
            }
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-12f)]
    [InlineData(0.1f)]
    [InlineData(0.5f)]
    [InlineData(0.999f)]
    [InlineData(1f)]
    public void A_mask_keeps_with_its_probability(float probability)
    {
        float[] mask = new float[400_000];
        uint[] words = new uint[mask.Length];
        Philox.FillBernoulli(mask, probability, 1.25f, Stream, 9, 0, 999);
        Philox.FillBits(words, Stream, 9, 0, 999);
        double threshold = Math.Round(probability * 4294967296.0);
        for (int i = 0; i < mask.Length; i++)
            Assert.Equal(words[i] < threshold ? 1.25f : 0f, mask[i]);
        double share = mask.Count(v => v != 0) / (double)mask.Length;
        Assert.InRange(share, probability - 0.004, probability + 0.004);
    }

    [Fact]
    public void Streams_steps_and_samples_differ()
    {
        var seen = new HashSet<uint>();
        uint[] word = new uint[1];
        int streams = 0;
        foreach (long seed in new long[] { 0, 1, -1, long.MaxValue })
            foreach (string name in new[] { "", "a", "b", "a.b", "ab" })
                for (int call = 0; call < 3; call++)
                    for (int step = 0; step < 3; step++, streams++)
                    {
                        Philox.FillBits(word, PhiloxStream.Of(seed, name, call), step, 0, 1);
                        seen.Add(word[0]);
                    }
        Assert.Equal(streams, seen.Count);
    }

    [Fact]
    public void Addresses_out_of_range_are_refused()
    {
        float[] one = new float[1], two = new float[2];
        Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillUniform(one, Stream, -1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillUniform(one, Stream, 1L << 48, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillUniform(one, Stream, 0, -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillUniform(one, Stream, 0, 1L << 48, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillUniform(two, Stream, 0, (1L << 48) - 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillUniform(one, Stream, 0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillUniform(one, Stream, 0, 0, (1L << 34) + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillUniform(one, Stream, 0, 0, 1, -1));
        foreach (float probability in new[] { -0.1f, 1.1f, float.NaN })
            Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillBernoulli(one, probability, 1, Stream, 0, 0, 1));
    }
}
