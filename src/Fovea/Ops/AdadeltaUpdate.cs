using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// One step of Adadelta, as in torch.optim.Adadelta, in one pass: g = scale · gradient + WeightDecay · p; s = Rho · s + (1 − Rho) · g²;
/// u = √(d + Epsilon) / √(s + Epsilon) · g; d = Rho · d + (1 − Rho) · u²; p −= learningRate · u.
/// Inputs: parameter, gradient, mean of squares s, mean of squared steps d, all alike, s and d 0 at first; learning rate, a scalar;
/// gradient scale, a scalar (may be absent: 1), as clipping gives it; one that is not finite makes no step. Outputs: parameter, s, d.
/// </summary>
/// <param name="Rho">What is kept of the means, from 0 to less than 1.</param>
/// <param name="Epsilon">Added inside both roots: how large the first steps are.</param>
/// <param name="WeightDecay">Times the parameter is added to its gradient.</param>
public sealed record AdadeltaUpdate(double Rho = 0.9, double Epsilon = 1e-6, double WeightDecay = 0) : Op, IParameterUpdate
{
    int IParameterUpdate.LikeParameter => 4;

    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        if (!(Rho is >= 0 and < 1)) throw inputs.Fail($"has a rho outside [0, 1): {this}.");
        return OptimizerInputs.Check(inputs, this, ["gradient", "mean of squares", "mean of squared steps"]);
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

    /// <inheritdoc/>
    public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
    {
        var gradient = OptimizerInputs.Gradient(inputs, this, WeightDecay);
        var squares = Rho * inputs[2] + (1 - Rho) * gradient.Square();
        var step = (inputs[3] + Epsilon).Sqrt() / (squares + Epsilon).Sqrt() * gradient;
        var steps = Rho * inputs[3] + (1 - Rho) * step.Square();
        return OptimizerInputs.Unless(inputs, this, [inputs[0] - inputs[4] * step, squares, steps]);
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new AdadeltaUpdate(attributes.Value(Rho), attributes.Value(Epsilon), attributes.Value(WeightDecay));

    /// <inheritdoc/>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(outputs[0].Shape.Count * 6, inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples()
    {
        foreach (var shape in OptimizerInputs.Shapes())
        {
            var mean = SampleInput.Of(shape, SampleValues.Positive);
            yield return new(new AdadeltaUpdate(), shape, shape, mean, mean, Shape.Scalar);
            yield return new(new AdadeltaUpdate(0.75, 1e-2, 0.1), shape, shape, mean, mean, Shape.Scalar, Shape.Scalar);
        }
    }
}
