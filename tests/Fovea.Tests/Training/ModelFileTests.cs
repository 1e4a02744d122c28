using Fovea.Data;
using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tests.Data;
using Fovea.Tests.Modules;
using Fovea.Training;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Fovea.Tests.Training;

public sealed class ModelFileTests : IDisposable
{
    static readonly ModelCard Card = new()
    {
        Classes = ["Straße", "\"b\"", "", "d", "e"],
        InputShape = [2, 9, 9],
        Normalization = new([0.25f, 1f / 3], [0.1f, 7]),
        DataDigest = "0123",
        Seed = ulong.MaxValue,
        Metrics = new Dictionary<string, double> { ["accuracy"] = 1.0 / 3, ["worst"] = double.NaN, ["best"] = double.PositiveInfinity },
    };

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_loaded_model_predicts_the_same_bits_without_its_class()
    {
        var model = SampleModels.Residual();
        model.Build([2, 9, 9], seed: 3);
        ModelFile.Save(_folder["m.safetensors"], model);
        var loaded = ModelFile.Load(_folder["m.safetensors"]);
        var predict = Function.Compile((Tensor x) => loaded.Module.Forward(x));
        var batch = SampleModels.Random([64, 2, 9, 9]);
        var expected = model.Forward(batch);

        Assert.Equal(expected.ToArray(), predict.Run(batch).ToArray());
        Assert.Equal(expected.ToArray(), loaded.Module.Forward(batch).ToArray());
        for (int i = 0; i < 64; i += 7)
            Assert.Equal(expected[i..(i + 1)].ToArray(), predict.Run(batch[i..(i + 1)]).ToArray());
        Assert.Equal(WeightDigest.Of(model), loaded.Digest);
        Assert.Equal(loaded.Digest, WeightDigest.Of(loaded.Module));
        Assert.Equal(model.Variables.Select(v => v.ToString()), loaded.Module.Variables.Select(v => v.ToString()));
        Assert.Equal(["m.safetensors"], _folder.Names);
    }

    [Fact]
    public void What_must_be_known_beside_the_weights_comes_back()
    {
        var model = SampleModels.Residual();
        model.Build([2, 9, 9], seed: 3);
        ModelFile.Save(_folder["m.safetensors"], model, Card);
        var loaded = ModelFile.Load(_folder["m.safetensors"]);

        Assert.Equal(Card.Classes, loaded.Card.Classes);
        Assert.Equal(Card.InputShape, loaded.Card.InputShape);
        Assert.Equal(Card.Normalization!.Mean, loaded.Card.Normalization!.Mean);
        Assert.Equal(Card.Normalization.Deviation, loaded.Card.Normalization.Deviation);
        Assert.Equal((Card.DataDigest, Card.Seed), (loaded.Card.DataDigest, loaded.Card.Seed));
        Assert.Equal(Card.Metrics.OrderBy(m => m.Key), loaded.Card.Metrics.OrderBy(m => m.Key));
        Assert.Equal(typeof(ModelFile).Assembly.GetName().Version!.ToString(), loaded.Version);
        Assert.Same(loaded.Card, ModelCard.Of(loaded.Module));

        ModelFile.Save(_folder["bare.safetensors"], model);
        var bare = ModelFile.Load(_folder["bare.safetensors"]).Card;
        Assert.Equal((0, 0, null, null), (bare.Classes.Count, bare.Metrics.Count, bare.Normalization, bare.DataDigest));
        Assert.Equal(Card.InputShape, bare.InputShape);
    }

    [Fact]
    public void A_model_that_was_loaded_is_saved_to_the_same_bytes()
    {
        var model = SampleModels.Residual();
        model.Build([2, 9, 9], seed: 3);
        ModelFile.Save(_folder["a.safetensors"], model, Card);
        ModelFile.Save(_folder["b.safetensors"], ModelFile.Load(_folder["a.safetensors"]).Module);

        Assert.Equal(File.ReadAllBytes(_folder["a.safetensors"]), File.ReadAllBytes(_folder["b.safetensors"]));
    }

    [Fact]
    public void Open_sizes_stay_open()
    {
        var model = new Sequential(
            new Conv2d(3, 3, stride: 2, padding: 1), new MaxPool2d(2), new GlobalAvgPool2d(), new Flatten(), new Linear(2));
        model.Build([1, Dim.Symbol("H"), Dim.Symbol("W")], seed: 1);
        ModelFile.Save(_folder["m.safetensors"], model);
        var loaded = ModelFile.Load(_folder["m.safetensors"]);

        var x = SampleModels.Random([3, 1, 13, 10]);
        Assert.Equal(model.Forward(x).ToArray(), loaded.Module.Forward(x).ToArray());
        Assert.Equal(0, loaded.Card.InputShape.Count);
    }

    [Theory]
    [InlineData("lenet", 28)]
    [InlineData("fashion", 28)]
    [InlineData("vgg11-bn", 32)]
    [InlineData("resnet18", 32)]
    public void Networks_of_the_zoo_predict_the_same_bits(string name, int size)
    {
        var model = Zoo.Create(name, 10, [1, size, size]);
        model.Build([1, size, size], seed: 5);
        ModelFile.Save(_folder["m.safetensors"], model);
        var loaded = ModelFile.Load(_folder["m.safetensors"]).Module;
        var x = SampleModels.Random([3, 1, size, size]);

        var expected = model.Forward(x);
        Assert.Equal(expected.ToArray(), loaded.Forward(x).ToArray());
        Assert.Equal(expected[1..2].ToArray(), loaded.Forward(x[1..2]).ToArray());
    }

    [Fact]
    public void A_part_of_a_network_is_a_model_too()
    {
        var backbone = SampleModels.Residual();
        var model = new Sequential(("backbone", backbone), ("head", new Linear(2)));
        model.Build([2, 9, 9], seed: 3);
        ModelFile.Save(_folder["m.safetensors"], backbone);
        var loaded = ModelFile.Load(_folder["m.safetensors"]).Module;
        var x = SampleModels.Random([2, 2, 9, 9]);

        Assert.Equal(backbone.Forward(x).ToArray(), loaded.Forward(x).ToArray());
        Assert.Equal("first.weight", loaded.Variables[0].Name);
        Assert.Equal(WeightDigest.Of(backbone), WeightDigest.Of(loaded));
    }

    [Fact]
    public void An_operator_outside_the_catalog_is_refused_by_name()
    {
        var model = new Sequential(("scale", new Lambda("Twice", x => Tensor.Apply(new Twice(), x))), ("head", new Linear(2)));
        model.Build([3], seed: 1);
        File.WriteAllText(_folder["m.safetensors"], "earlier");

        var error = Assert.Throws<UnsupportedOperatorException>(() => ModelFile.Save(_folder["m.safetensors"], model));
        Assert.StartsWith("Twice \"scale\" is no operator of the catalog", error.Message, StringComparison.Ordinal);
        Assert.Equal("earlier", File.ReadAllText(_folder["m.safetensors"]));

        // A run ends with the weights at least.
        ModelWriter.Write(_folder["m.safetensors"], model, FileOperations.System, NullLogger.Instance);
        var other = new Sequential(("scale", new Lambda("Twice", x => Tensor.Apply(new Twice(), x))), ("head", new Linear(2)));
        other.Build([3], seed: 2);
        other.Load(_folder["m.safetensors"]);
        Assert.Equal(WeightDigest.Of(model), WeightDigest.Of(other));
        Refused.With<ModelFormatException>("module.Load", () => ModelFile.Load(_folder["m.safetensors"]));
    }

    [Fact]
    public void A_module_that_is_not_built_or_a_call_inside_a_trace_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => ModelFile.Save(_folder["m.safetensors"], new Linear(2)));
        Assert.Empty(_folder.Names);
        var load = Function.Compile((Tensor x) => ModelFile.Load(_folder["m.safetensors"]).Module.Forward(x));
        Assert.Throws<InvalidOperationException>(() => load.Run(Tensor.From(1f)));
        Assert.Throws<FileNotFoundException>(() => ModelFile.Load(_folder["m.safetensors"]));
    }

    [Fact]
    public async Task A_run_ends_with_a_model_that_evaluates_as_it_did()
    {
        var model = Small.Normalised(4);
        var run = await Trainer.FitAsync(model, Small.Quarters(200), null, new() { Epochs = 2, BatchSize = 20, RunFolder = _folder["run"] },
            null, TestContext.Current.CancellationToken);
        var test = Small.Quarters(100, salt: 1);
        var trained = await Trainer.EvaluateAsync(model, test, null, TestContext.Current.CancellationToken);
        var loaded = ModelFile.Load(run.ModelPath);
        var read = await Trainer.EvaluateAsync(loaded.Module, test, null, TestContext.Current.CancellationToken);

        Assert.Equal(run.Digest, loaded.Digest);
        Assert.Equal((trained.Loss, trained.Accuracy), (read.Loss, read.Accuracy));
        Assert.Equal(test.Classes, loaded.Card.Classes);
        Assert.Equal(Small.Quarters(200).Digest, loaded.Card.DataDigest);
    }
}
