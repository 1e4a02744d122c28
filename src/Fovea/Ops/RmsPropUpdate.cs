using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// One step of RMSprop, as in torch.optim.RMSprop, in one pass: g = scale · gradient + WeightDecay · p; s = Alpha · s + (1 − Alpha) · g²;
/// centred a = Alpha · a + (1 − Alpha) · g; u = g / (√(s − a²) + Epsilon), not centred g / (√s + Epsilon); with momentum
/// v = Momentum · v + u; p −= learningRate · (v or u).
/// Inputs: parameter, gradient, mean of squares s, mean a (only centred), velocity v (only with momentum), all alike and 0 at first;
/// learning rate, a scalar; gradient scale, a scalar (may be absent: 1), as clipping gives it; one that is not finite makes no step.
/// Outputs: parameter, s, a (only centred), v (only with momentum).
/// </summary>
/// <param name="Alpha">What is kept of the means, from 0 to less than 1.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Momentum">What is kept of the velocity, from 0 (none) to less than 1.</param>
/// <param name="Centered">Whether the variance of the gradient takes the place of its mean square.</param>
/// <param name="WeightDecay">Times the parameter is added to its gradient.</param>
public sealed record RmsPropUpdate(
    double Alpha = 0.99, double Epsilon = 1e-8, double Momentum = 0, bool Centered = false, double WeightDecay = 0) : Op, IParameterUpdate
{
    /// <summary>Whether there is a velocity.</summary>
    public bool HasVelocity => Momentum != 0;

    /// <summary>The input that is the velocity, if there is one.</summary>
    internal int VelocityInput => Centered ? 4 : 3;

    internal int LikeParameter => VelocityInput + (HasVelocity ? 1 : 0);

    int IParameterUpdate.LikeParameter => LikeParameter;

    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        if (!(Alpha is >= 0 and < 1)) throw inputs.Fail($"has an alpha outside [0, 1): {this}.");
        if (!(Momentum is >= 0 and < 1)) throw inputs.Fail($"has a momentum outside [0, 1): {this}.");
        ReadOnlySpan<string> moments = Centered ? ["gradient", "mean of squares", "mean", "velocity"]
            : ["gradient", "mean of squares", "velocity"];
        return OptimizerInputs.Check(inputs, this, moments);
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

    /// <inheritdoc/>
    public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
    {
        Tensor parameter = inputs[0], rate = inputs[LikeParameter];
        var gradient = OptimizerInputs.Gradient(inputs, this, WeightDecay);
        var squares = Alpha * inputs[2] + (1 - Alpha) * gradient.Square();
        List<Tensor> moments = [squares];
        var variance = squares;
        if (Centered)
        {
            var mean = Alpha * inputs[3] + (1 - Alpha) * gradient;
            moments.Add(mean);
            variance = (squares - mean.Square()).Relu();
        }
        var step = gradient / (variance.Sqrt() + Epsilon);
        if (HasVelocity) moments.Add(step = Momentum * inputs[VelocityInput] + step);
        return OptimizerInputs.Unless(inputs, this, [parameter - rate * step, .. moments]);
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new RmsPropUpdate(attributes.Value(Alpha), attributes.Value(Epsilon),
        attributes.Value(Momentum), attributes.Value(Centered), attributes.Value(WeightDecay));

    /// <inheritdoc/>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(outputs[0].Shape.Count * (3 + outputs.Count), inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples()
    {
        foreach (var shape in OptimizerInputs.Shapes())
        {
            var squares = SampleInput.Of(shape, SampleValues.Positive);
            yield return new(new RmsPropUpdate(), shape, shape, squares, Shape.Scalar);
            yield return new(new RmsPropUpdate(WeightDecay: 0.01), shape, shape, squares, Shape.Scalar, Shape.Scalar);
            yield return new(new RmsPropUpdate(0.9, 1e-3, 0.9, WeightDecay: 0.1), shape, shape, squares, shape, Shape.Scalar, Shape.Scalar);
        }
        // The mean of gradients stays below the root of the mean of their squares, as means of the same numbers do.
        foreach (var shape in OptimizerInputs.Shapes())
        {
            SampleInput squares = SampleInput.Of(shape, SampleValues.Positive), mean = SampleInput.Of(shape, SampleValues.Small);
            yield return new(new RmsPropUpdate(Centered: true), shape, shape, squares, mean, Shape.Scalar, Shape.Scalar);
            yield return new(new RmsPropUpdate(0.9, 1e-2, 0.5, true, 0.1), shape, shape, squares, mean, shape, Shape.Scalar, Shape.Scalar);
        }
    }
}
