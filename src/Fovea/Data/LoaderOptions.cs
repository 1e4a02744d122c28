namespace Fovea.Data;

/// <summary>How a <see cref="BatchLoader"/> makes batches.</summary>
public sealed record LoaderOptions
{
    /// <summary>Images a batch, at least 1.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Whether each epoch has an order of its own, drawn from (seed, epoch); otherwise it is the order of the set.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Whether what is left at the end of an epoch, less than a batch, is dropped.</summary>
    public bool DropLast { get; init; }

    /// <summary>Chooses order and augmentation.</summary>
    public ulong Seed { get; init; }

    /// <summary>Random changes to the images, or none.</summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>The normalisation of each channel, or none: then values are from 0 to 1.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>
    /// Background threads that make batches ahead of the consumer. With 0, the consumer's own thread makes each when it asks for it.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>Batches that are made ahead, at least 1.</summary>
    public int Prefetch { get; init; } = 3;

    /// <summary>The epoch of the first batch.</summary>
    public int FirstEpoch { get; init; }

    /// <summary>The first batch's step within its epoch: where an interrupted run goes on.</summary>
    public int FirstStep { get; init; }

    /// <summary>The epoch to stop before; null for no end.</summary>
    public int? EndEpoch { get; init; }

    internal void Validate(Dataset data)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        ArgumentOutOfRangeException.ThrowIfLessThan(Prefetch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(FirstEpoch);
        if (BatchSize > Array.MaxLength / data.ImageSize)
            throw new ArgumentException($"{BatchSize} images of {data.InputShape} are too large for one batch.");
        int channels = data.InputShape[0];
        if (Normalization is not null && Normalization.Mean.Length != channels)
            throw new ArgumentException($"The normalisation has {Normalization.Mean.Length} channels, the images have {channels}.");
        Augmentation?.Validate(data.InputShape);
        int steps = StepsPerEpoch(data.Count);
        if (steps == 0) throw new ArgumentException($"{data.Count} images are less than one batch of {BatchSize}; keep the last batch.");
        if ((uint)FirstStep > (uint)steps) throw new ArgumentException($"FirstStep is {FirstStep}; an epoch has {steps} steps.");
        if (EndEpoch < FirstEpoch) throw new ArgumentException($"EndEpoch {EndEpoch} is before FirstEpoch {FirstEpoch}.");
    }

    internal int StepsPerEpoch(int count) => DropLast ? count / BatchSize : (count - 1) / BatchSize + 1;
}
