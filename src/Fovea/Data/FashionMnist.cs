namespace Fovea;

/// <summary>
/// Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, MIT licence): 60 000 training and 10 000 test pictures of clothes, grey, 28×28,
/// 10 classes.
/// </summary>
public static class FashionMnist
{
    /// <summary>The names of the classes, in the order of the labels.</summary>
    public static IReadOnlyList<string> Classes { get; } = Array.AsReadOnly<string>(
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]);

    /// <summary>Opens a folder with the official files (IDX, plain or gzip); each part is read when first asked for.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static DatasetSplits Load(string path) => DatasetSplits.LoadIdx(path, Classes);
}
