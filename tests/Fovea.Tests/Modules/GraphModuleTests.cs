using Fovea.Errors;
using Fovea.Modules;
using Xunit;

namespace Fovea.Tests.Modules;

public sealed class GraphModuleTests
{
    static readonly Shape Image = new(2, 9, 9);

    [Fact]
    public void A_captured_module_predicts_the_same_bits_in_every_batch()
    {
        var model = SampleModels.Residual();
        model.Build(Image, seed: 3);
        var graph = GraphModule.Capture(model);
        var predict = Function.Compile((Tensor x) => graph.Forward(x));
        var batch = SampleModels.Random([64, 2, 9, 9]);
        var original = model.Forward(batch);

        Assert.Equal(original.ToArray(), graph.Forward(batch).ToArray());
        Assert.Equal(original.ToArray(), predict.Run(batch).ToArray());
        for (int i = 0; i < 64; i += 9)
            Assert.Equal(original[i..(i + 1)].ToArray(), predict.Run(batch[i..(i + 1)]).ToArray());
        Assert.Equal(1, predict.TraceCount);
    }

    [Fact]
    public void It_has_the_variables_of_the_module_as_copies()
    {
        var model = SampleModels.Residual();
        model.Build(Image, seed: 3);
        model.Freeze("first.*");
        var graph = GraphModule.Capture(model);

        Assert.Equal(model.Variables.Select(v => v.ToString()), graph.Variables.Select(v => v.ToString()));
        Assert.Equal(WeightDigest.Of(model), WeightDigest.Of(graph));
        Assert.Equal(Image, graph.InputShape);
        Assert.True(graph.IsBuilt);

        graph.Parameters[0].Assign(graph.Parameters[0].Read() * 2);
        Assert.NotEqual(WeightDigest.Of(model), WeightDigest.Of(graph));
    }

    [Fact]
    public void It_trains_as_the_frozen_statistics_say()
    {
        var model = SampleModels.Residual();
        model.Build(Image, seed: 3);
        var graph = GraphModule.Capture(model);
        var x = SampleModels.Random([4, 2, 9, 9]);
        var statistics = graph.Variables.Where(v => !v.IsTrainable).Select(v => v.ToArray()).ToArray();

        var step = Function.Compile((Tensor x) =>
        {
            var loss = (1 - graph.Forward(x)[.., 0]).Square().Mean();
            var gradients = Gradients.Of(loss, graph.Parameters);
            for (int i = 0; i < gradients.Count; i++) graph.Parameters[i].Assign(graph.Parameters[i].Read() - 0.5f * gradients[i]);
            return loss;
        }, Mode.Training);
        float first = step.Run(x).Item(), last = 0;
        for (int i = 0; i < 20; i++) last = step.Run(x).Item();

        Assert.True(last < 0.5f * first, $"{first} became {last}");
        Assert.Equal(statistics, graph.Variables.Where(v => !v.IsTrainable).Select(v => v.ToArray()).ToArray());
    }

    [Fact]
    public void Inside_a_new_network_it_keeps_its_weights_under_its_new_path()
    {
        var model = SampleModels.Residual();
        model.Build(Image, seed: 3);
        var graph = GraphModule.Capture(model);
        var network = new Sequential(("backbone", graph), ("head", new Linear(2)));
        network.Build(Image, seed: 8);
        var x = SampleModels.Random([3, 2, 9, 9]);

        Assert.Equal(model.Variables.Select(v => "backbone." + v.Name), graph.Variables.Select(v => v.Name));
        Assert.Equal(model.Forward(x).ToArray(), graph.Forward(x).ToArray());
        Assert.Equal(network.Forward(x).ToArray(), GraphModule.Capture(network).Forward(x).ToArray());
        Assert.Equal(model.Variables.Select(v => v.Name), GraphModule.Capture(graph).Variables.Select(v => v.Name));
    }

    [Fact]
    public void An_input_of_another_shape_is_refused()
    {
        var model = SampleModels.Residual();
        model.Build(Image);
        var graph = GraphModule.Capture(model);

        var error = Assert.Throws<ShapeMismatchException>(() => graph.Forward(SampleModels.Random([3, 2, 9, 8])));
        Assert.Equal("GraphModule takes Float32 Nx2x9x9; the input is Float32 3x2x9x8 (input 2x9x8; was 2x9x9 meant?)", error.Message);
        Assert.Throws<ShapeMismatchException>(() => graph.Forward(SampleModels.Random([3, 2, 9])));
        Assert.Throws<ShapeMismatchException>(() => graph.Build([2, 8, 9]));
    }

    [Fact]
    public void Open_sizes_stay_open()
    {
        var model = new Sequential(new Conv2d(3, 3, stride: 2), new Relu(), new GlobalAvgPool2d(), new Flatten());
        model.Build([2, Dim.Symbol("H"), Dim.Symbol("W")], seed: 1);
        var graph = GraphModule.Capture(model);

        foreach (int size in new[] { 5, 8, 13 })
        {
            var x = SampleModels.Random([2, 2, size, size + 1]);
            Assert.Equal(model.Forward(x).ToArray(), graph.Forward(x).ToArray());
        }
    }

    [Fact]
    public void Sizes_that_are_open_in_a_trace_are_compared_when_they_are_bound()
    {
        var model = new Sequential(new Flatten(), new Linear(2));
        model.Build([2, 3], seed: 1);
        var graph = GraphModule.Capture(model);
        var predict = Function.Compile((Tensor x) => graph.Forward(x), dynamic: [2]);

        Assert.Equal([4, 2], predict.Run(SampleModels.Random([4, 2, 3])).Shape);
        var error = Assert.Throws<ShapeMismatchException>(() => predict.Run(SampleModels.Random([4, 2, 5])));
        Assert.Contains("GraphModule needs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Operators_of_other_assemblies_can_be_captured()
    {
        var model = new Sequential(new Conv2d(4, 1), new Lambda("Twice", x => Tensor.Apply(new Twice(), x)));
        model.Build([2, 3, 3], seed: 1);
        var x = SampleModels.Random([2, 2, 3, 3]);

        Assert.Equal(model.Forward(x).ToArray(), GraphModule.Capture(model).Forward(x).ToArray());
    }

    [Fact]
    public void A_network_without_layers_is_the_identity()
    {
        var model = new Sequential(new Dropout(0.5f));
        model.Build([3]);
        var x = SampleModels.Random([2, 3]);

        Assert.Equal(x.ToArray(), GraphModule.Capture(model).Forward(x).ToArray());
    }

    [Fact]
    public void What_depends_on_more_than_input_and_weights_is_refused()
    {
        var noise = new Sequential(new Lambda("Noise", x => x + Tensor.Uniform(x.Shape[0], 3)));
        noise.Build([3]);
        Assert.Contains("random.counter", Assert.Throws<UnsupportedOperatorException>(() => GraphModule.Capture(noise)).Message,
            StringComparison.Ordinal);

        var foreign = new Variable("foreign", Tensor.From(1f));
        var reader = new Sequential(new Lambda("Scale", x => x * foreign.Read()));
        reader.Build([3]);
        Assert.Contains("register it", Assert.Throws<UnsupportedOperatorException>(() => GraphModule.Capture(reader)).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => GraphModule.Capture(new Linear(3)));
    }
}
