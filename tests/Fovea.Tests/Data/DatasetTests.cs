using System.Security.Cryptography;
using Fovea.Data;
using Xunit;

namespace Fovea.Tests.Data;

public sealed class DatasetTests
{
    private static readonly string[] Names = ["a", "b", "c"];

    [Fact]
    public void Bytes_are_read_from_0_to_1()
    {
        Dataset data = Dataset.FromBytes([0, 51, 102, 255, 1, 2, 3, 4], [2, 0], [1, 2, 2], Names);
        float[] image = new float[4];
        data.Read(0, image);
        Assert.Equal([0f, 0.2f, 0.4f, 1f], image);
        data.Read(1, image);
        Assert.Equal([1 / 255f, 2 / 255f, 3 / 255f, 4 / 255f], image);
        Assert.Equal((2, 2, 0), (data.Count, data.Label(0), data.Label(1)));
        Assert.Equal([1, 2, 2], data.InputShape);
    }

    [Fact]
    public void Wrong_lengths_and_labels_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Dataset.FromBytes(new byte[7], [0, 1], [1, 2, 2], Names));
        Assert.Throws<ArgumentException>(() => Dataset.FromBytes(new byte[8], [0, 3], [1, 2, 2], Names));
        Assert.Throws<ArgumentException>(() => Dataset.FromBytes(new byte[8], [0, -1], [1, 2, 2], Names));
        Assert.Throws<ArgumentException>(() => Dataset.FromBytes(new byte[8], [0, 1], [2, 2], Names));
        Assert.Throws<ArgumentException>(() => Dataset.FromBytes(new byte[8], [0, 1], [1, 2, 2], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Dataset.FromBytes([], [], [1, 2, 2], Names));
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.5)]
    [InlineData(0.011)]
    [InlineData(0.333)]
    public void Split_is_stratified_exact_and_complete(double fraction)
    {
        Dataset data = Numbered(1000, i => i % 10 < 5 ? 0 : i % 10 < 9 ? 1 : 2);
        (Dataset train, Dataset validation) = data.Split(fraction, seed: 1);
        int[] first = Ids(train), second = Ids(validation);
        Assert.Equal((int)Math.Round(fraction * 1000), first.Length);
        Assert.Equal(Enumerable.Range(0, 1000), first.Concat(second).Order());
        Assert.Equal(first.Order(), first);
        int[] perClass = [500, 400, 100];
        for (int c = 0; c < 3; c++)
            Assert.InRange(first.Count(i => data.Label(i) == c), Math.Floor(fraction * perClass[c]), Math.Ceiling(fraction * perClass[c]));
        Assert.NotEqual(first, Ids(data.Split(fraction, seed: 2).Train));
        Assert.Equal(first, Ids(data.Split(fraction, seed: 1).Train));
    }

    [Fact]
    public void Split_is_the_same_on_every_platform_and_in_every_version()
    {
        Dataset data = Numbered(12, i => i % 3);
        Assert.Equal([0, 2, 3, 7, 10, 11], Ids(data.Split(0.5, seed: 7).Train)); // figures from a second implementation, in Python
        int[] order = [.. Enumerable.Range(0, 8)];
        var random = new KeyedRandom(7, KeyedRandom.Purpose.Order, epoch: 3);
        random.Shuffle(order);
        Assert.Equal([2, 0, 3, 6, 1, 7, 5, 4], order);
        Assert.Equal(4358661188330801913ul, random.Next());
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(0.0001)]
    [InlineData(0.9999)]
    public void Split_that_leaves_a_side_empty_is_refused(double fraction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Numbered(100, _ => 0).Split(fraction, 1));

    [Fact]
    public void Views_compose()
    {
        Dataset data = Numbered(100, i => i % 3);
        Dataset view = data.Subset([5, 50, 7, 5]).Take(3).Subset([2, 1]);
        Assert.Equal([7, 50], Ids(view));
        Assert.Equal((7 % 3, 50 % 3), (view.Label(0), view.Label(1)));
        Assert.Same(data, data.Take(100));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Subset([100]));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Take(0));
        Assert.Throws<ArgumentException>(() => data.Subset([]));
    }

    [Fact]
    public void Digest_depends_on_everything()
    {
        Dataset data = Numbered(20, i => i % 3);
        string[] digests =
        [
            data.Digest, Numbered(20, i => (i + 1) % 3).Digest, Numbered(21, i => i % 3).Digest,
            data.Take(19).Digest, data.Subset([1, 0]).Digest, data.Subset([0, 1]).Digest,
            Dataset.FromBytes(new byte[16], [0], [1, 4, 4], Names).Digest,
            Dataset.FromBytes(new byte[16], [0], [1, 2, 8], Names).Digest,
            Dataset.FromBytes(new byte[16], [0], [1, 4, 4], ["a", "b", "d"]).Digest,
            new Synthetic(20).Digest, new Synthetic(21).Digest,
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.All(digests, d => Assert.Matches("^[0-9a-f]{64}$", d));
        Assert.Equal(data.Digest, Numbered(20, i => i % 3).Digest);

        byte[] plain =
        [
            3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, // rank, channels, height, width
            1, 0, 0, 0, // count
            3, 0, 0, 0, 1, 0, 0, 0, 97, 1, 0, 0, 0, 98, 1, 0, 0, 0, 99, // classes
            2, 0, 0, 0, 8, 9, // labels, images
        ];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(plain)), Dataset.FromBytes([8, 9], [2], [1, 1, 2], Names).Digest);
    }

    [Fact]
    public void Normalisation_has_mean_0_and_deviation_1_in_each_channel()
    {
        byte[] bytes =
        [
            .. Enumerable.Range(0, 50 * 3 * 7 * 5).Select(i => (byte)(i / 35 % 3 == 2 ? 9 : i * 37 % 101 + i / 35 % 3 * 20)),
        ];
        Dataset data = Dataset.FromBytes(bytes, new int[50], [3, 7, 5], Names);
        Normalization normalization = data.ComputeNormalization();
        Assert.Equal(1f, normalization.Deviation[2]); // constant
        Assert.Equal(9 / 255f, normalization.Mean[2], 1e-7f);

        double[] sum = new double[3], squares = new double[3];
        float[] image = new float[105];
        for (int i = 0; i < 50; i++)
        {
            data.Read(i, image);
            normalization.Apply(image);
            for (int p = 0; p < 105; p++)
            {
                sum[p / 35] += image[p];
                squares[p / 35] += image[p] * image[p];
            }
        }

        Assert.All(sum, s => Assert.Equal(0, s / 1750, 1e-6));
        Assert.Equal(1, squares[0] / 1750, 1e-5);
        Assert.Equal(1, squares[1] / 1750, 1e-5);
        Normalization again = data.ComputeNormalization();
        Assert.Equal(normalization.Mean, again.Mean);
        Assert.Equal(normalization.Deviation, again.Deviation);
    }

    [Fact]
    public void Normalisation_gives_every_position_the_same_bits()
    {
        var normalization = new Normalization([0.1307f], [0.3081f]);
        for (int length = 1; length < 70; length++)
        {
            float[] image = [.. Enumerable.Repeat(0.7f, length)];
            normalization.Apply(image);
            Assert.All(image, v => Assert.Equal(normalization.Scale(0.7f, 0), v));
        }

        Assert.Throws<ArgumentException>(() => new Normalization([0f], [0f]));
        Assert.Throws<ArgumentException>(() => new Normalization([0f], [-1f]));
        Assert.Throws<ArgumentException>(() => new Normalization([float.NaN], [1f]));
        Assert.Throws<ArgumentException>(() => new Normalization([0f, 0f], [1f]));
        Assert.Throws<ArgumentException>(() => new Normalization([0f, 0f], [1f, 1f]).Apply(new float[3]));
    }

    [Fact]
    public void A_source_of_ones_own_needs_two_methods()
    {
        Dataset data = new Synthetic(9);
        (Dataset train, Dataset validation) = data.Split(2 / 3.0, seed: 3);
        Assert.Equal((6, 3), (train.Count, validation.Count));
        float[] image = new float[4];
        validation.Read(0, image);
        Assert.True(image[0] is >= 0 and < 1);
    }

    private static Dataset Numbered(int count, Func<int, int> label)
    {
        byte[] images = new byte[count * 2];
        for (int i = 0; i < count; i++) (images[2 * i], images[2 * i + 1]) = ((byte)i, (byte)(i >> 8));
        return Dataset.FromBytes(images, [.. Enumerable.Range(0, count).Select(label)], [1, 1, 2], Names);
    }

    private static int[] Ids(Dataset data) => [.. Enumerable.Range(0, data.Count).Select(i =>
    {
        float[] image = new float[2];
        data.Read(i, image);
        return (int)MathF.Round(image[0] * 255) + 256 * (int)MathF.Round(image[1] * 255);
    })];

    private sealed class Synthetic(int count) : Dataset([1, 2, 2], count, Names)
    {
        public override int Label(int index) => index % 3;

        public override void Read(int index, Span<float> image) => image.Fill(index / (float)Count);
    }
}
