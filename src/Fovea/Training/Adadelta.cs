using System.Globalization;
using Fovea.Ops;

namespace Fovea;

/// <summary>
/// Adadelta (Zeiler, 2012) as in torch.optim.Adadelta: s = ρs + (1 − ρ)g²; u = √(d + ε) / √(s + ε) · g; d = ρd + (1 − ρ)u²;
/// p −= learningRate · u. Steps have the size of the parameter by themselves: the learning rate is 1 in the paper.
/// </summary>
public sealed class Adadelta : Optimizer
{
    readonly AdadeltaUpdate _update;

    /// <summary>Sets what stays from step to step.</summary>
    /// <param name="learningRate">How far a step goes.</param>
    /// <param name="rho">What is kept of the means of squares, from 0 to less than 1; Kim (2014) has 0.95.</param>
    /// <param name="epsilon">Added inside both roots: how large the first steps are.</param>
    /// <param name="weightDecay">Times the parameter is added to its gradient.</param>
    /// <exception cref="ArgumentException">A number is out of range; the message names it.</exception>
    public Adadelta(double learningRate = 1, double rho = 0.9, double epsilon = 1e-6, double weightDecay = 0)
        : base(learningRate, "mean_square", "mean_squared_step") =>
        _update = new(Share(rho, nameof(rho)), Natural(epsilon, nameof(epsilon)), Natural(weightDecay, nameof(weightDecay)));

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> Move(
        Tensor parameter, Tensor gradient, IReadOnlyList<Tensor> moments, Tensor learningRate, Tensor step, Tensor? gradientScale) =>
        Move(null, parameter, gradient, moments, learningRate, step, gradientScale);

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> Move(ParameterGroup? group, Tensor parameter, Tensor gradient, IReadOnlyList<Tensor> moments,
        Tensor learningRate, Tensor step, Tensor? gradientScale) =>
        Tensor.ApplyAll(_update with { WeightDecay = group?.WeightDecay ?? _update.WeightDecay },
            [parameter, gradient, .. moments, learningRate, .. Optional(gradientScale)]);

    /// <summary>The name and the numbers.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"Adadelta(learningRate={InitialLearningRate:R}, rho={_update.Rho:R}, epsilon={_update.Epsilon:R}, "
        + $"weightDecay={_update.WeightDecay:R})");
}
