using System.Runtime.InteropServices;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Modules;
using Fovea.Training;

namespace Fovea;

/// <summary>
/// A self-contained model: a safetensors file of weights whose metadata carry the inference graph, the names of the classes, the
/// preparation of inputs, measured figures and versions. It loads without the class that made it.
/// </summary>
/// <example><code>
/// var model = ModelFile.Load("model.safetensors");
/// var predict = Function.Compile((Tensor x) => model.Module.Forward(x).Softmax());
/// </code></example>
public sealed class ModelFile
{
    const string Format = "fovea-model/1", FormatKey = "format", GraphKey = "graph", VersionKey = "fovea", RuntimeKey = "dotnet";

    ModelFile(GraphModule module, ModelCard card, string digest, string version)
    {
        Module = module;
        Card = card;
        Digest = digest;
        Version = version;
    }

    /// <summary>The network, built, with its weights.</summary>
    public GraphModule Module { get; }

    /// <summary>Classes, normalisation, figures; attached to <see cref="Module"/> too.</summary>
    public ModelCard Card { get; }

    /// <summary>The digest of the weights (<see cref="WeightDigest"/>).</summary>
    public string Digest { get; }

    /// <summary>The version of Fovea that wrote the file.</summary>
    public string Version { get; }

    /// <summary>
    /// Writes what a module computes in inference, with its weights. The file is replaced whole or not at all. Call it while nobody trains
    /// the module.
    /// </summary>
    /// <param name="path">The file; the usual ending is .safetensors.</param>
    /// <param name="module">A built module of operators of the catalog.</param>
    /// <param name="card">What else is to be known; null: the card that training attached, if any.</param>
    /// <exception cref="UnsupportedOperatorException">An operator is none of the catalog; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The module is not built.</exception>
    /// <exception cref="IOException">The file cannot be written; an earlier one is untouched.</exception>
    public static void Save(string path, Module module, ModelCard? card = null) => Save(path, module, card, FileOperations.System);

    internal static void Save(string path, Module module, ModelCard? card, FileOperations files)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(module);
        var program = GraphProgram.Capture(module);
        var (graph, constants) = ModelGraph.Write(program, module.Variables);
        var metadata = ModelMetadata.Write(card ?? ModelCard.Of(module), module);
        metadata[FormatKey] = Format;
        metadata[GraphKey] = graph;
        metadata[VersionKey] = typeof(ModelFile).Assembly.GetName().Version?.ToString() ?? "";
        metadata[RuntimeKey] = RuntimeInformation.FrameworkDescription;
        SafetensorsSource[] tensors = [.. ModuleFiles.Sources(module), .. constants];
        DurableFile.Write(path, stream => SafetensorsWriter.Write(stream, tensors, metadata), files);
    }

    /// <summary>Reads a model. Nothing in the file is trusted: names, counts, references, shapes and the digest are checked.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="ModelFormatException">It is no model file, or damaged; the message holds path, place and reason.</exception>
    public static ModelFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Trace.Current is not null) throw new InvalidOperationException("A model is loaded outside compiled functions.");
        using var file = SafetensorsFile.Open(path);
        return Read(file);
    }

    /// <summary>Whether a safetensors file carries a graph.</summary>
    internal static bool IsModel(SafetensorsFile file) => file.Metadata.GetValueOrDefault(FormatKey) == Format;

    internal static ModelFile Read(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(GraphKey, out string? graph) || !IsModel(file))
            throw file.Error($"this is no model of the format {Format}; module.Load(path) loads weights alone into their network");
        var module = ModelGraph.Read(file, graph);
        var card = ModelMetadata.Read(file, module);
        string digest = WeightDigest.Of(module);
        ModelMetadata.CheckDigest(file, digest);
        card.AttachTo(module);
        return new(module, card, digest, file.Metadata.GetValueOrDefault(VersionKey, ""));
    }
}
