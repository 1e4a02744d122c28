using System.Buffers.Binary;
using System.Text.Json;
using Fovea.Tests.Architecture;

namespace Fovea.Tests.Golden;

/// <summary>One tensor of a golden file: sizes, and values as doubles (float64) or as integers (int64).</summary>
internal sealed record GoldenTensor(int[] Shape, double[] Values, long[]? Integers)
{
    internal float[] Floats => Array.ConvertAll(Values, value => (float)value);
}

/// <summary>One case of tests/golden: an operator, its attributes, and what PyTorch made of the inputs.</summary>
internal sealed class GoldenCase
{
    readonly Dictionary<string, GoldenTensor> _tensors;
    readonly JsonElement _attributes;

    GoldenCase(string name, JsonElement description, Dictionary<string, GoldenTensor> tensors)
    {
        Name = name;
        Operator = description.GetProperty("operator").GetString()!;
        _attributes = description.GetProperty("attributes");
        Inputs = Roles(description, "inputs");
        Outputs = Roles(description, "outputs");
        Upstream = Roles(description, "upstream");
        Gradients = Roles(description, "gradients");
        _tensors = tensors;
    }

    internal string Name { get; }
    internal string Operator { get; }
    internal string[] Inputs { get; }
    internal string[] Outputs { get; }
    internal string[] Upstream { get; }
    internal string[] Gradients { get; }

    internal GoldenTensor this[string role] => _tensors[role];

    internal bool Has(string role) => _tensors.ContainsKey(role);

    internal bool HasAttribute(string attribute) => _attributes.TryGetProperty(attribute, out _);

    internal int Int(string attribute) => _attributes.GetProperty(attribute).GetInt32();

    internal double Double(string attribute) => _attributes.GetProperty(attribute).GetDouble();

    internal bool Bool(string attribute) => _attributes.GetProperty(attribute).GetBoolean();

    internal string Text(string attribute) => _attributes.GetProperty(attribute).GetString()!;

    internal int[] Ints(string attribute) => [.. _attributes.GetProperty(attribute).EnumerateArray().Select(value => value.GetInt32())];

    internal double[] Doubles(string attribute) => [.. _attributes.GetProperty(attribute).EnumerateArray().Select(v => v.GetDouble())];

    public override string ToString() => Name;

    /// <summary>The families: the names of the files.</summary>
    internal static IEnumerable<string> Families =>
        Repository.Files(["tests/golden"], ".safetensors").Select(file => Path.GetFileNameWithoutExtension(file));

    internal static string PathOf(string family) => Repository.PathOf($"tests/golden/{family}.safetensors");

    /// <summary>
    /// Reads every case of a family. The reader is the test's own, so that it does not share a mistake with the library's.
    /// </summary>
    internal static IReadOnlyList<GoldenCase> Read(string family)
    {
        var bytes = File.ReadAllBytes(PathOf(family));
        var length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        var header = JsonDocument.Parse(bytes.AsMemory(8, length)).RootElement;
        var data = bytes.AsMemory(8 + length);
        var byCase = new Dictionary<string, Dictionary<string, GoldenTensor>>();
        foreach (var entry in header.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            var slash = entry.Name.IndexOf('/', StringComparison.Ordinal);
            var tensors = byCase.TryGetValue(entry.Name[..slash], out var known) ? known : byCase[entry.Name[..slash]] = [];
            tensors.Add(entry.Name[(slash + 1)..], Tensor(entry.Value, data));
        }

        var cases = JsonDocument.Parse(header.GetProperty("__metadata__").GetProperty("cases").GetString()!).RootElement;
        return [.. cases.EnumerateArray().Select(description =>
        {
            var name = description.GetProperty("name").GetString()!;
            return new GoldenCase(name, description, byCase[name]);
        })];
    }

    static GoldenTensor Tensor(JsonElement entry, ReadOnlyMemory<byte> data)
    {
        int[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        var start = entry.GetProperty("data_offsets")[0].GetInt32();
        var end = entry.GetProperty("data_offsets")[1].GetInt32();
        var values = new double[shape.Aggregate(1, (product, size) => product * size)];
        var integers = entry.GetProperty("dtype").GetString() == "I64" ? new long[values.Length] : null;
        if (end - start != 8 * values.Length)
        {
            throw new InvalidDataException($"{end - start} bytes for the shape {string.Join("x", shape)}.");
        }

        for (var i = 0; i < values.Length; i++)
        {
            var bits = BinaryPrimitives.ReadInt64LittleEndian(data.Span[(start + 8 * i)..]);
            if (integers is not null)
            {
                integers[i] = bits;
            }

            values[i] = integers is null ? BitConverter.Int64BitsToDouble(bits) : bits;
        }

        return new GoldenTensor(shape, values, integers);
    }

    static string[] Roles(JsonElement description, string list) =>
        [.. description.GetProperty(list).EnumerateArray().Select(role => role.GetString()!)];
}
