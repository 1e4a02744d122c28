using System.Globalization;
using Fovea.Ops;

namespace Fovea;

/// <summary>
/// RMSprop (Tieleman and Hinton, 2012) as in torch.optim.RMSprop: s = αs + (1 − α)g²; p −= learningRate · g / (√s + ε), centred by the
/// variance in place of s, with momentum along a velocity of such steps.
/// </summary>
public sealed class RmsProp : Optimizer
{
    readonly RmsPropUpdate _update;

    /// <summary>Sets what stays from step to step.</summary>
    /// <param name="learningRate">How far a step goes.</param>
    /// <param name="alpha">What is kept of the mean of squares, from 0 to less than 1.</param>
    /// <param name="epsilon">Added to the root.</param>
    /// <param name="momentum">What is kept of the velocity, from 0 (none) to less than 1.</param>
    /// <param name="centered">Whether the variance of the gradient takes the place of its mean square.</param>
    /// <param name="weightDecay">Times the parameter is added to its gradient.</param>
    /// <exception cref="ArgumentException">A number is out of range; the message names it.</exception>
    public RmsProp(double learningRate = 1e-2, double alpha = 0.99, double epsilon = 1e-8, double momentum = 0, bool centered = false,
        double weightDecay = 0)
        : base(learningRate,
            ["mean_square", .. centered ? (string[])["mean_gradient"] : [], .. momentum == 0 ? [] : (string[])["velocity"]]) =>
        _update = new(Share(alpha, nameof(alpha)), Natural(epsilon, nameof(epsilon)), Share(momentum, nameof(momentum)), centered,
            Natural(weightDecay, nameof(weightDecay)));

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
        $"RmsProp(learningRate={InitialLearningRate:R}, alpha={_update.Alpha:R}, epsilon={_update.Epsilon:R}, "
        + $"momentum={_update.Momentum:R}, centered={(_update.Centered ? "true" : "false")}, weightDecay={_update.WeightDecay:R})");
}
