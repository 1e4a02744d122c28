namespace Fovea.Data;

/// <summary>
/// The binary version of CIFAR-10: records of one label byte and 3072 pixel bytes, red, green, blue plane of 32 rows by 32 columns
/// (https://www.cs.toronto.edu/~kriz/cifar.html).
/// </summary>
internal static class Cifar
{
    public const int ImageSize = 3 * 32 * 32;
    private const int RecordSize = 1 + ImageSize;

    /// <summary>Reads files one after another into one set of images and labels.</summary>
    public static (byte[] Images, byte[] Labels) Read(ReadOnlySpan<BoundedReader> readers, int classes)
    {
        long total = 0;
        foreach (BoundedReader reader in readers)
        {
            if (reader.Length == 0 || reader.Length % RecordSize != 0)
            {
                throw reader.Error(
                    $"its {reader.Length} bytes are no whole number of {RecordSize}-byte records; the file is cut off or damaged");
            }

            total += reader.Length / RecordSize;
            if (total * ImageSize > Array.MaxLength) throw reader.Error($"{total} images are more than one set can hold");
            reader.Charge(reader.Length, "the images");
        }

        byte[] images = GC.AllocateUninitializedArray<byte>((int)total * ImageSize), labels = new byte[total];
        int next = 0;
        foreach (BoundedReader reader in readers)
        {
            for (; reader.Remaining > 0; next++)
            {
                byte label = reader.ReadByte("a label");
                if (label >= classes) throw reader.Error($"label {label} is out of range: 0 to {classes - 1}");
                labels[next] = label;
                reader.Read(images.AsSpan(next * ImageSize, ImageSize), "an image");
            }

            reader.ExpectEnd();
        }

        return (images, labels);
    }
}
