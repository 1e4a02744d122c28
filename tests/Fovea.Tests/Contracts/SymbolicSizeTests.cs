using Fovea.Errors;
using Fovea.Tensors;
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

    static readonly Dictionary<string, Func<Tensor, Tensor>> OfAtLeastFive = new()
    {
        ["slice"] = x => x.Slice(0, 0, 5),
        ["top-k"] = x => x.TopK(5, 0).Values,
        ["sorted"] = x => x.TopK(5, 0, sorted: false).Values,
        ["largest of the rest"] = x => x.Slice(0, 4, x.Shape[0] - 4).ArgMax(0).Cast(ElementType.Float32),
        ["crop"] = x => x.Pad([-5, 0], [0, 0]),
        ["mirrored border"] = x => x.Pad([4, 0], [0, 0], 0, PadMode.Reflect),
        ["convolution"] = x => Signal(x).Convolution(Tensor.Zeros(1, 2, 5)),
        ["max pool"] = x => Signal(x).MaxPool(5, 1),
        ["average pool"] = x => Signal(x).AveragePool(5, 1),
        ["k-max"] = x => Signal(x).KMaxPool(5),
        ["columns"] = x => Signal(x).Unfold(5),
        ["bins of the rest"] = x => Signal(x.Slice(0, 4, x.Shape[0] - 4)).AdaptiveMaxPool(2),
        ["resized rest"] = x => Signal(x.Slice(0, 4, x.Shape[0] - 4)).Resize([7]),
    };

    static Tensor Signal(Tensor x) => x.Transpose(1, 0).Unsqueeze(0);

    public static TheoryData<string> NamesOfAtLeastFive => [.. OfAtLeastFive.Keys];

    /// <summary>Kernels trust the shape rules: what a rule could not decide of a symbol is decided before memory is read.</summary>
    [Theory]
    [MemberData(nameof(NamesOfAtLeastFive))]
    public void A_batch_too_small_for_what_was_traced_is_refused(string name)
    {
        var function = Function.Compile(OfAtLeastFive[name]);

        Assert.Equal(OfAtLeastFive[name](Rows(7)).ToArray(), function.Run(Rows(7)).ToArray());
        Assert.Equal(OfAtLeastFive[name](Rows(5)).ToArray(), function.Run(Rows(5)).ToArray());
        Assert.Throws<ShapeMismatchException>(() => function.Run(Rows(3)));
        Assert.Equal(1, function.TraceCount);

        static Tensor Rows(int count) => Tensor.From([.. Enumerable.Range(0, 2 * count).Select(i => MathF.Sin(i))], [count, 2]);
    }
}
