using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// A set of labelled images, read by index. Immutable and safe for any number of threads. A source of one's own derives from it and says
/// how to read one image and one label; everything else (views, splits, statistics, digest, batches) works on that.
/// </summary>
public abstract class Dataset
{
    private readonly Lazy<string> _digest;

    /// <summary>Describes the set.</summary>
    /// <param name="inputShape">Channels, height, width of every image.</param>
    /// <param name="count">How many images there are, at least 1.</param>
    /// <param name="classes">The names of the classes, in the order of the labels.</param>
    /// <exception cref="ArgumentException">A size is below 1, or there is no class.</exception>
    protected Dataset(Dims inputShape, int count, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (inputShape.Count != 3 || inputShape.Any(size => size < 1) || inputShape.Product() > Array.MaxLength / sizeof(float))
            throw new ArgumentException($"An image has channels, height and width, each at least 1, not {inputShape}.", nameof(inputShape));
        if (classes.Count < 1) throw new ArgumentException("A data set needs at least one class.", nameof(classes));
        InputShape = inputShape;
        Count = count;
        Classes = classes;
        _digest = new Lazy<string>(ComputeDigest);
    }

    /// <summary>Channels, height, width of every image.</summary>
    public Dims InputShape { get; }

    /// <summary>How many images there are.</summary>
    public int Count { get; }

    /// <summary>The names of the classes, in the order of the labels.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>
    /// SHA-256 over shape, count, class names, labels and images, 64 lower-case hexadecimal digits: equal digests, equal data. Computed
    /// when first asked for.
    /// </summary>
    public string Digest => _digest.Value;

    /// <summary>Floats of one image.</summary>
    internal int ImageSize => (int)InputShape.Product();

    /// <summary>The class of an image, from 0 to <c>Classes.Count</c> − 1.</summary>
    /// <param name="index">Which image, from 0 to <see cref="Count"/> − 1.</param>
    public abstract int Label(int index);

    /// <summary>Writes an image: values from 0 (black) to 1, planar: channel after channel, rows from the top.</summary>
    /// <param name="index">Which image, from 0 to <see cref="Count"/> − 1.</param>
    /// <param name="image">Channels × height × width floats, all of them written.</param>
    public abstract void Read(int index, Span<float> image);

    /// <summary>
    /// Appends labels and images to the digest. The base reads every image as floats; a source that holds a smaller form may append that.
    /// </summary>
    /// <param name="hash">The hash to append to; shape, count and class names are in it already.</param>
    protected internal virtual void AppendContent(IncrementalHash hash)
    {
        float[] image = new float[ImageSize];
        byte[] bytes = new byte[sizeof(int) + image.Length * sizeof(float)];
        for (int i = 0; i < Count; i++)
        {
            Read(i, image);
            BinaryPrimitives.WriteInt32LittleEndian(bytes, Label(i));
            for (int p = 0; p < image.Length; p++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(sizeof(int) * (p + 1)), image[p]);
            hash.AppendData(bytes);
        }
    }

    /// <summary>A set from pixel bytes in memory.</summary>
    /// <param name="images">Count × channels × height × width bytes, planar; kept, not copied. 0 is read as 0, 255 as 1.</param>
    /// <param name="labels">One label an image; copied.</param>
    /// <param name="inputShape">Channels, height, width.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a label is out of range.</exception>
    public static Dataset FromBytes(byte[] images, ReadOnlySpan<int> labels, Dims inputShape, IReadOnlyList<string> classes) =>
        new BytesDataset(images, labels, inputShape, classes);

    /// <summary>A set from two IDX files, plain or gzip, as MNIST and its relatives come.</summary>
    /// <param name="imagesPath">The file of images: unsigned bytes, rank 3.</param>
    /// <param name="labelsPath">The file of labels: unsigned bytes, rank 1.</param>
    /// <param name="classes">The names of the classes; without them, the numbers from 0 to the largest label.</param>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    /// <exception cref="DataFormatException">A file is damaged, the two do not fit, or a label is out of range.</exception>
    public static Dataset FromIdx(string imagesPath, string labelsPath, IReadOnlyList<string>? classes = null) =>
        IdxDataset.Load(imagesPath, labelsPath, classes, expected: []);

    /// <summary>A view of some images, in the order given; an index may come more than once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the set.</exception>
    public Dataset Subset(ReadOnlySpan<int> indices)
    {
        int[] copy = indices.ToArray();
        if (copy.Length == 0) throw new ArgumentException("A subset needs at least one image.", nameof(indices));
        foreach (int index in copy)
            if ((uint)index >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(indices), index, $"The set has {Count} images.");
        return View(copy);
    }

    /// <summary>A view of the first images: <paramref name="count"/> of them, or all when there are fewer.</summary>
    public Dataset Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return count >= Count ? this : View([.. Enumerable.Range(0, count)]);
    }

    /// <summary>
    /// Cuts the set in two, at random, with the same share of every class in both parts (stratified). The first part holds
    /// round(fraction × Count) images; what rounding leaves over goes to the classes with the largest remainders. Both parts keep the
    /// order of the set. The same seed gives the same parts on every platform.
    /// </summary>
    /// <param name="fraction">The share of the first part, between 0 and 1; both parts must get at least one image.</param>
    /// <param name="seed">Chooses which images go where.</param>
    /// <exception cref="DataFormatException">A label is no class.</exception>
    public (Dataset Train, Dataset Validation) Split(double fraction, ulong seed)
    {
        int total = (int)Math.Round(fraction * Count, MidpointRounding.AwayFromZero);
        if (!(fraction > 0 && fraction < 1) || total < 1 || total >= Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(fraction), fraction, $"A split of {Count} images needs a fraction that leaves at least one on each side.");
        }

        var members = new List<int>[Classes.Count];
        for (int c = 0; c < members.Length; c++) members[c] = [];
        for (int i = 0; i < Count; i++) members[CheckedLabel(i)].Add(i);

        int[] quota = Quotas(members, fraction, total);
        bool[] first = new bool[Count];
        for (int c = 0; c < members.Length; c++)
        {
            int[] order = [.. members[c]];
            new KeyedRandom(seed, KeyedRandom.Purpose.Split, index: (ulong)c).Shuffle(order);
            foreach (int i in order.AsSpan(0, quota[c])) first[i] = true;
        }

        return (View([.. Enumerable.Range(0, Count).Where(i => first[i])]), View([.. Enumerable.Range(0, Count).Where(i => !first[i])]));
    }

    /// <summary>
    /// Mean and standard deviation of every channel over all images of this set (call it on the training part), summed in double
    /// precision in the order of the set: the same bits every time.
    /// </summary>
    public Normalization ComputeNormalization()
    {
        int channels = InputShape[0], plane = InputShape[1] * InputShape[2];
        double[] sum = new double[channels], squares = new double[channels];
        float[] image = new float[ImageSize];
        for (int i = 0; i < Count; i++)
        {
            Read(i, image);
            for (int c = 0; c < channels; c++)
            {
                double s = 0, q = 0;
                foreach (float value in image.AsSpan(c * plane, plane))
                {
                    s += value;
                    q += (double)value * value;
                }

                sum[c] += s;
                squares[c] += q;
            }
        }

        float[] mean = new float[channels], deviation = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            double n = (double)Count * plane, m = sum[c] / n;
            mean[c] = (float)m;
            deviation[c] = (float)Math.Sqrt(Math.Max(0, squares[c] / n - m * m));
            // A channel that never changes carries nothing; dividing by its deviation would turn rounding errors into signals.
            if (deviation[c] < 1e-6f) deviation[c] = 1;
        }

        return new Normalization(mean, deviation);
    }

    /// <summary>The label of an image, checked: a source of a user's own may give any number.</summary>
    /// <exception cref="DataFormatException">It is no class.</exception>
    internal int CheckedLabel(int index)
    {
        int label = Label(index);
        if ((uint)label < (uint)Classes.Count) return label;
        throw new DataFormatException($"Image {index} has label {label}; the data set has {Classes.Count} classes, from 0.");
    }

    /// <summary>A view by indices that are known to be good.</summary>
    internal virtual Dataset View(int[] indices) => new SubsetDataset(this, indices);

    private static int[] Quotas(List<int>[] members, double fraction, int total)
    {
        int[] quota = [.. members.Select(m => (int)(fraction * m.Count))];
        int[] byRemainder =
        [
            .. Enumerable.Range(0, members.Length).OrderByDescending(c => fraction * members[c].Count - quota[c]).ThenBy(c => c),
        ];
        int missing = total - quota.Sum();
        for (int k = 0; missing > 0; k = (k + 1) % byRemainder.Length)
        {
            int c = byRemainder[k];
            if (quota[c] == members[c].Count) continue;
            quota[c]++;
            missing--;
        }

        return quota;
    }

    private string ComputeDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // Every part has its length in front, so that no two sets give the same bytes.
        AppendInt(hash, InputShape.Count);
        foreach (int size in InputShape) AppendInt(hash, size);
        AppendInt(hash, Count);
        AppendInt(hash, Classes.Count);
        foreach (string name in Classes)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(name);
            AppendInt(hash, bytes.Length);
            hash.AppendData(bytes);
        }

        AppendContent(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendInt(IncrementalHash hash, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}
