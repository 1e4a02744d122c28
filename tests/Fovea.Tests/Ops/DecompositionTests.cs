using Fovea.Ops;
using Xunit;

namespace Fovea.Tests.Ops;

/// <summary>
/// An operator whose gradient is that of its decomposition sees its inputs as independent, whatever they were computed from.
/// </summary>
public sealed class DecompositionTests
{
    static readonly Tensor Rate = Tensor.Constant(0.25);

    // p − rate · g, an operator without a rule of its own.
    static Tensor Step(Tensor parameter, Tensor gradient) => Tensor.Apply(new SgdUpdate(), parameter, gradient, Rate);

    [Fact]
    public void An_input_computed_from_another_is_counted_once()
    {
        var x = Tensor.From(2f, 3f).Watch();

        Assert.Equal([1 - 0.25f * 3, 1 - 0.25f * 3], Gradients.Of(Step(x, 3 * x).Sum(), x).ToArray());
    }

    [Fact]
    public void A_tensor_that_is_two_inputs_is_counted_twice()
    {
        var x = Tensor.From(2f, 3f).Watch();

        Assert.Equal([0.75f, 0.75f], Gradients.Of(Step(x, x).Sum(), x).ToArray());
    }

    [Fact]
    public void Statistics_of_a_batch_carry_second_derivatives()
    {
        // With one channel of two elements x̂ = ± d / √(d² + ε), d = half the difference a − b. For y = x̂ · 1, epsilon 3 and a − b = 2:
        // dy₀/da = ½ · ε / (d² + ε)^1.5 = 3/16, d²y₀/da² = ¼ · −3 ε d / (d² + ε)^2.5 = −9/128.
        var x = Tensor.From([3f, 1f], [2, 1]).Watch();
        var (value, _, _) = x.BatchNormalizationTraining(Tensor.From(1f), Tensor.From(0f), 3f);
        var first = Gradients.Of((value * Tensor.From([1f, 0f], [2, 1])).Sum(), x);
        var second = Gradients.Of((first * Tensor.From([1f, 0f], [2, 1])).Sum(), x);

        Assert.Equal(3 / 16f, first.ToArray()[0], 1e-6f);
        Assert.Equal(-9 / 128f, second.ToArray()[0], 1e-6f);
        Assert.Equal(9 / 128f, second.ToArray()[1], 1e-6f);
    }
}
