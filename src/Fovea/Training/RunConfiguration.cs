using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Modules;

namespace Fovea;

/// <summary>
/// A run's run.json: the settings that decide its weights, all resolved to text, and the place it ran at. Two runs with equal
/// <see cref="Settings"/> on equal instruction sets end on one digest.
/// </summary>
public sealed class RunConfiguration
{
    const string Format = "fovea-run/1";
    const int MostBytes = 16 << 20;

    RunConfiguration(
        string name, string started, IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string> environment)
    {
        Name = name;
        Started = started;
        Settings = settings;
        Environment = environment;
    }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>When the run was started, UTC, ISO 8601.</summary>
    public string Started { get; }

    /// <summary>What decides the weights; "" stands for none.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Versions, machine, instruction sets: what the bits may also depend on, not compared.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Reads a run.json.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="ModelFormatException">It is no run.json; path, place and reason.</exception>
    public static RunConfiguration Read(string path)
    {
        using var reader = BoundedReader.Open(path, FileKind.Model);
        if (reader.Length > MostBytes) throw reader.ErrorAt(0, $"{reader.Length} bytes are too many for a run.json");
        try
        {
            using var json = JsonDocument.Parse(reader.ReadBytes(reader.Length, "the configuration"));
            var root = json.RootElement;
            string format = Text(root, "format");
            if (format != Format) throw new ModelFormatException($"{path}: the format is \"{format}\", not \"{Format}\".");
            var (settings, environment) = (Texts(root.GetProperty("settings")), Texts(root.GetProperty("environment")));
            return new(Text(root, "name"), Text(root, "started"), settings, environment);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ModelFormatException($"{path}: not the configuration of a run: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

        static SortedDictionary<string, string> Texts(JsonElement element)
        {
            var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in element.EnumerateObject()) texts[property.Name] = property.Value.GetString() ?? "";
            return texts;
        }
    }

    /// <summary>Resolves everything about a run that is about to start.</summary>
    internal static RunConfiguration Of(Module model, Dataset train, Dataset? validation, TrainingOptions options, Optimizer optimizer,
        Normalization? normalization, DateTimeOffset now)
    {
        var culture = CultureInfo.InvariantCulture;
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["epochs"] = options.Epochs.ToString(culture),
            ["batchSize"] = options.BatchSize.ToString(culture),
            ["loss"] = Losses.NameOf(options.Loss),
            ["optimizer"] = optimizer.Description,
            ["schedule"] = options.Schedule.ToString(),
            ["seed"] = options.Seed.ToString(culture),
            ["clipNorm"] = options.ClipNorm?.ToString("R", culture) ?? "",
            ["shards"] = options.Shards.ToString(culture),
            ["augmentation"] = options.Augmentation is { } a
                ? string.Create(culture, $"flip={(a.HorizontalFlip ? "true" : "false")}, shift={a.Shift}, erasing={a.Erasing:R}") : "",
            ["normalization"] = normalization is null ? ""
                : $"mean={Numbers(normalization.Mean)}, deviation={Numbers(normalization.Deviation)}",
            ["earlyStoppingPatience"] = options.EarlyStoppingPatience?.ToString(culture) ?? "",
            ["bestBy"] = options.BestBy.ToString(),
            ["keepBest"] = options.KeepBest ? "true" : "false",
            ["maxSteps"] = options.MaxSteps?.ToString(culture) ?? "",
            ["numerics"] = Engine.Numerics.ToString(),
            ["data.train"] = train.Digest,
            ["data.validation"] = validation?.Digest ?? "",
            ["model"] = Architecture(model),
        };
        foreach (var (key, value) in options.Settings)
            if (!settings.TryAdd(key, value))
                throw new ArgumentException($"The setting \"{key}\" is recorded already: give yours another name.", nameof(options));
        return new(options.Name ?? model.GetType().Name, now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", culture), settings, Here());
    }

    /// <summary>Refuses to go on with a run under other settings.</summary>
    /// <exception cref="ResumeMismatchException">A setting differs.</exception>
    internal void RequireSame(RunConfiguration earlier, string path)
    {
        var different = Settings.Keys.Union(earlier.Settings.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(key => (Key: key, Was: earlier.Settings.GetValueOrDefault(key, ""), Is: Settings.GetValueOrDefault(key, "")))
            .Where(s => s.Was != s.Is)
            .Select(s => $"{s.Key} was {Shown(s.Was)}, is {Shown(s.Is)}").ToArray();
        if (different.Length > 0)
            throw new ResumeMismatchException($"{path}: the run cannot be resumed with other settings: {string.Join("; ", different)}.");

        static string Shown(string value) => value.Length == 0 ? "none" : value.Length <= 60 ? value : value[..57] + "...";
    }

    internal byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("name", Name);
            json.WriteString("started", Started);
            Write("settings", Settings);
            Write("environment", Environment);
            json.WriteEndObject();

            void Write(string name, IReadOnlyDictionary<string, string> texts)
            {
                json.WriteStartObject(name);
                foreach (var (key, value) in texts) json.WriteString(key, value);
                json.WriteEndObject();
            }
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    static string Numbers(ReadOnlySpan<float> values) =>
        "[" + string.Join(' ', values.ToArray().Select(v => v.ToString("R", CultureInfo.InvariantCulture))) + "]";

    /// <summary>Paths and shapes of all weights, and which of them are frozen: as much as two networks can be told apart by.</summary>
    static string Architecture(Module model)
    {
        string text = string.Join('\n', model.Variables.Select(v => $"{v.Name} {v.Type}{(v.IsFrozen ? " frozen" : "")}"));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        return string.Create(CultureInfo.InvariantCulture, $"{model.Parameters.Sum(p => p.Count)} parameters, {hash[..16]}");
    }

    static SortedDictionary<string, string> Here() => new(StringComparer.Ordinal)
    {
        ["fovea"] = typeof(RunConfiguration).Assembly.GetName().Version?.ToString() ?? "",
        ["dotnet"] = RuntimeInformation.FrameworkDescription,
        ["system"] = RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        ["instructionSets"] = InstructionSets(),
        ["threads"] = Engine.Threads.ToString(CultureInfo.InvariantCulture),
    };

    static string InstructionSets() => string.Join(' ', new (string Name, bool There)[]
    {
        ("AVX-512", Avx512F.IsSupported), ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported), ("NEON", AdvSimd.IsSupported),
    }.Where(s => s.There).Select(s => s.Name));
}
