using Xunit;

namespace Fovea.Tests.Ops;

public sealed class LogicTests
{
    [Fact]
    public void Truth_values_have_logic()
    {
        Tensor a = Tensor.From(true, true, false, false), b = Tensor.From(true, false, true, false);
        Assert.Equal([false, false, true, true], (!a).ToArray<bool>());
        Assert.Equal([true, false, false, false], (a & b).ToArray<bool>());
        Assert.Equal([true, true, true, false], (a | b).ToArray<bool>());
        Assert.Equal([false, true, true, false], (a ^ b).ToArray<bool>());
    }

    [Fact]
    public void Numbers_compare_with_scalars_and_nothing_equals_NaN()
    {
        var x = Tensor.From(1f, float.NaN, 2);
        Assert.Equal([false, true, false], x.IsNaN().ToArray<bool>());
        Assert.Equal([true, false, false], x.EqualTo(1).ToArray<bool>());
        Assert.Equal([false, true, true], x.NotEqualTo(1).ToArray<bool>());
        Assert.Equal([false, false, true], (x >= 2).ToArray<bool>());
        Assert.Equal([true, false, true], (x <= 2).ToArray<bool>());
    }
}
