using Fovea.Tests.Data;
using Xunit;

namespace Fovea.Tests.Training;

public sealed class ParameterGroupTests
{
    static Tensor Numbers(Shape shape, int salt = 0) =>
        Tensor.From([.. Enumerable.Range(0, (int)shape.Count.Value).Select(i => (i * 37 + salt) % 19 / 9f - 1)], shape);

    static float[] Step(Optimizer optimizer, string name, Shape shape, Tensor? scale = null)
    {
        var p = new Variable(name, Numbers(shape));
        optimizer.Update([p], [Numbers(shape, 5)], scale);
        return p.ToArray();
    }

    public static TheoryData<string> Kinds => ["sgd", "adam", "adamw", "rmsprop", "adadelta"];

    static Optimizer Create(string kind, double rate, double decay, params ParameterGroup[] groups) => kind switch
    {
        "sgd" => new Sgd(rate, momentum: 0.9, weightDecay: decay) { Groups = groups },
        "adam" => new Adam(rate, weightDecay: decay) { Groups = groups },
        "adamw" => new AdamW(rate, weightDecay: decay) { Groups = groups },
        "rmsprop" => new RmsProp(rate, weightDecay: decay) { Groups = groups },
        _ => new Adadelta(rate, weightDecay: decay) { Groups = groups },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_group_has_its_own_rate_and_decay(string kind)
    {
        var group = new ParameterGroup("*.bias", "norm*") { LearningRateFactor = 0.5, WeightDecay = 0.25 };
        Assert.Equal(Step(Create(kind, 0.05, 0.25), "a.bias", [7]), Step(Create(kind, 0.1, 0.1, group), "a.bias", [7]));
        Assert.Equal(Step(Create(kind, 0.05, 0.25), "norm2.x", [7]), Step(Create(kind, 0.1, 0.1, group), "norm2.x", [7]));
        Assert.Equal(Step(Create(kind, 0.1, 0.1), "a.weight", [7]), Step(Create(kind, 0.1, 0.1, group), "a.weight", [7]));
        Assert.NotEqual(Step(Create(kind, 0.1, 0.1), "a.bias", [7]), Step(Create(kind, 0.1, 0.1, group), "a.bias", [7]));
    }

    [Fact]
    public void The_first_group_that_fits_counts_and_matrices_may_be_left_out()
    {
        ParameterGroup[] groups = [ParameterGroup.WithoutDecay, new("*") { WeightDecay = 0.5 }];
        Assert.Equal(Step(new Sgd(0.1), "p", [4]), Step(new Sgd(0.1, weightDecay: 0.1) { Groups = groups }, "p", [4]));
        Assert.Equal(
            Step(new Sgd(0.1, weightDecay: 0.5), "p", [2, 2]), Step(new Sgd(0.1, weightDecay: 0.1) { Groups = groups }, "p", [2, 2]));
    }

    [Fact]
    public void Rows_are_cut_to_the_largest_norm_after_the_step()
    {
        var group = new ParameterGroup("*") { MaxNorm = 0.75 };
        float[] free = Step(new Sgd(0.1), "p", [4, 3]), cut = Step(new Sgd(0.1) { Groups = [group] }, "p", [4, 3]);
        int shortened = 0;
        for (int row = 0; row < 4; row++)
        {
            double norm = Math.Sqrt(free[(3 * row)..(3 * row + 3)].Sum(v => (double)v * v));
            if (norm > 0.75) shortened++;
            for (int i = 3 * row; i < 3 * row + 3; i++) Assert.Equal(free[i] * Math.Min(1, 0.75 / norm), cut[i], 1e-6);
        }
        Assert.InRange(shortened, 1, 3);
        Assert.Equal(Step(new Sgd(0.1), "p", [4]), Step(new Sgd(0.1) { Groups = [group] }, "p", [4]));
        // No step, no cut.
        Assert.Equal(Numbers([4, 3]).ToArray(), Step(new Sgd(0.1) { Groups = [group] }, "p", [4, 3], Tensor.Constant(float.NaN)));
    }

    [Fact]
    public void Max_norm_leaves_zeros_and_takes_any_axis()
    {
        var x = Tensor.From([3f, 0, 4, 0, 0.3f, 0.4f], [3, 2]);
        Assert.Equal([1, 0, 1, 0, 0.3f, 0.4f], x.MaxNorm(1).ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
        float length = MathF.Sqrt(9 + 16 + 0.09f);
        float[] columns = x.MaxNorm(1, axis: 1).ToArray();
        Assert.Equal([3 / length, 0, 4 / length, 0, 0.3f / length, 0.4f], columns, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    sealed class Own(double rate) : Optimizer(rate)
    {
        protected override IReadOnlyList<Tensor> Move(
            Tensor parameter, Tensor gradient, IReadOnlyList<Tensor> moments, Tensor learningRate, Tensor step, Tensor? gradientScale) =>
            [parameter - learningRate * gradient];
    }

    [Fact]
    public void An_optimizer_of_ones_own_has_groups_but_no_decay_to_change()
    {
        Assert.Equal(Step(new Own(0.05), "p", [4]), Step(new Own(0.1) { Groups = [new("p") { LearningRateFactor = 0.5 }] }, "p", [4]));
        var error = Assert.Throws<InvalidOperationException>(
            () => Step(new Own(0.1) { Groups = [new("p") { WeightDecay = 0.5 }] }, "p", [4]));
        Assert.Contains("Own has no weight decay", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_nothing_belongs_to_is_refused()
    {
        using var folder = new TemporaryFolder();
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Trainer.FitAsync(Small.Normalised(4), Small.Quarters(8), null, new()
        {
            Optimizer = new Adam { Groups = [new("*.biass") { WeightDecay = 0 }] }, RunFolder = folder["run"],
        }, null, TestContext.Current.CancellationToken));
        Assert.StartsWith("No parameter belongs to the optimizer's group (*.biass, weightDecay=0); there are, among others, ",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_numbers_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ParameterGroup());
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterGroup("*") { LearningRateFactor = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterGroup("*") { WeightDecay = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterGroup("*") { MaxNorm = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterGroup("*") { MostAxes = -1 });
    }
}
