using System.Diagnostics;
using System.Text;
using Fovea.Data;
using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tests.Data;
using Fovea.Tests.Modules;
using Xunit;

namespace Fovea.Tests.Training;

/// <summary>Whatever stands in a model file: it is read, or one typed exception says what is wrong and where.</summary>
public sealed class MalformedModelTests : IDisposable
{
    const string Relu = "{\"op\":\"Relu\",\"scope\":\"1\",\"inputs\":[6]}";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>0 the input; 1 to 4 the weights; 5 a constant; 6 the convolution, then Relu, Mul, Reshape, Linear.</summary>
    byte[] Model()
    {
        var constant = SampleModels.Random([20]).Reshape(1, 1, 4, 5);
        var model = new Sequential(
            new Conv2d(2, 3), new Relu(), new Lambda("Mask", x => x * constant), new Flatten(), new Linear(3));
        model.Build([1, 6, 7], seed: 1);
        var card = new ModelCard { Classes = ["a", "b", "c"], Normalization = new([0.5f], [0.25f]), Seed = 7 };
        ModelFile.Save(_folder["m.safetensors"], model, card);
        return File.ReadAllBytes(_folder["m.safetensors"]);
    }

    static ModelFile Read(byte[] bytes, string name = "m.safetensors")
    {
        using var file = new SafetensorsFile(BoundedReader.Over(bytes, name, FileKind.Model));
        return ModelFile.Read(file);
    }

    /// <summary>The file with its metadata changed, and without the digest, so that what is changed is met.</summary>
    static byte[] Change(byte[] bytes, Action<Dictionary<string, string>> change)
    {
        using var file = new SafetensorsFile(BoundedReader.Over(bytes, "m.safetensors", FileKind.Model));
        var metadata = file.Metadata.ToDictionary(StringComparer.Ordinal);
        metadata.Remove("digest");
        change(metadata);
        var tensors = file.Entries.Select(e => (Entry: e, Bytes: file.Read(e)))
            .Select(t => new SafetensorsSource(t.Entry.Name, t.Entry.Type, t.Entry.Shape, stream => stream.Write(t.Bytes))).ToArray();
        var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    static byte[] ChangeGraph(byte[] bytes, string old, string @new) => Change(bytes, metadata =>
    {
        Assert.Contains(old, metadata["graph"], StringComparison.Ordinal);
        metadata["graph"] = metadata["graph"].Replace(old, @new, StringComparison.Ordinal);
    });

    [Fact]
    public void The_graph_is_readable_text()
    {
        using var file = new SafetensorsFile(BoundedReader.Over(Model(), "m.safetensors", FileKind.Model));
        Assert.Equal(
            """
            {"input":{"type":"Float32","shape":"Nx1x6x7"},
            "variables":[{"name":"0.weight"},{"name":"0.bias"},{"name":"4.weight"},{"name":"4.bias"}],
            "constants":[{"tensor":"constant:0"}],
            "nodes":[
            {"op":"Convolution","scope":"0","attributes":{"Stride":"1x1","PadBegin":"0x0","PadEnd":"0x0",
            "Dilation":"1x1","Groups":"1"},"inputs":[0,1,2]},
            {"op":"Relu","scope":"1","inputs":[6]},
            {"op":"Multiply","scope":"2","inputs":[7,5]},
            {"op":"Reshape","scope":"3","attributes":{"Target":"Nx40"},"inputs":[8]},
            {"op":"Linear","scope":"4","inputs":[9,3,4]}],
            "output":10}
            """.ReplaceLineEndings(""),
            file.Metadata["graph"]);
    }

    [Theory]
    [InlineData("\"output\":10", "\"output\":11", "graph, output: it reads value 11; before it there are 11")]
    [InlineData("\"output\":10", "\"output\":-1", "it reads value -1")]
    [InlineData("\"output\":10", "\"output\":1e9", "graph: 1e9 is no whole number of 32 bits")]
    [InlineData("\"output\":10", "\"output\":1e99", "graph: ")]
    [InlineData(",\"output\":10", "", "\"output\" is missing")]
    [InlineData("\"output\":10", "\"output\":10,\"output\":10", "graph: ")]
    [InlineData("\"output\":10", "\"output\":10,\"loop\":1", "the field \"loop\" is unknown")]
    [InlineData("\"output\":10}", "\"output\":10", "graph: ")]
    [InlineData("[6]", "[7]", "graph, node 1: it reads value 7; before it there are 7")]
    [InlineData("[6]", "[]", "graph, node 1: Relu")]
    [InlineData("[6]", "[6,6]", "graph, node 1: Relu")]
    [InlineData("[6]", "[[[[[[[[[6]]]]]]]]]", "graph: ")]
    [InlineData("[6]", "{}", "graph, node 1: ")]
    [InlineData("[6]", "null", "graph, node 1: ")]
    [InlineData("[6]", "[0.5]", "graph, node 1: ")]
    [InlineData(Relu, "{\"op\":\"Relu\"}", "graph, node 1: \"inputs\" is missing")]
    [InlineData(Relu, "3", "graph, node 1: ")]
    [InlineData(Relu, "{\"op\":\"Relo\",\"inputs\":[6]}", "graph, node 1: There is no operator \"Relo\"")]
    [InlineData(Relu, "{\"op\":null,\"inputs\":[6]}", "graph, node 1: \"op\" is null")]
    [InlineData(Relu, "{\"op\":\"Relu\",\"attributes\":{\"X\":\"1\"},\"inputs\":[6]}", "graph, node 1: Relu has no attribute \"X\"")]
    [InlineData("\"Stride\":\"1x1\"", "\"Stride\":\"0x0\"", "graph, node 0: ")]
    [InlineData("\"Stride\":\"1x1\"", "\"Stride\":\"1\"", "graph, node 0: ")]
    [InlineData("\"Stride\":\"1x1\"", "\"Stride\":\"1x1\\n\"", "graph, node 0: Attribute Stride")]
    [InlineData("\"Stride\":\"1x1\"", "\"Stride\":\"2147483647x2147483647\",\"Dilation\":\"2147483647x2147483647\"", "graph")]
    [InlineData("\"Groups\":\"1\"", "\"Groups\":\"0\"", "graph, node 0: ")]
    [InlineData("\"Groups\":\"1\"", "\"Groups\":\"7\"", "graph, node 0: ")]
    [InlineData("\"Groups\":\"1\"", "\"Groups\":\"-2147483648\"", "graph, node 0: ")]
    [InlineData("\"PadEnd\":\"0x0\"", "\"PadEnd\":\"2147483647x2147483647\"", "graph, node ")]
    [InlineData("\"Target\":\"Nx40\"", "\"Target\":\"Nx41\"", "graph, node 3: Reshape \"3\" cannot give")]
    [InlineData("\"Target\":\"Nx40\"", "\"Target\":\"[N + 1; 40]\"", "graph, node 3: Reshape \"3\" cannot give")]
    [InlineData("\"Target\":\"Nx40\"", "\"Target\":\"[N; 9223372036854775807; 9223372036854775807]\"", "graph, node 3: ")]
    [InlineData("\"Target\":\"Nx40\"", "\"Target\":\"Nx-40\"", "graph, node 3: ")]
    [InlineData("\"type\":\"Float32\",\"shape\":\"Nx1", "\"type\":\"Float64\",\"shape\":\"Nx1", "inputs are Float32, not Float64")]
    [InlineData("\"type\":\"Float32\",\"shape\":\"Nx1", "\"type\":\"0\",\"shape\":\"Nx1", "\"0\" is no element type")]
    [InlineData("\"type\":\"Float32\",\"shape\":\"Nx1", "\"type\":\"Int8, UInt8\",\"shape\":\"Nx1", "is no element type")]
    [InlineData("\"Nx1x6x7\"", "\"scalar\"", "a scalar has no batch axis")]
    [InlineData("\"Nx1x6x7\"", "\"NxNx6x7\"", "axis 1 of NxNx6x7 is neither a size nor a symbol")]
    [InlineData("\"Nx1x6x7\"", "\"Mx1x6x7\"", "axis 0 of Mx1x6x7 is neither a size nor a symbol")]
    [InlineData("\"Nx1x6x7\"", "\"[N; 1; 6; H + 1]\"", "axis 3 of")]
    [InlineData("\"Nx1x6x7\"", "\"Nx1x6x0\"", "axis 3 of")]
    [InlineData("\"Nx1x6x7\"", "\"Nx1x6x8\"", "graph, node ")]
    [InlineData("\"Nx1x6x7\"", "\"Nx1x6\"", "graph, node 0: ")]
    [InlineData("\"name\":\"0.bias\"", "\"name\":\"0.b\"", "graph, variable 1: there is no tensor \"0.b\"")]
    [InlineData("\"name\":\"0.bias\"", "\"name\":\"0.weight\"", "graph, variable 1: the tensor \"0.weight\" is used twice")]
    [InlineData("\"name\":\"0.bias\"", "\"name\":\"\"", "graph, variable 1: it has no name")]
    [InlineData("\"name\":\"0.bias\"", "\"name\":\"0.bias\",\"state\":1", "graph, variable 1: ")]
    [InlineData("{\"tensor\":\"constant:0\"}", "{\"tensor\":\"0.bias\"}", "graph, constant 0: the tensor \"0.bias\" is used twice")]
    [InlineData("{\"tensor\":\"constant:0\"}", "{\"type\":\"Float32\",\"shape\":\"2\",\"bytes\":\"00\"}", "Float32 2 has not 1 bytes")]
    [InlineData("{\"tensor\":\"constant:0\"}", "{\"type\":\"Float32\",\"shape\":\"2\",\"bytes\":\"0x\"}", "graph, constant 0: ")]
    [InlineData("{\"tensor\":\"constant:0\"}", "{\"type\":\"Bool\",\"shape\":\"1\",\"bytes\":\"02\"}", "neither 0 nor 1")]
    [InlineData("{\"tensor\":\"constant:0\"}", "{\"type\":\"Int8\",\"shape\":\"N\",\"bytes\":\"\"}", "graph, constant 0: ")]
    [InlineData("{\"tensor\":\"constant:0\"}", "{\"type\":\"Float32\",\"shape\":\"2147483647x2147483647x0\",\"bytes\":\"\"}", "graph")]
    [InlineData("{\"tensor\":\"constant:0\"}", "{\"type\":\"Float32\",\"shape\":\"scalar\",\"bytes\":\"0000803f\"}",
        "the tensor \"constant:0\" is neither a variable nor a constant")]
    public void Damage_of_the_graph_is_named(string old, string @new, string reason)
    {
        byte[] damaged = ChangeGraph(Model(), old, @new);
        var error = Refused.With<ModelFormatException>(reason, () => Read(damaged));
        Assert.StartsWith("m.safetensors, byte 8: graph", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("format", "fovea-model/2", "no model of the format fovea-model/1")]
    [InlineData("format", null, "no model of the format")]
    [InlineData("graph", null, "no model of the format")]
    [InlineData("graph", "", "graph: ")]
    [InlineData("graph", "\ud800", "graph: ")]
    [InlineData("digest", "00", "the file was changed after it was written")]
    [InlineData("classes", "{}", "classes: ")]
    [InlineData("classes", "[null]", "classes: a name is null")]
    [InlineData("classes", "[", "classes: ")]
    [InlineData("normalization", "{\"mean\":[1]}", "normalization: \"deviation\" is missing")]
    [InlineData("normalization", "{\"mean\":[1],\"deviation\":[0]}", "normalization: Mean 1 and deviation 0")]
    [InlineData("normalization", "{\"mean\":[1],\"deviation\":[1,2]}", "normalization: There are 1 means and 2 deviations")]
    [InlineData("normalization", "{\"mean\":[1e99],\"deviation\":[1]}", "normalization: ")]
    [InlineData("metrics", "{\"a\":1,\"a\":2}", "metrics: ")]
    [InlineData("metrics", "{\"a\":\"b\"}", "metrics: ")]
    [InlineData("seed", "-1", "seed: \"-1\" is no whole number")]
    public void Damage_of_the_other_metadata_is_named(string key, string? value, string reason)
    {
        byte[] damaged = Change(Model(), metadata =>
        {
            if (value is null) metadata.Remove(key);
            else metadata[key] = value;
        });
        Refused.With<ModelFormatException>(reason, () => Read(damaged));
    }

    [Fact]
    public void Weights_that_were_changed_are_noticed()
    {
        byte[] file = Model();
        using (var read = new SafetensorsFile(BoundedReader.Over(file, "m.safetensors", FileKind.Model)))
            file[read.Entries.Single(e => e.Name == "0.weight").Offset + 5] ^= 16;
        Refused.With<ModelFormatException>("the digest of the weights", () => Read(file));
    }

    [Fact]
    public void Mutants_of_the_file_are_read_or_refused()
    {
        byte[] file = Change(Model(), _ => { });
        (int read, int refused) = Mutator.Check<ModelFormatException>(file, 3000, expansion: 1, bytes => Read(bytes, "mutant"));
        Assert.True(read > 50 && refused > 1000, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Mutants_of_the_graph_are_read_or_refused()
    {
        byte[] file = Model();
        byte[] graph = [];
        Change(file, metadata => graph = Encoding.Latin1.GetBytes(metadata["graph"]));
        int count = int.TryParse(Environment.GetEnvironmentVariable("FOVEA_MUTANTS"), out int asked) ? asked : 4000;
        int read = 0, refused = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] mutant = Change(file, metadata => metadata["graph"] = Encoding.Latin1.GetString(Mutator.Mutate(graph, i)));
            try
            {
                Read(mutant);
                read++;
            }
            catch (ModelFormatException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.True(read > 20 && refused > 1000, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Expressions_that_would_grow_without_end_are_refused_at_once()
    {
        // Each layer doubles the text of its size: a concatenation with a pooled copy, N being a spatial axis.
        var nodes = new StringBuilder("""{"op":"Transpose","attributes":{"Order":"1x2x0"},"inputs":[0]}""");
        for (int i = 0, value = 1; i < 200; i++, value += 2)
            nodes.Append($$$"""
                ,{"op":"MaxPool","attributes":{"Kernel":"2","Stride":"3","PadBegin":"0","PadEnd":"0","Dilation":"1"},"inputs":[{{{value}}}]}
                """).Append($$$""",{"op":"Concat","attributes":{"Axis":"2"},"inputs":[{{{value}}},{{{value + 1}}}]}""");
        Bomb(nodes.ToString(), "graph, node ");

        // The product of two long sums.
        string sum = string.Join("+", Enumerable.Range(0, 300).Select(i => $"A{i}"));
        string product = $"floor({sum}, 1)*floor({sum}, 1)";
        Bomb($$$"""{"op":"BroadcastTo","attributes":{"Target":"[N; {{{product}}}]"},"inputs":[0]}""", "graph, node 0");
        string power = string.Join("*", Enumerable.Repeat("N", 1500));
        Bomb($$$"""{"op":"BroadcastTo","attributes":{"Target":"[{{{power}}}; 1; 1]"},"inputs":[0]}""", "graph, node 0");
    }

    [Fact]
    public void A_graph_has_at_most_20_000_nodes()
    {
        string Chain(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $$$"""{"op":"Relu","inputs":[{{{i}}}]}"""));
        Assert.Equal(20_000, Read(Graph(Chain(20_000))).Module.OperatorCount);
        Bomb(Chain(20_001), "there are 20001 nodes");
    }

    static byte[] Graph(string nodes)
    {
        var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [], new Dictionary<string, string>
        {
            ["format"] = "fovea-model/1",
            ["graph"] = "{\"input\":{\"type\":\"Float32\",\"shape\":\"Nx1x1\"},\"variables\":[],\"constants\":[],\"nodes\":["
                + nodes.ReplaceLineEndings("") + "],\"output\":0}",
        });
        return stream.ToArray();
    }

    static void Bomb(string nodes, string where)
    {
        byte[] file = Graph(nodes);
        long start = Stopwatch.GetTimestamp();
        Refused.With<ModelFormatException>(where, () => Read(file));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20));
    }
}
