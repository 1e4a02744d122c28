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
public sealed record SgdUpdate(double Momentum = 0, bool Nesterov = false, double WeightDecay = 0) : Op
{
    /// <summary>Whether there is a velocity.</summary>
    public bool HasVelocity => Momentum != 0;

    /// <summary>The input that is the learning rate; the gradient scale follows it.</summary>
    internal int LearningRateInput => HasVelocity ? 3 : 2;

    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        int rate = LearningRateInput;
        inputs.RequireCount(rate + 1, rate + 2);
        if (!(Momentum is >= 0 and < 1)) throw inputs.Fail($"has a momentum outside [0, 1): {this}.");
        if (Nesterov && !HasVelocity) throw inputs.Fail("looks ahead along a velocity (Nesterov), but has no momentum.");
        OptimizerInputs.CheckLikeParameter(inputs, rate, "gradient", "velocity");
        OptimizerInputs.CheckScalar(inputs, rate, inputs[0].Element, "learning rate");
        if (inputs.Count > rate + 1) OptimizerInputs.CheckScalar(inputs, rate + 1, inputs[0].Element, "gradient scale");
        return HasVelocity ? [inputs[0], inputs[0]] : [inputs[0]];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

    /// <inheritdoc/>
    public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
    {
        Tensor parameter = inputs[0], gradient = inputs[1], rate = inputs[LearningRateInput];
        if (inputs.Count > LearningRateInput + 1) gradient *= inputs[LearningRateInput + 1];
        if (WeightDecay != 0) gradient += WeightDecay * parameter;
        if (!HasVelocity) return Moved(parameter - rate * gradient);
        var velocity = Momentum * inputs[2] + gradient;
        return Moved(parameter - rate * (Nesterov ? gradient + Momentum * velocity : velocity), velocity);

        Tensor[] Moved(params Tensor[] outputs) =>
            OptimizerInputs.Unless(inputs, LearningRateInput + 1, [inputs[0], .. inputs.Skip(2).Take(outputs.Length - 1)], outputs);
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
