namespace Fovea;

/// <summary>CIFAR-10 (Krizhevsky 2009), binary version: 50 000 training and 10 000 test photographs, colour, 32×32, 10 classes.</summary>
public static class Cifar10
{
    /// <summary>The names of the classes, in the order of the labels.</summary>
    public static IReadOnlyList<string> Classes { get; } = Array.AsReadOnly<string>(
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]);

    /// <summary>
    /// Opens a folder with any of the files <c>data_batch_*.bin</c> and <c>test_batch*.bin</c> (or the archive's folder
    /// <c>cifar-10-batches-bin</c> in it); each part is read when first asked for.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static DatasetSplits Load(string path) => DatasetSplits.LoadCifar(path, Classes);
}
