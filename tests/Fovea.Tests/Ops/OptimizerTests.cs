using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Ops;

public sealed class OptimizerTests
{
    static readonly TestValue Rate = Of(0.1), Half = Of(0.5);

    static TestValue Of(double scalar) => TestValue.Of<double>([], scalar);

    static TestValue One(double value) => TestValue.Of<double>([1], value);

    static TestValue Step(long number) => TestValue.Of<long>([], number);

    static void Equal(double expected, TestValue actual) => Assert.Equal(expected, actual.To<double>()[0], 1e-12);

    [Fact]
    public void Plain_descent_goes_down_the_gradient()
    {
        Equal(2 - 0.1 * 4, Naive.Run(new SgdUpdate(), One(2), One(4), Rate)[0]);
        Equal(2 - 0.1 * (0.5 * 4 + 0.25 * 2), Naive.Run(new SgdUpdate(WeightDecay: 0.25), One(2), One(4), Rate, Half)[0]);
    }

    [Fact]
    public void Momentum_keeps_a_velocity()
    {
        var outputs = Naive.Run(new SgdUpdate(0.5), One(2), One(4), One(6), Rate);
        Equal(7, outputs[1]);
        Equal(2 - 0.7, outputs[0]);

        outputs = Naive.Run(new SgdUpdate(0.5, Nesterov: true), One(2), One(4), One(6), Rate);
        Equal(7, outputs[1]);
        Equal(2 - 0.1 * (4 + 3.5), outputs[0]);
    }

    [Fact]
    public void The_first_step_of_Adam_is_the_learning_rate()
    {
        var outputs = Naive.Run(new AdamUpdate(Epsilon: 0), One(2), One(-4), One(0), One(0), Rate, Step(1));

        Equal(2.1, outputs[0]);
        Equal(-0.4, outputs[1]);
        Equal(0.016, outputs[2]);
    }

    [Fact]
    public void Adam_corrects_its_moments_and_decays()
    {
        // Step 2 with betas 0.5 and 0.75: corrections 3/4 and 7/16.
        var op = new AdamUpdate(0.5, 0.75, 0.25, 0.5);
        var outputs = Naive.Run(op, One(2), One(3), One(1), One(4), Rate, Step(2));
        double g = 3 + 0.5 * 2, m = 0.5 + 0.5 * g, v = 3 + 0.25 * g * g;
        Equal(m, outputs[1]);
        Equal(v, outputs[2]);
        Equal(2 - 0.1 / 0.75 * m / (Math.Sqrt(v / (7 / 16.0)) + 0.25), outputs[0]);

        outputs = Naive.Run(op with { Decoupled = true }, One(2), One(6), One(1), One(4), Rate, Step(2), Half);
        m = 0.5 + 0.5 * 3;
        v = 3 + 0.25 * 9;
        Equal(2 - 0.1 * 0.5 * 2 - 0.1 / 0.75 * m / (Math.Sqrt(v / (7 / 16.0)) + 0.25), outputs[0]);
    }

    [Fact]
    public void Updates_work_in_place()
    {
        foreach (var sample in OpCatalog.Create("AdamUpdate", []).Samples().Take(3))
        {
            TestValue[] inputs = [.. sample.Inputs.Select((input, i) => input.Values == SampleValues.Integers ? Step(3)
                : TestValue.Fill(input.Type.Shape.ToDims(), k => 0.5 + 0.1 * i + 0.01 * k))];
            var apart = Naive.Run(sample.Op, inputs);
            var over = Naive.Run(sample.Op, new KernelRun { Over = (0, 0) }, inputs);

            for (int i = 0; i < apart.Length; i++) Assert.Equal(apart[i].Bytes, over[i].Bytes);
        }
    }

    [Fact]
    public void Errors_name_what_does_not_fit()
    {
        Assert.Equal("SgdUpdate takes a gradient like the parameter (Float32 3x4); it is Float32 4x3.",
            Naive.Fault(new SgdUpdate(), TensorType.Float([3, 4]), TensorType.Float([4, 3]), TensorType.Float(Shape.Scalar)));
        Assert.Contains("Nesterov", Naive.Fault(new SgdUpdate(Nesterov: true), TensorType.Float([3]), TensorType.Float([3]),
            TensorType.Float(Shape.Scalar)), StringComparison.Ordinal);
        Assert.Contains("step as a scalar of Int64", Naive.Fault(new AdamUpdate(), [.. Enumerable.Repeat(TensorType.Float([3]), 4),
            TensorType.Float(Shape.Scalar), TensorType.Float(Shape.Scalar)]), StringComparison.Ordinal);
    }
}
