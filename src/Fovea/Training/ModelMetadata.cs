using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Modules;

namespace Fovea.Training;

/// <summary>A model's card as the texts that a safetensors file carries, and back.</summary>
static class ModelMetadata
{
    const string ClassesKey = "classes", NormalizationKey = "normalization", MetricsKey = "metrics", DataKey = "dataDigest",
        SeedKey = "seed", DigestKey = "digest";

    const int MostDepth = 4, MostClasses = 1_000_000;

    /// <summary>The texts of a card (null: of none), and the digest of the weights.</summary>
    public static Dictionary<string, string> Write(ModelCard? card, Module module)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal) { [DigestKey] = WeightDigest.Of(module) };
        if (card is null) return texts;
        if (card.Classes.Count > 0) texts[ClassesKey] = Json(json =>
        {
            json.WriteStartArray();
            foreach (string name in card.Classes) json.WriteStringValue(name);
            json.WriteEndArray();
        });
        if (card.Normalization is { } normalization) texts[NormalizationKey] = Json(json =>
        {
            json.WriteStartObject();
            Numbers(json, "mean", normalization.Mean);
            Numbers(json, "deviation", normalization.Deviation);
            json.WriteEndObject();
        });
        if (card.Metrics.Count > 0) texts[MetricsKey] = Json(json =>
        {
            json.WriteStartObject();
            foreach (var (name, value) in card.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                // JSON has no other numbers.
                if (double.IsFinite(value)) json.WriteNumber(name, value);
                else json.WriteString(name, value.ToString("R", CultureInfo.InvariantCulture));
            }
            json.WriteEndObject();
        });
        if (card.DataDigest is { } digest) texts[DataKey] = digest;
        texts[SeedKey] = card.Seed.ToString(CultureInfo.InvariantCulture);
        return texts;
    }

    /// <summary>The card of a file for a module of its weights.</summary>
    /// <exception cref="ModelFormatException">A text is damaged; the message holds path, place and reason.</exception>
    public static ModelCard Read(SafetensorsFile file, Module module) => new()
    {
        InputShape = module.InputShape is { IsKnown: true } shape ? shape.ToDims() : [],
        Classes = Parse(file, ClassesKey, ReadClasses) ?? [],
        Normalization = Parse(file, NormalizationKey, json => new Normalization(Numbers(json, "mean"), Numbers(json, "deviation"))),
        Metrics = Parse(file, MetricsKey, ReadMetrics) ?? [],
        DataDigest = file.Metadata.GetValueOrDefault(DataKey),
        Seed = ReadSeed(file),
    };

    /// <summary>Refuses a file whose weights are not those that were written.</summary>
    /// <exception cref="ModelFormatException">The digest differs.</exception>
    public static void CheckDigest(SafetensorsFile file, string digest)
    {
        if (file.Metadata.TryGetValue(DigestKey, out string? written) && written != digest)
            throw file.Error($"the digest of the weights is {digest}, not {written}: the file was changed after it was written");
    }

    static string[] ReadClasses(JsonElement json)
    {
        int count = json.GetArrayLength();
        if (count > MostClasses) throw new FormatException($"{count} classes are more than {MostClasses}");
        return [.. json.EnumerateArray().Select(name => name.GetString() ?? throw new FormatException("a name is null"))];
    }

    static Dictionary<string, double> ReadMetrics(JsonElement json)
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var metric in json.EnumerateObject())
            metrics[metric.Name] = metric.Value.ValueKind == JsonValueKind.String
                ? double.Parse(metric.Value.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture) : metric.Value.GetDouble();
        return metrics;
    }

    static ulong ReadSeed(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(SeedKey, out string? text)) return 0;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed
            : throw file.Error($"{SeedKey}: \"{text}\" is no whole number of 64 bits");
    }

    static T? Parse<T>(SafetensorsFile file, string key, Func<JsonElement, T> read) where T : class
    {
        if (!file.Metadata.TryGetValue(key, out string? text)) return null;
        // The text in UTF-8, and what the document and the result take.
        file.Charge(16L * text.Length, key);
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = MostDepth, AllowDuplicateProperties = false };
            using var json = JsonDocument.Parse(Encoding.UTF8.GetBytes(text), options);
            return read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw file.Error($"{key}: {e.Message}", e);
        }
    }

    static float[] Numbers(JsonElement json, string name) => json.TryGetProperty(name, out var list)
        ? [.. list.EnumerateArray().Select(number => number.GetSingle())] : throw new FormatException($"\"{name}\" is missing");

    static void Numbers(Utf8JsonWriter json, string name, ReadOnlySpan<float> values)
    {
        json.WriteStartArray(name);
        foreach (float value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) write(json);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
