using System.Globalization;
using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Data;

/// <summary>Joins an IDX file of images and one of labels.</summary>
internal static class IdxDataset
{
    /// <summary>Reads and checks both files.</summary>
    /// <param name="imagesPath">The file of images.</param>
    /// <param name="labelsPath">The file of labels.</param>
    /// <param name="classes">The names of the classes, or null for numbers.</param>
    /// <param name="expected">Height and width that the images must have; empty for any.</param>
    public static Dataset Load(string imagesPath, string labelsPath, IReadOnlyList<string>? classes, Dims expected)
    {
        using var labelReader = BoundedReader.Open(labelsPath, FileKind.Data);
        using var imageReader = BoundedReader.Open(imagesPath, FileKind.Data);
        byte[] labels = Idx.Read(labelReader, rank: 1, out _);
        byte[] images = Idx.Read(imageReader, rank: 3, out int[] sizes);
        if (sizes[0] != labels.Length)
        {
            throw new DataFormatException(
                $"{imagesPath} has {sizes[0]} images, {labelsPath} {labels.Length} labels; they are not of one set");
        }

        if (expected.Count > 0 && expected != new Dims(sizes.AsSpan(1)))
        {
            throw new DataFormatException(
                $"{imagesPath}: its images are {sizes[1]}x{sizes[2]} where {expected} are expected; is it another set?");
        }

        if ((long)sizes[1] * sizes[2] > Array.MaxLength / sizeof(float))
            throw new DataFormatException($"{imagesPath}: an image of {sizes[1]}x{sizes[2]} is too large to read as floats");

        classes ??= [.. Enumerable.Range(0, labels.Max() + 1).Select(c => c.ToString(CultureInfo.InvariantCulture))];
        return new BytesDataset(images, CheckLabels(labels, classes.Count, labelsPath), [1, sizes[1], sizes[2]], classes);
    }

    private static int[] CheckLabels(byte[] labels, int classes, string path)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= classes)
                throw new DataFormatException($"{path}: label {labels[i]} of image {i} is out of range: 0 to {classes - 1}");
        }

        return Array.ConvertAll(labels, label => (int)label);
    }
}
