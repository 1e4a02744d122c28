using Fovea.Data;
using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tensors;
using Fovea.Training;

namespace Fovea;

/// <summary>Weights in files: safetensors, one tensor a parameter or statistic, named by its path.</summary>
public static class ModuleFiles
{
    const string Format = "fovea-weights/1";
    const int MostDifferences = 8, MostCompared = 500;

    /// <param name="module">A built module.</param>
    extension(Module module)
    {
        /// <summary>
        /// Writes the weights, and the card that training attached, if any. The file is replaced whole or not at all. To load it without
        /// the module's class, write a <see cref="ModelFile"/> instead.
        /// </summary>
        /// <param name="path">The file; the usual ending is .safetensors.</param>
        /// <exception cref="InvalidOperationException">The module is not built.</exception>
        /// <exception cref="IOException">The file cannot be written; an earlier one is untouched.</exception>
        public void Save(string path)
        {
            ArgumentNullException.ThrowIfNull(module);
            ArgumentException.ThrowIfNullOrEmpty(path);
            SaveWeights(path, module, FileOperations.System);
        }

        /// <summary>
        /// Reads the weights of a file, of weights alone or of a whole model, into this module, and attaches the file's card. Nothing
        /// changes if anything does not fit.
        /// </summary>
        /// <param name="path">The file.</param>
        /// <exception cref="InvalidOperationException">The module is not built.</exception>
        /// <exception cref="IOException">The file cannot be opened.</exception>
        /// <exception cref="ModelFormatException">
        /// It is damaged, or its weights are those of another network: the message lists the differences.
        /// </exception>
        public void Load(string path)
        {
            ArgumentNullException.ThrowIfNull(module);
            ArgumentException.ThrowIfNullOrEmpty(path);
            if (Trace.Current is not null) throw new InvalidOperationException("Weights are loaded outside compiled functions.");
            var variables = module.Variables;
            using var file = SafetensorsFile.Open(path);
            LoadWeights(file, module, variables);
        }
    }

    internal static void SaveWeights(string path, Module module, FileOperations files)
    {
        var tensors = Sources(module);
        var metadata = ModelMetadata.Write(ModelCard.Of(module), module);
        metadata["format"] = Format;
        DurableFile.Write(path, stream => SafetensorsWriter.Write(stream, tensors, metadata), files);
    }

    /// <summary>Parameters and statistics by their paths from the module on.</summary>
    internal static SafetensorsSource[] Sources(Module module) =>
        [.. module.Variables.Select(v => VariableBytes.Source(module.Below(v.Name), v))];

    static void LoadWeights(SafetensorsFile file, Module module, IReadOnlyList<Variable> variables)
    {
        var wanted = variables.ToDictionary(v => module.Below(v.Name), StringComparer.Ordinal);
        RequireSame(file, module, wanted);
        var card = ModelMetadata.Read(file, module);
        var values = new List<(Variable Variable, Tensor Value)>(variables.Count);
        using var sum = new WeightDigest.Sum();
        foreach (var (name, variable) in wanted.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            _ = file.TryFind(name, out var entry);
            var value = file.ReadTensor(entry!, pinned: true);
            sum.Append(name, value.Shape, value.Materialise().Bytes);
            values.Add((variable, value));
        }
        ModelMetadata.CheckDigest(file, sum.Finish());
        foreach (var (variable, value) in values) variable.Assign(value);
        card.AttachTo(module);
    }

    static void RequireSame(SafetensorsFile file, Module module, Dictionary<string, Variable> wanted)
    {
        var left = file.Entries.Select(e => e.Name).Where(name => !wanted.ContainsKey(name)
            && !(ModelFile.IsModel(file) && name.StartsWith(ModelGraph.ConstantPrefix, StringComparison.Ordinal))).ToList();
        var differences = new List<string>();
        foreach (var (name, variable) in wanted)
        {
            if (!file.TryFind(name, out var entry))
                differences.Add($"\"{name}\" is missing{(differences.Count < MostDifferences ? NearestOf(name) : "")}");
            else if (entry.Type != variable.Type.Element || (Shape)entry.Shape != variable.Shape)
                differences.Add($"\"{name}\" is {new TensorType(entry.Type, entry.Shape)}, not {variable.Type}");
        }
        differences.AddRange(left.Select(name => $"\"{name}\" is none of the network's"));
        if (differences.Count == 0) return;
        int more = differences.Count - MostDifferences;
        throw file.Error($"the weights are those of another network than {module.GetType().Name}: "
            + string.Join("; ", differences.Take(MostDifferences)) + (more > 0 ? FormattableString.Invariant($"; and {more} more") : ""));

        // The file's names are many and long only when somebody means harm.
        string NearestOf(string name) => Nearest.To(name, left.Where(n => n.Length <= MostCompared).Take(MostCompared)) is { } nearest
            ? $" (\"{nearest}\" is there)" : "";
    }
}
