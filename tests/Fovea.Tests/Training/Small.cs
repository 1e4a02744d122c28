using Fovea.Modules;

namespace Fovea.Tests.Training;

/// <summary>Small networks and data for runs of a second.</summary>
static class Small
{
    /// <summary>LeNet's shape: two convolutions with pools, two linear layers.</summary>
    public static Sequential LeNet() => new(
        new Conv2d(8, 5), new Relu(), new MaxPool2d(2), new Conv2d(16, 5), new Relu(), new MaxPool2d(2),
        new Flatten(), new Linear(64), new Relu(), new Linear(10));

    /// <summary>A network with state: batch normalisation.</summary>
    public static Sequential Normalised(int classes) => new(
        new Conv2d(4, 3), new BatchNorm2d(), new Relu(), new MaxPool2d(2), new Flatten(), new Linear(classes));

    /// <summary>Pictures 1x8x8 of a bright quarter (its place is the class) in noise.</summary>
    public static Dataset Quarters(int count, int salt = 0)
    {
        byte[] pixels = new byte[count * 64];
        int[] labels = new int[count];
        uint state = 12345u + (uint)salt;
        for (int i = 0; i < count; i++)
        {
            labels[i] = i % 4;
            for (int p = 0; p < 64; p++)
            {
                state = state * 1664525 + 1013904223;
                int quarter = p / 32 * 2 + p % 8 / 4;
                pixels[i * 64 + p] = (byte)((state >> 25) + (quarter == labels[i] ? 60 : 0));
            }
        }
        return Dataset.FromBytes(pixels, labels, [1, 8, 8], ["upper left", "upper right", "lower left", "lower right"]);
    }
}
