using Fovea.Errors;

namespace Fovea.Cli;

/// <summary>The data sets that the tool knows by name.</summary>
static class NamedSets
{
    public const string Default = "fashion-mnist";

    static readonly (string Name, string Folder, Func<string, DatasetSplits> Load)[] All =
    [
        (Default, "data/fashion-mnist", FashionMnist.Load),
        ("mnist", "data/mnist", Mnist.Load),
        ("cifar10", "data/cifar10", Cifar10.Load),
    ];

    public static IEnumerable<string> Names => All.Select(s => s.Name);

    /// <summary>Checks a name.</summary>
    public static string Check(string name) => All.Any(s => s.Name == name) ? name
        : throw new UsageException($"There is no data set \"{name}\"{Nearest.Hint(name, Names)}. There are: {string.Join(", ", Names)}.");

    /// <summary>Loads a set from a folder; without one, from data/&lt;name&gt; here, above, or beside the program.</summary>
    public static (DatasetSplits Sets, string Folder) Load(string name, string? folder)
    {
        var set = All.First(s => s.Name == Check(name));
        if (folder is not null)
        {
            if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder {Path.GetFullPath(folder)}.");
            return (set.Load(folder), folder);
        }
        foreach (string start in new[] { Environment.CurrentDirectory, AppContext.BaseDirectory })
            for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
            {
                string candidate = Path.Combine(at.FullName, set.Folder);
                if (Directory.Exists(candidate)) return (set.Load(candidate), candidate);
            }
        throw new DirectoryNotFoundException($"The folder {set.Folder} is neither here nor above: name the folder of {name} with --data.");
    }
}
