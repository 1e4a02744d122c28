using Fovea.Errors;

namespace Fovea.Cli;

/// <summary>Finds the model that a word on the command line means: a file, a run, or "latest".</summary>
static class ModelLocation
{
    /// <summary>The path of the model file.</summary>
    /// <param name="word">What was typed.</param>
    /// <param name="names">What else could have been meant.</param>
    public static string Find(string word, IEnumerable<string> names)
    {
        if (File.Exists(word)) return word;
        if (word == "latest" || Directory.Exists(word))
        {
            var run = RunFolder.Find(word);
            return File.Exists(run.ModelPath) ? run.ModelPath
                : throw new FileNotFoundException($"The run {run.Path} has no model file yet: finish it with fovea train --resume {word}.");
        }
        throw new FileNotFoundException($"There is no model file and no run \"{word}\"{Nearest.Hint(word, names.Append("latest"))}.");
    }

    /// <summary>The set that the run around a model file was trained on.</summary>
    public static string? SetOf(string modelPath)
    {
        var folder = new RunFolder(Path.GetDirectoryName(Path.GetFullPath(modelPath))!);
        return File.Exists(folder.ConfigurationPath)
            ? RunConfiguration.Read(folder.ConfigurationPath).Settings.GetValueOrDefault("cli.set")
            : null;
    }
}
