using Fovea.Data;
using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tests.Data;
using Fovea.Tests.Modules;
using Xunit;

namespace Fovea.Tests.Training;

public sealed class ModuleFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static Sequential Network(int channels = 4) =>
        new(("conv", new Conv2d(channels, 3)), ("norm", new BatchNorm2d()), ("head", new Flatten()));

    [Fact]
    public void Weights_and_card_go_from_one_module_to_another()
    {
        Sequential a = Network(), b = Network();
        a.Build([1, 5, 5], seed: 1);
        b.Build([1, 5, 5], seed: 2);
        new ModelCard { Classes = ["x", "y"], Normalization = new([0.5f], [2f]) }.AttachTo(a);
        Assert.NotEqual(WeightDigest.Of(a), WeightDigest.Of(b));

        a.Save(_folder["w.safetensors"]);
        b.Load(_folder["w.safetensors"]);

        Assert.Equal(WeightDigest.Of(a), WeightDigest.Of(b));
        Assert.Equal(["x", "y"], ModelCard.Of(b)!.Classes);
        Assert.Equal([0.5f], ModelCard.Of(b)!.Normalization!.Mean);
        using var file = SafetensorsFile.Open(_folder["w.safetensors"]);
        Assert.Equal(["conv.bias", "conv.weight", "norm.bias", "norm.running_mean", "norm.running_var", "norm.weight"],
            file.Entries.Select(e => e.Name));
    }

    [Fact]
    public void Weights_of_a_whole_model_are_loaded_too()
    {
        Module a = SampleModels.Residual(), b = SampleModels.Residual();
        a.Build([2, 9, 9], seed: 1);
        b.Build([2, 9, 9], seed: 2);
        ModelFile.Save(_folder["m.safetensors"], a);

        b.Load(_folder["m.safetensors"]);

        Assert.Equal(WeightDigest.Of(a), WeightDigest.Of(b));
    }

    [Fact]
    public void Weights_of_another_network_are_refused_with_the_differences()
    {
        var a = new Sequential(("conv1", new Conv2d(3, 3)), ("head", new Flatten()));
        a.Build([1, 5, 5]);
        a.Save(_folder["w.safetensors"]);
        var b = Network();
        b.Build([1, 5, 5], seed: 2);
        string before = WeightDigest.Of(b);

        var error = Refused.With<ModelFormatException>("another network than Sequential", () => b.Load(_folder["w.safetensors"]));
        Assert.Contains("\"conv.weight\" is missing (\"conv1.weight\" is there)", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"norm.running_var\" is missing; ", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"conv1.bias\" is none of the network's", error.Message, StringComparison.Ordinal);

        var wide = Network(channels: 5);
        wide.Build([1, 5, 5]);
        wide.Save(_folder["w.safetensors"]);
        Refused.With<ModelFormatException>("\"conv.weight\" is Float32 5x1x3x3, not Float32 4x1x3x3; ",
            () => b.Load(_folder["w.safetensors"]));
        Assert.Equal(before, WeightDigest.Of(b));
        Assert.Null(ModelCard.Of(b));
    }

    [Fact]
    public void Many_differences_are_counted()
    {
        var model = new Sequential([.. Enumerable.Range(0, 12).Select(_ => new Linear(2))]);
        model.Build([2]);
        DurableFile.Write(_folder["w.safetensors"], stream => SafetensorsWriter.Write(stream, []));

        Refused.With<ModelFormatException>("; and 16 more", () => model.Load(_folder["w.safetensors"]));
    }

    [Fact]
    public void Weights_that_were_changed_in_the_file_are_noticed()
    {
        var model = Network();
        model.Build([1, 5, 5], seed: 1);
        model.Save(_folder["w.safetensors"]);
        byte[] bytes = File.ReadAllBytes(_folder["w.safetensors"]);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_folder["w.safetensors"], bytes);

        Refused.With<ModelFormatException>("the digest of the weights", () => model.Load(_folder["w.safetensors"]));
    }

    [Fact]
    public void Weights_of_other_programs_carry_no_digest()
    {
        var model = new Linear(1, bias: false);
        model.Build([2]);
        DurableFile.Write(_folder["w.safetensors"], stream => SafetensorsWriter.Write(stream,
            [SafetensorsSource.From<float>("weight", [1, 2], new[] { 3f, 4f })], new Dictionary<string, string> { ["format"] = "pt" }));

        model.Load(_folder["w.safetensors"]);

        Assert.Equal([3f, 4f], model.Weight.ToArray());
    }
}
