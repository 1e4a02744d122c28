using Xunit;

namespace Fovea.Tests.Contracts;

/// <summary>A compiled function keeps the batch size open: one trace serves every size.</summary>
public sealed class SymbolicSizeTests
{
    [Fact]
    public void A_mean_divides_by_the_size_of_the_call_and_not_of_the_trace()
    {
        var mean = Function.Compile((Tensor x) => x.Square().Mean());

        foreach (var count in new[] { 1, 7, 64 })
        {
            var values = Enumerable.Range(1, count).Select(i => (float)i).ToArray();
            Assert.Equal(values.Sum(v => v * v) / count, mean.Run(Tensor.From(values)).Item(), 1e-3f);
        }

        Assert.Equal(1, mean.TraceCount);
    }

    [Fact]
    public void Its_gradient_does_too()
    {
        var slope = Function.Compile((Tensor x) => Gradients.Of(x.Square().Mean(), x));

        Assert.Equal([2f, 4f], slope.Run(Tensor.From(2f, 4f)).ToArray());
        Assert.Equal([1f, 2f, 3f, 4f], slope.Run(Tensor.From(2f, 4f, 6f, 8f)).ToArray());
        Assert.Equal(1, slope.TraceCount);
    }
}
