using System.Globalization;
using Fovea.Ops;

namespace Fovea;

/// <summary>
/// Adam (Kingma and Ba, 2015) as in torch.optim.Adam: g = gradient + weightDecay · p; m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²;
/// p −= learningRate · m̂ / (√v̂ + ε), where m̂ and v̂ are corrected for having begun at 0.
/// </summary>
public class Adam : Optimizer
{
    readonly AdamUpdate _update;
    readonly bool _lazyRows;

    /// <summary>Sets what stays from step to step.</summary>
    /// <param name="learningRate">How far a step goes.</param>
    /// <param name="beta1">What is kept of the mean of the gradients, from 0 to less than 1.</param>
    /// <param name="beta2">What is kept of the mean of their squares, from 0 to less than 1.</param>
    /// <param name="epsilon">Added to the root of the mean of squares.</param>
    /// <param name="weightDecay">Times the parameter is added to its gradient.</param>
    /// <param name="lazyRows">
    /// Whether rows of an <see cref="Modules.Embedding"/> that a step did not look up keep value and moments, as in torch.optim.SparseAdam
    /// (with epsilon where Adam has it). The step then touches no other rows; Adam itself moves a row on by its moments for ever.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A number is out of range; the message names it. Or rows are lazy and there is a weight decay, which would miss them.
    /// </exception>
    public Adam(double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0,
        bool lazyRows = false)
        : this(learningRate, Checked(beta1, beta2, epsilon, weightDecay, decoupled: false))
    {
        if (lazyRows && weightDecay != 0)
            throw new ArgumentException("Lazy rows would keep what weight decay takes off: set one of the two.", nameof(lazyRows));
        _lazyRows = lazyRows;
    }

    private protected Adam(double learningRate, AdamUpdate update) : base(learningRate, "first_moment", "second_moment") =>
        _update = update;

    private protected static AdamUpdate Checked(double beta1, double beta2, double epsilon, double weightDecay, bool decoupled) =>
        new(Share(beta1, nameof(beta1)), Share(beta2, nameof(beta2)), Natural(epsilon, nameof(epsilon)),
            Natural(weightDecay, nameof(weightDecay)), decoupled);

    /// <summary>If rows are lazy.</summary>
    protected sealed override bool MovesRowsAlone => _lazyRows;

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<Tensor> Move(
        Tensor parameter, Tensor gradient, IReadOnlyList<Tensor> moments, Tensor learningRate, Tensor step, Tensor? gradientScale) =>
        Move(null, parameter, gradient, moments, learningRate, step, gradientScale);

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<Tensor> Move(ParameterGroup? group, Tensor parameter, Tensor gradient,
        IReadOnlyList<Tensor> moments, Tensor learningRate, Tensor step, Tensor? gradientScale) =>
        Tensor.ApplyAll(_update with { WeightDecay = group?.WeightDecay ?? _update.WeightDecay },
            [parameter, gradient, .. moments, learningRate, step, .. Optional(gradientScale)]);

    /// <summary>The name and the numbers.</summary>
    public sealed override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{GetType().Name}(learningRate={InitialLearningRate:R}, beta1={_update.Beta1:R}, beta2={_update.Beta2:R}, "
        + $"epsilon={_update.Epsilon:R}, weightDecay={_update.WeightDecay:R}{(_lazyRows ? ", lazyRows=true" : "")})");
}

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019) as in torch.optim.AdamW: the decay is taken off the parameter,
/// p −= learningRate · weightDecay · p, and leaves the moments alone.
/// </summary>
/// <param name="learningRate">How far a step goes.</param>
/// <param name="beta1">What is kept of the mean of the gradients, from 0 to less than 1.</param>
/// <param name="beta2">What is kept of the mean of their squares, from 0 to less than 1.</param>
/// <param name="epsilon">Added to the root of the mean of squares.</param>
/// <param name="weightDecay">Times the learning rate, the share of the parameter that is taken off.</param>
/// <exception cref="ArgumentException">A number is out of range; the message names it.</exception>
public sealed class AdamW(
    double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
    : Adam(learningRate, Checked(beta1, beta2, epsilon, weightDecay, decoupled: true));
