using Fovea.Data;
using Fovea.Errors;
using Xunit;

namespace Fovea.Tests.Data;

public sealed class NamedDatasetTests
{
    [Fact]
    public void Fashion_mnist_is_whole()
    {
        DatasetSplits data = FashionMnist.Load(RealData.FashionMnist);
        Assert.Equal((60_000, 10_000), (data.Train.Count, data.Test.Count));
        Assert.Equal([1, 28, 28], data.Train.InputShape);
        Assert.Equal("Ankle boot", data.Train.Classes[data.Train.Label(0)]);
        foreach (Dataset part in new[] { data.Train, data.Test })
        {
            int[] counts = new int[10];
            for (int i = 0; i < part.Count; i++) counts[part.Label(i)]++;
            Assert.All(counts, c => Assert.Equal(part.Count / 10, c));
        }

        Normalization normalization = data.Train.ComputeNormalization();
        Assert.Equal(0.2860, normalization.Mean[0], 1e-4); // the published figures
        Assert.Equal(0.3530, normalization.Deviation[0], 1e-4);
    }

    [Fact]
    public void Mnist_test_files_are_read_and_training_files_are_missed_by_name()
    {
        DatasetSplits data = Mnist.Load(RealData.External("images/mnist-test"));
        Assert.Equal(10_000, data.Test.Count);
        Assert.Equal([7, 2, 1, 0, 4, 1, 4, 9, 5, 9], Enumerable.Range(0, 10).Select(data.Test.Label));
        FileNotFoundException error = Assert.Throws<FileNotFoundException>(() => data.Train);
        const string mend = "no training images there; put train-images-idx3-ubyte or train-images-idx3-ubyte.gz into it";
        Assert.EndsWith(mend, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cifar_is_read_from_whatever_batches_there_are()
    {
        DatasetSplits data = Cifar10.Load(RealData.External("images/cifar10"));
        Assert.Equal((10_000, 1_000), (data.Train.Count, data.Test.Count));
        Assert.Equal([3, 32, 32], data.Train.InputShape);
        Assert.Equal("frog", data.Train.Classes[data.Train.Label(0)]);
        Assert.Equal("cat", data.Test.Classes[data.Test.Label(0)]);
        Normalization normalization = data.Train.ComputeNormalization();
        Assert.Equal(0.491, normalization.Mean[0], 0.01); // of all 50 000: 0.4914 0.4822 0.4465, 0.2470 0.2435 0.2616
        Assert.Equal(0.482, normalization.Mean[1], 0.01);
        Assert.Equal(0.447, normalization.Mean[2], 0.01);
        Assert.Equal(0.247, normalization.Deviation[0], 0.01);
    }

    [Fact]
    public void Cifar_batches_are_joined_in_order()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["cifar-10-batches-bin"]);
        foreach ((string name, int label) in new[] { ("data_batch_2.bin", 2), ("data_batch_1.bin", 1), ("test_batch.bin", 9) })
        {
            byte[] image = [.. Enumerable.Repeat((byte)(label * 20), 3072)];
            File.WriteAllBytes(Path.Combine(folder["cifar-10-batches-bin"], name), [(byte)label, .. image, (byte)label, .. image]);
        }

        DatasetSplits data = Cifar10.Load(folder.Root);
        Assert.Equal([1, 1, 2, 2], Enumerable.Range(0, 4).Select(data.Train.Label));
        Assert.Equal(9, data.Test.Label(1));
        float[] third = new float[3072];
        data.Train.Read(2, third);
        Assert.All(third, v => Assert.Equal(40 / 255f, v));
    }

    [Fact]
    public void Cifar_refuses_bad_labels_and_part_records()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["test_batch.bin"], [10, .. new byte[3072]]);
        File.WriteAllBytes(folder["data_batch_1.bin"], new byte[3072]);
        DatasetSplits data = Cifar10.Load(folder.Root);
        DataFormatException label = Assert.Throws<DataFormatException>(() => data.Test);
        Assert.Equal($"{folder["test_batch.bin"]}, byte 1: label 10 is out of range: 0 to 9", label.Message);
        DataFormatException record = Assert.Throws<DataFormatException>(() => data.Train);
        Assert.Contains("no whole number of 3073-byte records", record.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", false)]
    [InlineData("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", true)]
    [InlineData("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte.gz", true)]
    public void Idx_files_are_found_under_each_of_their_names(string images, string labels, bool gzip)
    {
        using var folder = new TemporaryFolder();
        Write(folder, images, labels, Formats.Idx([3, 28, 28], Formats.Pattern(3 * 784)), Formats.Idx([3], [9, 0, 5]), gzip);
        Dataset test = FashionMnist.Load(folder.Root).Test;
        Assert.Equal([9, 0, 5], Enumerable.Range(0, 3).Select(test.Label));
        float[] image = new float[784];
        test.Read(2, image);
        Assert.Equal(Formats.Pattern(3 * 784)[2 * 784 + 5] / 255f, image[5]);
    }

    [Fact]
    public void Idx_errors_say_what_is_wrong()
    {
        byte[] images = Formats.Idx([3, 28, 28], new byte[3 * 784]), labels = Formats.Idx([3], [9, 0, 5]);
        Refused("label 10 of image 1 is out of range", images, Formats.Idx([3], [9, 10, 5]));
        Refused("has 3 images", images, Formats.Idx([2], [9, 0]));
        Refused("its images are 14x56 where 28x28 are expected", Formats.Idx([3, 14, 56], new byte[3 * 784]), labels);
        Refused("the header declares 4x28x28 elements, but 2352 bytes follow", Formats.Idx([4, 28, 28], new byte[3 * 784]), labels);
        Refused("the magic number is 0x00000801 where 0x00000803", labels, labels);
        Refused("the magic number is 0x00000D03", [0, 0, 0x0D, .. images[3..]], labels);
        Refused("size 4294967295 of axis 1 is out of range", [.. images[..8], 255, 255, 255, 255, .. images[12..]], labels);
        Refused("declares 3x2147483647 elements", [.. images[..8], 127, 255, 255, 255, .. images[12..]], labels);
        Refused("the IDX magic number needs 4 bytes, 2 are left", images, [0, 0]);
    }

    [Fact]
    public void Missing_folders_are_named()
    {
        using var folder = new TemporaryFolder();
        DirectoryNotFoundException error = Assert.Throws<DirectoryNotFoundException>(() => FashionMnist.Load(folder["none"]));
        Assert.StartsWith(folder["none"], error.Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => Cifar10.Load(folder.Root).Train);
    }

    private static void Refused(string reason, byte[] images, byte[] labels)
    {
        using var folder = new TemporaryFolder();
        Write(folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", images, labels, gzip: false);
        DataFormatException error = Assert.Throws<DataFormatException>(() => FashionMnist.Load(folder.Root).Test);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Root, error.Message, StringComparison.Ordinal);
    }

    private static void Write(TemporaryFolder folder, string images, string labels, byte[] imageBytes, byte[] labelBytes, bool gzip)
    {
        File.WriteAllBytes(folder[images], gzip ? Formats.Gzip(imageBytes) : imageBytes);
        File.WriteAllBytes(folder[labels], gzip ? Formats.Gzip(labelBytes) : labelBytes);
    }
}
