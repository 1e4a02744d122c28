using Fovea.Errors;
using Fovea.Modules;
using Fovea.Tensors;
using Fovea.Tests.Golden;
using Fovea.Tests.Modules;
using Xunit;

namespace Fovea.Tests.Layers;

/// <summary>Norms, learned activations, channel dropout and gates: parameters as in PyTorch, and what training changes.</summary>
public sealed class NormLayerTests
{
    static readonly Dictionary<string, (Func<Module> Create, Dims Input, string Parameters)> Layers = new()
    {
        ["LayerNorm"] = (() => new LayerNorm(), [5, 6], "weight 6, bias 6"),
        ["LayerNorm of two axes"] = (() => new LayerNorm(2, bias: false), [3, 5, 6], "weight 5x6"),
        ["LayerNorm without parameters"] = (() => new LayerNorm(affine: false), [6], ""),
        ["RmsNorm"] = (() => new RmsNorm(2), [5, 6], "weight 5x6"),
        ["GroupNorm"] = (() => new GroupNorm(2), [4, 3, 3], "weight 4, bias 4"),
        ["GroupNorm of features"] = (() => new GroupNorm(3, affine: false), [6], ""),
        ["InstanceNorm1d"] = (() => new InstanceNorm1d(), [4, 6], ""),
        ["InstanceNorm2d"] = (() => new InstanceNorm2d(affine: true), [4, 6, 5], "weight 4, bias 4"),
        ["InstanceNorm3d"] = (() => new InstanceNorm3d(runningStatistics: true), [2, 3, 4, 5], "running_mean 2, running_var 2"),
        ["BatchNorm3d"] = (() => new BatchNorm3d(), [2, 3, 4, 5], "weight 2, bias 2, running_mean 2, running_var 2"),
        ["LocalResponseNorm"] = (() => new LocalResponseNorm(5), [7, 3, 3], ""),
        ["WeightNorm of a convolution"] = (() => new WeightNorm(new Conv2d(3, 2)), [2, 4, 4],
            "weight_g 3x1x1x1, layer.weight 3x2x2x2, layer.bias 3"),
        ["WeightNorm of a transposed one"] = (() => new WeightNorm(new ConvTranspose1d(3, 2, bias: false), axis: 1), [2, 4],
            "weight_g 1x3x1, layer.weight 2x3x2"),
        ["WeightNorm of an embedding"] = (() => new WeightNorm(new Embedding(7, 3)), [4], "weight_g 7x1, layer.weight 7x3"),
        ["PRelu"] = (() => new PRelu(), [3, 4], "weight 1"),
        ["PRelu by channel"] = (() => new PRelu(byChannel: true), [3, 4, 4], "weight 3"),
        ["Dropout1d"] = (() => new Dropout1d(), [3, 4], ""),
        ["Dropout2d"] = (() => new Dropout2d(), [3, 4, 4], ""),
        ["Dropout3d"] = (() => new Dropout3d(), [3, 4, 4, 4], ""),
        ["SqueezeExcite"] = (() => new SqueezeExcite(4), [8, 3, 3], "fc1.weight 2x8x1x1, fc1.bias 2, fc2.weight 8x2x1x1, fc2.bias 8"),
        ["SqueezeExcite of sequences"] = (() => new SqueezeExcite(16, hard: true), [8, 3],
            "fc1.weight 1x8x1, fc1.bias 1, fc2.weight 8x1x1, fc2.bias 8"),
        ["Cbam"] = (() => new Cbam(4, 3), [8, 5, 4], "fc1.weight 2x8x1x1, fc2.weight 8x2x1x1, spatial.weight 1x2x3x3"),
        ["AlphaDropout"] = (() => new AlphaDropout(), [3, 4], ""),
        ["SpectralNorm of a convolution"] = (() => new SpectralNorm(new Conv2d(2, 3, padding: 1, bias: false)), [2, 4, 4],
            "weight_u 2, weight_v 18, layer.weight 2x2x3x3"),
        ["SpectralNorm of a transposed one"] = (() => new SpectralNorm(new ConvTranspose1d(2, 1, bias: false), axis: 1), [2, 4],
            "weight_u 2, weight_v 2, layer.weight 2x2x1"),
        ["ChannelShuffle"] = (() => new ChannelShuffle(3), [6, 2, 2], ""),
        ["HardTanh"] = (() => new HardTanh(-2, 0.5), [6], ""),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Layers_keep_the_shape_and_have_these_parameters(string name)
    {
        var (create, input, parameters) = Layers[name];
        var module = create();
        Shape shape = [.. input.Select(size => (Dim)size)];
        module.Build(shape, seed: 1);

        Assert.Equal(parameters, string.Join(", ", module.Variables.Select(v => $"{v.Name} {v.Shape}")));
        var isLookup = name.Contains("embedding", StringComparison.Ordinal);
        var x = isLookup ? Tensor.Arange(8).Reshape(2, 4) - 1 : SampleModels.Random([2, .. input]);
        var y = module.Forward(x.Maximum(Tensor.Constant(-5, x.ElementType)));
        Assert.Equal(isLookup ? [2, 4, 3] : OutputOf(name, [2, .. input]), y.Shape.ToDims());
        Assert.DoesNotContain(y.ToArray(), float.IsNaN);
    }

    static Dims OutputOf(string name, Dims input) => name switch
    {
        "WeightNorm of a convolution" => [2, 3, 3, 3],
        "WeightNorm of a transposed one" => [2, 3, 5],
        _ => input,
    };

    [Theory]
    [InlineData("instance_norm_1d_train")]
    [InlineData("instance_norm_2d_train")]
    [InlineData("instance_norm_3d_train")]
    [InlineData("instance_norm_1d_eval")]
    [InlineData("instance_norm_2d_eval")]
    [InlineData("instance_norm_3d_eval")]
    public void Instance_norms_move_their_statistics_as_PyTorch_does(string name)
    {
        var golden = Assert.Single(GoldenCase.Read("norm"), golden => golden.Name == name);
        var (epsilon, momentum) = ((float)golden.Double("eps"), (float)golden.Double("momentum"));
        InstanceNorm layer = golden["x"].Shape.Length switch
        {
            3 => new InstanceNorm1d(epsilon, affine: true, runningStatistics: true, momentum),
            4 => new InstanceNorm2d(epsilon, affine: true, runningStatistics: true, momentum),
            _ => new InstanceNorm3d(epsilon, affine: true, runningStatistics: true, momentum),
        };
        layer.Build([.. golden["x"].Shape.Skip(1).Select(size => (Dim)size)]);
        foreach (var variable in layer.Variables)
        {
            variable.Set<float>(golden[variable.Name].Floats);
        }

        var run = Function.Compile((Tensor x) => layer.Forward(x), golden.Bool("training") ? Mode.Training : Mode.Inference);
        var y = run.Run(new GoldenInputs(golden, ElementType.Float32)["x"]);

        GoldenOperatorTests.Close(golden, "y", y, 4e-6);
        GoldenOperatorTests.Close(golden, "new_running_mean", layer.Variables[2].Read(), 4e-6);
        GoldenOperatorTests.Close(golden, "new_running_var", layer.Variables[3].Read(), 4e-6);
    }

    [Fact]
    public void Weight_norm_changes_nothing_at_first_and_learns_direction_and_length()
    {
        var plain = new Conv2d(3, 2);
        var layer = new WeightNorm(new Conv2d(3, 2));
        var x = SampleModels.Random([2, 2, 4, 4]);
        layer.Build([2, 4, 4], seed: 3);
        plain.Build([2, 4, 4], seed: 3);
        plain.Weight.Set<float>(layer.Variables[1].ToArray());
        Close(plain.Forward(x).ToArray(), layer.Forward(x).ToArray());

        // Along the direction the length alone moves the output; the direction's gradient is orthogonal to it.
        var gradients = Gradients.Of(layer.Forward(x).Square().Sum(), layer.Parameters);
        float[] v = layer.Variables[1].ToArray(), dv = gradients[1].ToArray();
        for (var filter = 0; filter < 3; filter++)
        {
            Assert.Equal(0, Enumerable.Range(8 * filter, 8).Sum(i => v[i] * dv[i]), 1e-4);
        }

        var weight = layer.Variables[1];
        weight.Assign(weight.Read() * 3);
        Close(plain.Forward(x).ToArray(), layer.Forward(x).ToArray());
        layer.Variables[0].Assign(layer.Variables[0].Read() * 2);
        plain.Weight.Assign(plain.Weight.Read() * 2);
        Close(plain.Forward(x).ToArray(), layer.Forward(x).ToArray());

        static void Close(float[] expected, float[] actual)
        {
            Assert.Equal(expected.Length, actual.Length);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    [Fact]
    public void Weight_norm_trains_in_a_compiled_function()
    {
        var layer = new Sequential(new WeightNorm(new Linear(4)), new Tanh(), new WeightNorm(new Linear(1)));
        layer.Build([3], seed: 1);
        var optimizer = new Adam(0.02);
        var x = SampleModels.Random([32, 3]);
        var step = Function.Compile((Tensor x) =>
        {
            var loss = (layer.Forward(x) - x[.., ..1] * x[.., 1..2]).Square().Mean();
            optimizer.Update(layer.Parameters, Gradients.Of(loss, layer.Parameters));
            return loss;
        }, Mode.Training);

        var first = step.Run(x).Item();
        var last = first;
        for (var i = 0; i < 300; i++)
        {
            last = step.Run(x).Item();
        }

        Assert.True(last < 0.3 * first, $"{first} became {last}");
    }

    [Fact]
    public void Channel_dropout_drops_channels_whole()
    {
        var layer = new Dropout2d(0.25f);
        layer.Build([40, 3, 3]);
        var run = Function.Compile((Tensor x) => layer.Forward(x), Mode.Training);
        var values = run.Run(Tensor.Ones(50, 40, 3, 3)).ToArray();
        var channels = values.Chunk(9).ToArray();

        Assert.All(channels, channel => Assert.All(channel, value => Assert.Equal(channel[0], value)));
        Assert.All(values, value => Assert.True(value is 0 or 4f / 3));
        // Of 2000 channels a quarter, give or take five deviations.
        Assert.Equal(500, channels.Count(channel => channel[0] == 0), 97.0);
        Assert.Equal(Tensor.Ones(1, 40, 3, 3).ToArray(), layer.Forward(Tensor.Ones(1, 40, 3, 3)).ToArray());
    }

    [Fact]
    public void Alpha_dropout_keeps_mean_and_variance()
    {
        var layer = new AlphaDropout(0.2f);
        layer.Build([500]);
        var run = Function.Compile((Tensor x) => layer.Forward(x), Mode.Training);
        var random = new Random(1);
        var x = Tensor.From(Enumerable.Range(0, 100_000).Select(_ => (float)Normal(random)).ToArray(), [200, 500]);
        var values = run.Run(x).ToArray();

        Assert.Equal(0, values.Average(), 0.02);
        Assert.Equal(1, values.Average(v => (double)v * v), 0.02);
        Assert.Equal(x.ToArray(), layer.Forward(x).ToArray());

        static double Normal(Random random) =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    [Fact]
    public void Spectral_norm_divides_by_the_largest_singular_value()
    {
        var layer = new SpectralNorm(new Linear(2, bias: false));
        layer.Build([2], seed: 1);
        var weight = Assert.Single(layer.Parameters);
        // Singular values 4 and 2: a rotation of diag(4, 2).
        weight.Set<float>([2.4f, -1.6f, 3.2f, 1.2f]);
        var run = Function.Compile((Tensor x) => layer.Forward(x), Mode.Training);
        for (var i = 0; i < 40; i++)
        {
            run.Run(Tensor.Ones(1, 2));
        }

        var y = layer.Forward(Tensor.From([1f, 0, 0, 1], [2, 2])).ToArray();
        Assert.All(y.Zip([0.6f, 0.8f, -0.4f, 0.3f]), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
        // What is divided by its own size has no gradient along itself.
        var weighed = layer.Forward(Tensor.From([1f, 2, -1, 3], [2, 2])) * Tensor.From([1f, 3, 2, 1], [2, 2]);
        var gradient = Gradients.Of(weighed.Sum(), [weight])[0];
        Assert.Equal(0, (gradient * weight.Read()).Sum().Item(), 1e-4f);
    }

    [Fact]
    public void Shuffled_channels_are_dealt_out_in_turn()
    {
        var layer = new ChannelShuffle(2);
        layer.Build([6, 1]);
        Assert.Equal([0, 3, 1, 4, 2, 5], layer.Forward(Tensor.Arange(6).Cast(ElementType.Float32).Reshape(1, 6, 1)).ToArray());
    }

    [Fact]
    public void Errors_name_the_layer_and_the_mend()
    {
        Assert.Contains("cannot share the 4 channels of the input", Fault(new GroupNorm(3), [4, 2, 2]));
        Assert.Contains("every output would be 0", Fault(new InstanceNorm2d(), [4, 1, 1]));
        Assert.Contains("takes 4 axes", Fault(new InstanceNorm2d(), [4, 3]));
        Assert.Contains("normalises the last 2 axes, and axis 0 is the batch", Fault(new LayerNorm(2), [4]));
        Assert.Contains("its size must be even", Fault(new Glu(), [3]));
        Assert.Contains("they must divide its size", Fault(new Maxout(2), [3]));
        Assert.Contains("cannot deal the 3 channels", Fault(new ChannelShuffle(2), [3, 2]));
        Assert.Contains("takes N, C and 2 spatial axes", Fault(new Dropout2d(), [3, 2]));
        Assert.Contains("has no weight \"kernel\" to work on: Linear(2) has \"weight\", \"bias\"",
            Assert.Throws<ArgumentException>(() => new WeightNorm(new Linear(2), "kernel").Build([3])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LayerNorm(epsilon: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout1d(1));

        static string Fault(Module module, Shape input) => Assert.Throws<ShapeMismatchException>(() => module.Build(input)).Message;
    }
}
