using System.Text.Json;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Training;

/// <summary>Every operator of the catalog in a model file: it comes back, and attributes that nobody writes are read or refused.</summary>
public sealed class HostileAttributeTests
{
    const int SamplesEach = 3;

    static readonly string[] Extremes =
    [
        "", "0", "-1", "7", "2147483647", "-2147483648", "9223372036854775807", "18446744073709551615", "1e38", "NaN", "true", "N", "N - N",
        "0x0", "-1x-1", "2147483647x2147483647", "1x1x1x1x1x1x1x1x1", "[N; 9223372036854775807]", "[N*N*N; floor(N, 2) - 1]", "Float64",
        "Mean", "Float32, Int8", "\n", "\u0000",
    ];

    public static TheoryData<string> Operators => [.. OpCatalog.All.Select(op => op.Name)];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Attributes_are_read_or_refused(string name)
    {
        var prototype = OpCatalog.All.Single(op => op.Name == name);
        foreach (var sample in prototype.Samples().Take(SamplesEach))
        {
            Read(File(sample, Attributes.Of(sample.Op)));
            var attributes = Attributes.Of(sample.Op).ToArray();
            for (int i = 0; i < attributes.Length; i++)
                foreach (string extreme in Extremes)
                {
                    var changed = attributes.ToArray();
                    changed[i] = new(attributes[i].Key, extreme);
                    byte[] file = File(sample, changed);
                    try
                    {
                        Read(file);
                    }
                    catch (ModelFormatException e)
                    {
                        Assert.StartsWith("m.safetensors, byte 8: graph", e.Message, StringComparison.Ordinal);
                        Assert.DoesNotContain('\n', e.Message);
                    }
                }
        }
    }

    static void Read(byte[] bytes)
    {
        using var file = new SafetensorsFile(BoundedReader.Over(bytes, "m.safetensors", FileKind.Model));
        ModelFile.Read(file);
    }

    /// <summary>A file whose graph applies the operator to constants.</summary>
    static byte[] File(Sample sample, IReadOnlyList<KeyValuePair<string, string>> attributes)
    {
        var graph = new
        {
            input = new { type = "Float32", shape = "Nx1" },
            variables = Array.Empty<object>(),
            constants = sample.Inputs.Select((_, i) => new { tensor = $"constant:{i}" }),
            nodes = new[]
            {
                new
                {
                    op = sample.Op.Name,
                    attributes = attributes.ToDictionary(),
                    inputs = sample.Inputs.Select((_, i) => 1 + i),
                },
            },
            output = 1 + sample.Inputs.Count,
        };
        var stream = new MemoryStream();
        SafetensorsWriter.Write(stream,
            [.. sample.Inputs.Select((input, i) => Constant($"constant:{i}", input.Type))],
            new Dictionary<string, string> { ["format"] = "fovea-model/1", ["graph"] = JsonSerializer.Serialize(graph) });
        return stream.ToArray();
    }

    static SafetensorsSource Constant(string name, TensorType type) =>
        new(name, type.Element, type.Shape.ToDims(), stream => stream.Write(new byte[type.Shape.Count.Value * type.Element.Size()]));
}
