using Fovea.Graphs;
using Fovea.Modules;
using Fovea.Ops;
using Fovea.Passes;
using Fovea.Tensors;
using Fovea.Tests.Golden;
using Xunit;

namespace Fovea.Tests.Training;

/// <summary>What a step of an embedding touches: the rows that were looked up, wherever the optimizer's mathematics allows it.</summary>
public sealed class EmbeddingTests
{
    const int Count = 50, Width = 5;

    static Tensor Numbers(int step, int count = 6) =>
        Tensor.From(Enumerable.Range(0, count).Select(i => (long)(i * i * (step + 3) + step) % 23).ToArray(), [2, count / 2]);

    static Embedding Built(int? padding = null)
    {
        var layer = new Embedding(Count, Width, paddingIndex: padding);
        layer.Build([3], seed: 7);
        return layer;
    }

    // The loss sees each vector in another way, so that rows differ.
    static Tensor LossOf(Embedding layer, Tensor numbers) =>
        (layer.Forward(numbers) * layer.Forward((numbers + 1) * 2 - numbers).Tanh()).Square().Mean();

    static Func<Tensor, float> Step(Embedding layer, Optimizer optimizer, bool whole = false)
    {
        var function = Function.Compile((Tensor numbers) =>
        {
            var loss = LossOf(layer, numbers);
            var gradient = Gradients.Of(loss, layer.Parameters)[0];
            // Something is added that is no row: from here on nobody can tell that the others are zeros.
            optimizer.Update(layer.Parameters, [whole ? gradient * 1 + Tensor.Zeros(Count, Width) : gradient]);
            return loss;
        }, Mode.Training);
        return numbers => function.Run(numbers).Item();
    }

    [Fact]
    public void Gradient_descent_by_rows_is_the_whole_step_to_the_bit()
    {
        var (rows, whole) = (Built(), Built());
        var (byRows, byAll) = (Step(rows, new Sgd(0.5)), Step(whole, new Sgd(0.5), whole: true));
        for (var step = 0; step < 5; step++)
        {
            Assert.Equal(byAll(Numbers(step)), byRows(Numbers(step)), 1e-6f);
        }

        // Rows of two places of the graph are added in one go, not sum by sum: a rounding may differ there, nowhere else.
        Assert.All(rows.Weight.ToArray().Zip(whole.Weight.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));

        var (single, all) = (Built(), Built());
        var (a, b) = (Lookup(single, false), Lookup(all, true));
        a(Numbers(1));
        b(Numbers(1));
        Assert.Equal(all.Weight.ToArray(), single.Weight.ToArray());

        static Action<Tensor> Lookup(Embedding layer, bool whole)
        {
            var optimizer = new Sgd(0.3);
            var function = Function.Compile((Tensor numbers) =>
            {
                var loss = layer.Forward(numbers).Square().Sum();
                var gradient = Gradients.Of(loss, layer.Parameters)[0];
                optimizer.Update(layer.Parameters, [whole ? gradient + Tensor.Zeros(Count, Width) : gradient], Tensor.Constant(0.75));
                return loss;
            });
            return numbers => function.Run(numbers);
        }
    }

    [Fact]
    public void Lazy_rows_that_were_not_looked_up_keep_value_and_moments()
    {
        var layer = Built();
        var optimizer = new Adam(0.1, lazyRows: true);
        var step = Step(layer, optimizer);
        step(Numbers(0));
        var (before, moment) = (layer.Weight.ToArray(), optimizer.State[2].ToArray());
        step(Numbers(1));
        var (after, moved) = (layer.Weight.ToArray(), optimizer.State[2].ToArray());

        var used = Numbers(1).ToArray<long>().SelectMany(i => new[] { i, (i + 1) * 2 - i }).ToHashSet();
        for (var row = 0; row < Count; row++)
        {
            Assert.Equal(used.Contains(row), !before.AsSpan(row * Width, Width).SequenceEqual(after.AsSpan(row * Width, Width)));
            Assert.Equal(used.Contains(row), !moment.AsSpan(row * Width, Width).SequenceEqual(moved.AsSpan(row * Width, Width)));
        }
    }

    [Fact]
    public void A_scale_that_is_not_finite_makes_no_step()
    {
        var layer = Built();
        var optimizer = new Adam(0.1, lazyRows: true);
        var before = layer.Weight.ToArray();
        var gradient = Gradients.Of(layer.Forward(Numbers(2)).Square().Sum(), layer.Parameters);
        optimizer.Update(layer.Parameters, gradient, Tensor.Constant(double.NaN));

        Assert.Equal(before, layer.Weight.ToArray());
        Assert.All(optimizer.State[2].ToArray(), value => Assert.Equal(0, value));
    }

    // What is never asked for is never made.
    [Fact]
    public void A_plan_by_rows_grows_with_the_batch_alone()
    {
        const int count = 3000, width = 4;
        var layer = new Embedding(count, width);
        layer.Build([3]);

        Assert.Empty(OperatorsOf(new Sgd(0.1)).OfType<GatherGradient>());
        Assert.Empty(OperatorsOf(new Adam(0.1, lazyRows: true)).OfType<GatherGradient>());
        Assert.Single(OperatorsOf(new Sgd(0.1, momentum: 0.9)).OfType<GatherGradient>());
        Assert.Single(OperatorsOf(new Sgd(0.1, weightDecay: 0.1)).OfType<GatherGradient>());
        Assert.Single(OperatorsOf(new Adam(0.1)).OfType<GatherGradient>());

        IEnumerable<Op> OperatorsOf(Optimizer optimizer)
        {
            var graph = Trace.Run([new(ElementType.Int64, [Dim.Symbol("N"), 3])], Mode.Training, inputs =>
            {
                var loss = layer.Forward(inputs[0]).Square().Sum();
                optimizer.Update(layer.Parameters, Gradients.Of(loss, layer.Parameters));
                return [loss];
            });
            var plan = new Lowering(Simplify.Run(graph), Sizes(8), Engine.Backend, Numerics.Exact).Run();
            var whole = graph.Nodes().Any(node => node.Op is GatherGradient);
            // In place, and without a buffer as large as the table.
            Assert.Equal(whole, plan.ArenaBytes >= (long)count * width * sizeof(float));
            return graph.Nodes().Select(node => node.Op);
        }

        static SymbolSizes Sizes(long batch) => new() { ["N"] = batch };
    }

    [Theory]
    [InlineData("sparse_adam")]
    [InlineData("sparse_sgd")]
    public void Rows_move_as_in_PyTorch(string name)
    {
        var golden = Assert.Single(GoldenCase.Read("embedding"), golden => golden.Name == name);
        var rate = golden.Double("lr");
        Optimizer optimizer = name == "sparse_sgd" ? new Sgd(rate)
            : new Adam(rate, golden.Doubles("betas")[0], golden.Doubles("betas")[1], golden.Double("eps"), lazyRows: true);
        var inputs = new GoldenInputs(golden, ElementType.Float64);
        var parameter = new Variable("p", inputs["p"]);
        for (var step = 1; step <= 5; step++)
        {
            // Σ rows · g has g as the gradient of the rows.
            var loss = (parameter.Read().Gather(inputs[$"i{step}"]) * inputs[$"g{step}"].StopGradient()).Sum();
            optimizer.Update([parameter], Gradients.Of(loss, [parameter]));
            GoldenOperatorTests.Close(golden, $"p{step}", parameter.Read(), 1e-12);
        }
    }

    [Theory]
    [InlineData("embedding_padding")]
    [InlineData("embedding_plain")]
    [InlineData("embedding_first")]
    public void Padding_has_no_gradient(string name)
    {
        var golden = Assert.Single(GoldenCase.Read("embedding"), golden => golden.Name == name);
        var padding = golden.Int("padding_idx");
        var layer = new Embedding(golden["weight"].Shape[0], 3, paddingIndex: padding < 0 ? null : padding);
        layer.Build([.. golden["i"].Shape.Skip(1).Select(size => (Dim)size)]);
        if (padding >= 0)
        {
            Assert.Equal([0f, 0, 0], layer.Weight.ToArray()[(3 * padding)..(3 * padding + 3)]);
        }

        layer.Weight.Set<float>(golden["weight"].Floats);
        var inputs = new GoldenInputs(golden, ElementType.Float32);
        var y = layer.Forward(inputs["i"]);
        GoldenOperatorTests.Close(golden, "y", y, 0);
        GoldenOperatorTests.Close(golden, "d_weight", Gradients.Of((y * inputs["g_y"]).Sum(), layer.Parameters)[0], 1e-6);
    }

    [Fact]
    public void Gradients_of_several_lookups_add_and_other_uses_make_them_whole()
    {
        var layer = Built();
        var weight = layer.Weight;
        Tensor first = Tensor.From(1L, 4, 1), second = Tensor.From(4L, 9, 4, -1);
        var loss = weight.Read().Gather(first).Square().Sum() + weight.Read().Gather(second.Cast(ElementType.Int32)).Tanh().Sum();
        var gradient = Gradients.Of(loss, [weight])[0];
        var rows = Assert.NotNull(RowGradient.Of(gradient));

        Assert.Equal([7, Width], rows.Rows.Shape.ToDims());
        Assert.Equal(gradient.ToArray(), Tensor.Zeros(Count, Width).ScatterRows(rows.Rows, rows.Positions).ToArray());
        Assert.Equal([4L, 4, 4, 4, 9, 49, 1], rows.Positions.ToArray<long>());

        Assert.Null(RowGradient.Of(Gradients.Of(loss + weight.Read().Square().Sum(), [weight])[0]));
        Assert.Null(RowGradient.Of(Gradients.Of(weight.Read().Gather(first, axis: 1).Sum(), [weight])[0]));
    }

    [Fact]
    public void Lazy_rows_and_weight_decay_exclude_each_other() =>
        Assert.Contains("set one of the two", Assert.Throws<ArgumentException>(() => new Adam(weightDecay: 0.1, lazyRows: true)).Message);
}
