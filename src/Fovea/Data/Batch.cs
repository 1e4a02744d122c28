namespace Fovea.Data;

/// <summary>
/// Some images with their labels, from a <see cref="BatchLoader"/>. It is the loader's: what it holds is good until the next batch is
/// asked for.
/// </summary>
public sealed class Batch
{
    private readonly float[] _images;
    private readonly int[] _labels, _indices;
    private readonly int _imageSize;

    internal Batch(int capacity, int imageSize)
    {
        _images = new float[capacity * imageSize];
        _labels = new int[capacity];
        _indices = new int[capacity];
        _imageSize = imageSize;
    }

    /// <summary>How many images there are: the batch size, or fewer at the end of an epoch.</summary>
    public int Count { get; private set; }

    /// <summary>The epoch, from 0.</summary>
    public int Epoch { get; private set; }

    /// <summary>The step within the epoch, from 0.</summary>
    public int Step { get; private set; }

    /// <summary>Whether it is the last of its epoch.</summary>
    public bool EndsEpoch { get; private set; }

    /// <summary>The images: Count × channels × height × width, last axis fastest.</summary>
    public ReadOnlySpan<float> Images => _images.AsSpan(0, Count * _imageSize);

    /// <summary>The label of each image.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Count);

    /// <summary>The index of each image in the data set.</summary>
    public ReadOnlySpan<int> Indices => _indices.AsSpan(0, Count);

    /// <summary>Whether it is made, and nobody writes to it any more. Guarded by the loader's lock.</summary>
    internal bool Ready { get; set; }

    /// <summary>What went wrong while it was made. Guarded by the loader's lock.</summary>
    internal Exception? Error { get; set; }

    internal void Assign(int epoch, int step, bool endsEpoch, ReadOnlySpan<int> indices)
    {
        (Epoch, Step, EndsEpoch, Count) = (epoch, step, endsEpoch, indices.Length);
        (Ready, Error) = (false, null);
        indices.CopyTo(_indices);
    }

    internal Span<float> Image(int i) => _images.AsSpan(i * _imageSize, _imageSize);

    internal void SetLabel(int i, int label) => _labels[i] = label;
}
