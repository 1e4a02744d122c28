using Fovea.Data;

namespace Fovea;

/// <summary>A named data set in its two official parts, each read from its files when first asked for.</summary>
public sealed class DatasetSplits
{
    private readonly Lazy<Dataset> _train, _test;

    internal DatasetSplits(Func<Dataset> train, Func<Dataset> test)
    {
        _train = new Lazy<Dataset>(train);
        _test = new Lazy<Dataset>(test);
    }

    /// <summary>The images to train on.</summary>
    /// <exception cref="IOException">The files are missing or cannot be read.</exception>
    /// <exception cref="Errors.DataFormatException">A file is damaged or of another set.</exception>
    public Dataset Train => _train.Value;

    /// <summary>The images to test on, once, at the end.</summary>
    /// <exception cref="IOException">The files are missing or cannot be read.</exception>
    /// <exception cref="Errors.DataFormatException">A file is damaged or of another set.</exception>
    public Dataset Test => _test.Value;

    /// <summary>The four files of MNIST and of the sets that took its form.</summary>
    internal static DatasetSplits LoadIdx(string path, IReadOnlyList<string> classes)
    {
        DataFolder.RequireExists(path);
        return new DatasetSplits(() => Part("train", "training"), () => Part("t10k", "test"));

        Dataset Part(string prefix, string part) => IdxDataset.Load(
            DataFolder.Find(path, $"{prefix}-images", "idx3-ubyte", $"{part} images"),
            DataFolder.Find(path, $"{prefix}-labels", "idx1-ubyte", $"{part} labels"),
            classes,
            expected: [28, 28]);
    }

    /// <summary>The files of CIFAR-10's binary version.</summary>
    internal static DatasetSplits LoadCifar(string path, IReadOnlyList<string> classes)
    {
        DataFolder.RequireExists(path);
        return new DatasetSplits(() => Part("data_batch_*.bin", "training"), () => Part("test_batch*.bin", "test"));

        Dataset Part(string pattern, string part)
        {
            string[] files = DataFolder.FindAll([path, Path.Combine(path, "cifar-10-batches-bin")], pattern, $"{part} images");
            var readers = new List<BoundedReader>();
            try
            {
                foreach (string file in files) readers.Add(BoundedReader.Open(file, FileKind.Data));
                (byte[] images, byte[] labels) = Cifar.Read(readers.ToArray(), classes.Count);
                return new BytesDataset(images, Array.ConvertAll(labels, label => (int)label), [3, 32, 32], classes);
            }
            finally
            {
                foreach (BoundedReader reader in readers) reader.Dispose();
            }
        }
    }
}
