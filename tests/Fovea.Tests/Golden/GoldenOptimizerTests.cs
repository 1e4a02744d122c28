using Fovea.Ops;
using Fovea.Tensors;
using Xunit;

namespace Fovea.Tests.Golden;

/// <summary>The optimizers walk the same way as PyTorch's, step by step, from given gradients.</summary>
public sealed class GoldenOptimizerTests
{
    // PyTorch's defaults (0.9, 0.999, 1e-3) are no float32 values: float32 starts from slightly other numbers.
    const double FloatTolerance = 2e-6;
    const double DoubleTolerance = 1e-14;

    public static TheoryData<string> Cases =>
        [.. GoldenCase.Read("optimizer").Where(golden => golden.Operator is "sgd" or "adam" or "adamw").Select(golden => golden.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Optimizer_takes_the_steps_of_PyTorch(string name)
    {
        var golden = Assert.Single(GoldenCase.Read("optimizer"), golden => golden.Name == name);

        Check(golden, ElementType.Float32, FloatTolerance);
        Check(golden, ElementType.Float64, DoubleTolerance);
    }

    static void Check(GoldenCase golden, ElementType element, double tolerance)
    {
        var inputs = new GoldenInputs(golden, element);
        var rate = Tensor.Constant(golden.Double("lr"), element);
        var parameter = inputs["p"];
        var first = parameter.Full(0);
        var second = parameter.Full(0);
        for (var step = 1; step <= golden.Outputs.Length; step++)
        {
            var gradient = inputs[$"g{step}"];
            var outputs = golden.Operator == "sgd"
                ? Sgd(golden, parameter, gradient, first, rate)
                : Tensor.ApplyAll(Adam(golden), parameter, gradient, first, second, rate, Tensor.From([(long)step], Shape.Scalar));
            parameter = outputs[0];
            first = outputs.Count > 1 ? outputs[1] : first;
            second = outputs.Count > 2 ? outputs[2] : second;
            GoldenOperatorTests.Close(golden, $"p{step}", parameter, tolerance);
        }
    }

    static IReadOnlyList<Tensor> Sgd(GoldenCase golden, Tensor parameter, Tensor gradient, Tensor velocity, Tensor rate)
    {
        var op = new SgdUpdate(golden.Double("momentum"), golden.Bool("nesterov"), golden.Double("weight_decay"));
        return op.HasVelocity
            ? Tensor.ApplyAll(op, parameter, gradient, velocity, rate)
            : Tensor.ApplyAll(op, parameter, gradient, rate);
    }

    static AdamUpdate Adam(GoldenCase golden)
    {
        var betas = golden.Doubles("betas");
        return new AdamUpdate(betas[0], betas[1], golden.Double("eps"), golden.Double("weight_decay"), golden.Operator == "adamw");
    }
}
