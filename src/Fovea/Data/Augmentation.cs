using Fovea.Tensors;

namespace Fovea.Data;

/// <summary>
/// Random changes to training images that leave their class as it is. What is done to an image depends only on (seed, epoch, its index in
/// the set): not on batch, thread or the images before it, so a resumed run goes on as if it had never stopped.
/// </summary>
public sealed record Augmentation
{
    private const float SmallestErased = 0.02f, LargestErased = 0.33f, MostElongated = 0.3f;
    private const int ErasingTries = 10;

    /// <summary>Whether every second image, at random, is mirrored left to right.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>
    /// Images are moved by −Shift to Shift pixels along both axes, all equally likely; black moves in. (Also known as padding by Shift
    /// and cropping.)
    /// </summary>
    public int Shift { get; init; }

    /// <summary>
    /// The share of images, 0 to 1, in which a rectangle is erased: 2 to 33 % of the area, one side at most 1/0.3 times the other (Zhong
    /// et al., "Random erasing data augmentation", 2020). It is filled with 0, the mean of a normalised image.
    /// </summary>
    public float Erasing { get; init; }

    /// <summary>Checks the settings for images of a shape.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    internal void Validate(Dims shape)
    {
        int smaller = Math.Min(shape[1], shape[2]);
        if (Shift < 0 || Shift >= smaller)
            throw new ArgumentException($"Shift is {Shift}; for images of {shape} it can be 0 to {smaller - 1}.");
        if (!(Erasing >= 0 && Erasing <= 1)) throw new ArgumentException("Erasing is a share from 0 to 1.");
    }

    /// <summary>Writes the changed image.</summary>
    /// <param name="source">The image, planar.</param>
    /// <param name="shape">Its channels, height, width.</param>
    /// <param name="black">What black is in each channel, after normalisation.</param>
    /// <param name="random">The image's own stream.</param>
    /// <param name="destination">As long as <paramref name="source"/>, all of it written.</param>
    internal void Apply(
        ReadOnlySpan<float> source, in Dims shape, ReadOnlySpan<float> black, ref KeyedRandom random, Span<float> destination)
    {
        int height = shape[1], width = shape[2];
        bool flip = HorizontalFlip && random.Below(2) == 1;
        int down = Shift == 0 ? 0 : random.Below(2 * Shift + 1) - Shift, right = Shift == 0 ? 0 : random.Below(2 * Shift + 1) - Shift;
        int copied = width - Math.Abs(right);
        for (int c = 0; c < black.Length; c++)
        {
            for (int y = 0; y < height; y++)
            {
                Span<float> row = destination.Slice((c * height + y) * width, width);
                int from = y - down;
                if ((uint)from >= (uint)height)
                {
                    row.Fill(black[c]);
                    continue;
                }

                source.Slice((c * height + from) * width + Math.Max(0, -right), copied).CopyTo(row[Math.Max(0, right)..]);
                if (right > 0) row[..right].Fill(black[c]);
                else row[copied..].Fill(black[c]);
                if (flip) row.Reverse();
            }
        }

        if (Erasing > 0 && random.Unit() < Erasing) Erase(destination, black.Length, height, width, ref random);
    }

    private static void Erase(Span<float> image, int channels, int height, int width, ref KeyedRandom random)
    {
        for (int attempt = 0; attempt < ErasingTries; attempt++)
        {
            // Only operations that IEEE 754 rounds exactly: the rectangle is the same on every platform.
            double area = (SmallestErased + (LargestErased - SmallestErased) * random.Unit()) * (double)(height * width);
            double ratio = MostElongated + (1 - MostElongated) * random.Unit();
            if (random.Below(2) == 1) ratio = 1 / ratio;
            int rows = (int)Math.Round(Math.Sqrt(area * ratio)), columns = (int)Math.Round(Math.Sqrt(area / ratio));
            if (rows < 1 || columns < 1 || rows > height || columns > width) continue;

            int top = random.Below(height - rows + 1), left = random.Below(width - columns + 1);
            for (int c = 0; c < channels; c++)
                for (int y = top; y < top + rows; y++) image.Slice((c * height + y) * width + left, columns).Clear();
            return;
        }
    }
}
