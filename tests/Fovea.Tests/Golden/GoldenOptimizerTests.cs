using Fovea.Graphs;
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

    internal static IEnumerable<GoldenCase> All => [.. GoldenCase.Read("optimizer"), .. GoldenCase.Read("optimizer_more")];

    public static TheoryData<string> Cases =>
        [.. All.Where(golden => !golden.Operator.StartsWith("schedule", StringComparison.Ordinal)).Select(golden => golden.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Optimizer_takes_the_steps_of_PyTorch(string name)
    {
        var golden = Assert.Single(All, golden => golden.Name == name);

        Check(golden, ElementType.Float32, FloatTolerance);
        Check(golden, ElementType.Float64, DoubleTolerance);
    }

    static void Check(GoldenCase golden, ElementType element, double tolerance)
    {
        var inputs = new GoldenInputs(golden, element);
        var rate = Tensor.Constant(golden.Double("lr"), element);
        var parameter = inputs["p"];
        Tensor[] moments = [];
        for (var step = 1; step <= golden.Outputs.Length; step++)
        {
            var gradient = inputs[$"g{step}"];
            var (op, count) = Update(golden);
            if (moments.Length < count) moments = [.. Enumerable.Repeat(parameter.Full(0), count)];
            Tensor[] number = op is AdamUpdate ? [Tensor.From([(long)step], Shape.Scalar)] : [];
            var outputs = Tensor.ApplyAll(op, [parameter, gradient, .. moments, rate, .. number]);
            parameter = outputs[0];
            moments = [.. outputs.Skip(1)];
            GoldenOperatorTests.Close(golden, $"p{step}", parameter, tolerance);
        }
    }

    /// <summary>The update and how many values it remembers.</summary>
    static (Op Op, int Moments) Update(GoldenCase golden)
    {
        var decay = golden.Double("weight_decay");
        switch (golden.Operator)
        {
            case "sgd":
                var sgd = new SgdUpdate(golden.Double("momentum"), golden.Bool("nesterov"), decay);
                return (sgd, sgd.HasVelocity ? 1 : 0);
            case "rmsprop":
                var rms = new RmsPropUpdate(
                    golden.Double("alpha"), golden.Double("eps"), golden.Double("momentum"), golden.Bool("centered"), decay);
                return (rms, 1 + (rms.Centered ? 1 : 0) + (rms.HasVelocity ? 1 : 0));
            case "adadelta":
                return (new AdadeltaUpdate(golden.Double("rho"), golden.Double("eps"), decay), 2);
            default:
                var betas = golden.Doubles("betas");
                return (new AdamUpdate(betas[0], betas[1], golden.Double("eps"), decay, golden.Operator == "adamw"), 2);
        }
    }
}
