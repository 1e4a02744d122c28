using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// One step of stochastic gradient descent, as in torch.optim.SGD, in one pass:
/// g = scale · gradient + WeightDecay · p; v = Momentum · v + g; p −= learningRate · (Nesterov ? g + Momentum · v : v).
/// Inputs: parameter, gradient, velocity (only with momentum; 0 at first), all alike; learning rate, a scalar; gradient scale, a scalar
/// (may be absent: 1), as clipping gives it; one that is not finite makes no step. Outputs: parameter; velocity (only with momentum).
/// </summary>
/// <param name="Momentum">What is kept of the velocity, from 0 (none) to less than 1.</param>
/// <param name="Nesterov">Whether the step looks ahead along the velocity.</param>
/// <param name="WeightDecay">Times the parameter is added to its gradient.</param>
public sealed record SgdUpdate(double Momentum = 0, bool Nesterov = false, double WeightDecay = 0) : Op, IParameterUpdate
{
    /// <summary>Whether there is a velocity.</summary>
    public bool HasVelocity => Momentum != 0;

    /// <summary>The input that is the learning rate; the gradient scale follows it.</summary>
    internal int LearningRateInput => HasVelocity ? 3 : 2;

    int IParameterUpdate.LikeParameter => LearningRateInput;

    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        if (!(Momentum is >= 0 and < 1)) throw inputs.Fail($"has a momentum outside [0, 1): {this}.");
        if (Nesterov && !HasVelocity) throw inputs.Fail("looks ahead along a velocity (Nesterov), but has no momentum.");
        return OptimizerInputs.Check(inputs, this, "gradient", "velocity");
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

    /// <inheritdoc/>
    public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
    {
        Tensor parameter = inputs[0], rate = inputs[LearningRateInput];
        var gradient = OptimizerInputs.Gradient(inputs, this, WeightDecay);
        if (!HasVelocity) return OptimizerInputs.Unless(inputs, this, [parameter - rate * gradient]);
        var velocity = Momentum * inputs[2] + gradient;
        var step = Nesterov ? gradient + Momentum * velocity : velocity;
        return OptimizerInputs.Unless(inputs, this, [parameter - rate * step, velocity]);
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new SgdUpdate(attributes.Value(Momentum), attributes.Value(Nesterov), attributes.Value(WeightDecay));

    /// <inheritdoc/>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(outputs[0].Shape.Count * (HasVelocity ? 2 : 1), inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples()
    {
        foreach (var shape in OptimizerInputs.Shapes())
        {
            yield return new(new SgdUpdate(), shape, shape, Shape.Scalar);
            yield return new(new SgdUpdate(WeightDecay: 0.01), shape, shape, Shape.Scalar, Shape.Scalar);
            yield return new(new SgdUpdate(0.9), shape, shape, shape, Shape.Scalar);
            yield return new(new SgdUpdate(0.9, true, 0.01), shape, shape, shape, Shape.Scalar, Shape.Scalar);
        }
    }
}
