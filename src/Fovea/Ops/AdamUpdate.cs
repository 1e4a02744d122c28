using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// One step of Adam, as in torch.optim.Adam and, decoupled, AdamW, in one pass:
/// g = scale · gradient (+ WeightDecay · p, or, decoupled, p −= learningRate · WeightDecay · p); m = Beta1 · m + (1 − Beta1) · g;
/// v = Beta2 · v + (1 − Beta2) · g²; p −= learningRate / (1 − Beta1ᵗ) · m / (√v / √(1 − Beta2ᵗ) + Epsilon).
/// Inputs: parameter, gradient, first moment m, second moment v, all alike; learning rate, a scalar; step t, an int64 scalar, 1 at the
/// first step; gradient scale, a scalar (may be absent: 1), as clipping gives it; one that is not finite makes no step.
/// Outputs: parameter, first moment, second moment.
/// </summary>
/// <param name="Beta1">What is kept of the first moment, from 0 to less than 1.</param>
/// <param name="Beta2">What is kept of the second moment, from 0 to less than 1.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">How much of the parameter is taken off.</param>
/// <param name="Decoupled">Whether weight decay leaves the moments alone (AdamW).</param>
public sealed record AdamUpdate(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0,
    bool Decoupled = false) : Op, IParameterUpdate
{
    int IParameterUpdate.LikeParameter => 4;

    // The step's number stands between.
    int IParameterUpdate.ScaleInput => 6;

    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(6, 7);
        if (!(Beta1 is >= 0 and < 1 && Beta2 is >= 0 and < 1)) throw inputs.Fail($"has a beta outside [0, 1): {this}.");
        OptimizerInputs.CheckLikeParameter(inputs, 4, "gradient", "first moment", "second moment");
        OptimizerInputs.CheckScalar(inputs, 4, inputs[0].Element, "learning rate");
        OptimizerInputs.CheckScalar(inputs, 5, ElementType.Int64, "step");
        if (inputs.Count > 6) OptimizerInputs.CheckScalar(inputs, 6, inputs[0].Element, "gradient scale");
        return [inputs[0], inputs[0], inputs[0]];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

    /// <inheritdoc/>
    public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
    {
        Tensor parameter = inputs[0], gradient = inputs[1], rate = inputs[4];
        if (inputs.Count > 6) gradient *= inputs[6];
        if (WeightDecay != 0 && Decoupled) parameter -= rate * WeightDecay * parameter;
        else if (WeightDecay != 0) gradient += WeightDecay * parameter;
        var first = Beta1 * inputs[2] + (1 - Beta1) * gradient;
        var second = Beta2 * inputs[3] + (1 - Beta2) * gradient.Square();
        var root = second.Sqrt() / Correction(Beta2).Sqrt() + Epsilon;
        Tensor[] moved = [parameter - rate / Correction(Beta1) * first / root, first, second];
        return OptimizerInputs.Unless(inputs, this, moved);

        Tensor Correction(double beta) =>
            (1 - Tensor.Constant(beta, ElementType.Float64).Power(inputs[5].Cast(ElementType.Float64))).Cast(rate.ElementType);
    }

    /// <summary>1 − beta to the power of the step: what a moment that began at 0 is short of. The same bits on every machine.</summary>
    internal static double Correction(double beta, long step)
    {
        double power = 1;
        for (double square = beta; step > 0; step >>= 1, square *= square)
            if ((step & 1) != 0) power *= square;
        return 1 - power;
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => new AdamUpdate(attributes.Value(Beta1), attributes.Value(Beta2),
        attributes.Value(Epsilon), attributes.Value(WeightDecay), attributes.Value(Decoupled));

    /// <inheritdoc/>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(outputs[0].Shape.Count * 5, inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples()
    {
        var step = SampleInput.Indices(Shape.Scalar, 1, 5);
        foreach (var shape in OptimizerInputs.Shapes())
        {
            var second = SampleInput.Of(shape, SampleValues.Positive);
            yield return Spreading(new(new AdamUpdate(), shape, shape, shape, second, Shape.Scalar, step));
            yield return Spreading(new(new AdamUpdate(WeightDecay: 0.1), shape, shape, shape, second, Shape.Scalar, step, Shape.Scalar));
            yield return Spreading(new(new AdamUpdate(0.8, 0.95, 1e-3, 0.1, true), shape, shape, shape, second, Shape.Scalar, step));
        }

        static Sample Spreading(Sample sample) =>
            sample with { SpreadsNaN = "a weight decay of 0 may be multiplied, too: a parameter that is NaN reaches its moments" };
    }
}
