using Fovea.Modules;
using Xunit;
using static Fovea.Tests.Analyses.ArithmeticTests;

namespace Fovea.Tests.Analyses;

/// <summary>What a run costs, known before it runs.</summary>
public sealed class CostTests
{
    static Sequential Model() => Built(new Sequential(("conv", new Conv2d(8, 3, padding: 1)), ("relu", new Relu()),
        ("pool", new MaxPool2d(2)), ("flatten", new Flatten()), ("fc", new Linear(10))), [3, 16, 16]);

    [Fact]
    public void Multiply_adds_and_weights_are_counted()
    {
        var model = Model();
        long one = 8L * 16 * 16 * 27 + 8 * 8 * 8 * 10;
        RunCost single = Analysis.InferenceCost(model), many = Analysis.InferenceCost(model, 7);
        Assert.Equal((one, 7 * one), (single.MultiplyAdds, many.MultiplyAdds));
        long parameters = model.Parameters.Sum(p => p.Count);
        Assert.Equal(4 * parameters, single.WeightBytes);
        Assert.Equal(4L * (3 * 16 * 16 + 10), single.DataBytes);
        Assert.True(single.BytesMoved > single.DataBytes + single.WeightBytes);
        // A step is forward and two gradients (of the first layer's input none is needed), and five for each parameter's Adam update.
        var step = Analysis.TrainingCost(model, 7);
        Assert.Equal(7 * (one + 8L * 16 * 16 * 27 + 2 * 8 * 8 * 8 * 10) + 5 * parameters, step.MultiplyAdds);
        Assert.Equal(3 * 4 * parameters, step.WeightBytes);
        Assert.True(step.PeakBytes > many.PeakBytes);
    }

    // The plan that was priced is the plan that runs: its arena is what the process takes.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_largest_batch_fits_and_one_more_does_not(bool training)
    {
        const long bytes = 20 << 20;
        var model = Model();
        int batch = Analysis.LargestBatch(model, bytes, training);
        Assert.InRange(batch, 2, 10_000);
        long At(int n) => (training ? Analysis.TrainingCost(model, n) : Analysis.InferenceCost(model, n)).PeakBytes;
        Assert.True(At(batch) <= bytes && At(batch + 1) > bytes);
        Assert.Equal(0, Analysis.LargestBatch(model, 1000, training));
    }
}
