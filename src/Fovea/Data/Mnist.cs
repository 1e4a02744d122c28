namespace Fovea;

/// <summary>MNIST (LeCun, Cortes and Burges 1998): 60 000 training and 10 000 test pictures of handwritten digits, grey, 28×28.</summary>
public static class Mnist
{
    /// <summary>The names of the classes, in the order of the labels: the digits.</summary>
    public static IReadOnlyList<string> Classes { get; } = Array.AsReadOnly<string>(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);

    /// <summary>Opens a folder with the official files (IDX, plain or gzip); each part is read when first asked for.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static DatasetSplits Load(string path) => DatasetSplits.LoadIdx(path, Classes);
}
