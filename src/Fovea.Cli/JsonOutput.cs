using System.Text.Json;

namespace Fovea.Cli;

/// <summary>The one machine-readable result of a verb.</summary>
static class JsonOutput
{
    /// <summary>Writes one object on standard output, whole or not at all.</summary>
    public static void Write(Action<Utf8JsonWriter> properties)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new() { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            properties(json);
            json.WriteEndObject();
        }
        memory.WriteByte((byte)'\n');
        using var output = Console.OpenStandardOutput();
        output.Write(memory.GetBuffer(), 0, (int)memory.Length);
    }

    /// <summary>A number, or null for what JSON cannot write.</summary>
    public static void WriteFinite(this Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }

    public static void WriteNumbers(this Utf8JsonWriter json, string name, IEnumerable<int> values)
    {
        json.WriteStartArray(name);
        foreach (int value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    public static void WriteNumbers(this Utf8JsonWriter json, string name, IEnumerable<double>? values)
    {
        if (values is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartArray(name);
        foreach (double value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
