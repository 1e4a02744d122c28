using System.Globalization;
using Fovea.Ops;

namespace Fovea;

/// <summary>
/// Stochastic gradient descent as in torch.optim.SGD: g = gradient + weightDecay · p; v = momentum · v + g;
/// p −= learningRate · (nesterov ? g + momentum · v : v). Without momentum and weight decay a step of an <see cref="Modules.Embedding"/>
/// touches the rows that were looked up, and no others.
/// </summary>
public sealed class Sgd : Optimizer
{
    readonly SgdUpdate _update;

    /// <summary>Sets what stays from step to step.</summary>
    /// <param name="learningRate">How far a step goes.</param>
    /// <param name="momentum">What is kept of the velocity, from 0 (none) to less than 1.</param>
    /// <param name="nesterov">Whether the step looks ahead along the velocity (Sutskever and others, 2013).</param>
    /// <param name="weightDecay">Times the parameter is added to its gradient.</param>
    /// <exception cref="ArgumentException">A number is out of range; the message names it.</exception>
    public Sgd(double learningRate, double momentum = 0, bool nesterov = false, double weightDecay = 0)
        : base(learningRate, momentum == 0 ? [] : ["velocity"])
    {
        if (nesterov && momentum == 0)
            throw new ArgumentException("Nesterov looks ahead along the velocity: give a momentum.", nameof(nesterov));
        _update = new(Share(momentum, nameof(momentum)), nesterov, Natural(weightDecay, nameof(weightDecay)));
    }

    /// <summary>Without momentum and weight decay: then it is exact to the bit.</summary>
    protected override bool MovesRowsAlone => _update is { Momentum: 0, WeightDecay: 0 };

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> Move(
        Tensor parameter, Tensor gradient, IReadOnlyList<Tensor> moments, Tensor learningRate, Tensor step, Tensor? gradientScale) =>
        Move(null, parameter, gradient, moments, learningRate, step, gradientScale);

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> Move(ParameterGroup? group, Tensor parameter, Tensor gradient,
        IReadOnlyList<Tensor> moments, Tensor learningRate, Tensor step, Tensor? gradientScale) =>
        Tensor.ApplyAll(_update with { WeightDecay = group?.WeightDecay ?? _update.WeightDecay },
            [parameter, gradient, .. moments, learningRate, .. Optional(gradientScale)]);

    /// <summary>The name and the numbers.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"Sgd(learningRate={InitialLearningRate:R}, momentum={_update.Momentum:R}, nesterov={(_update.Nesterov ? "true" : "false")}, "
        + $"weightDecay={_update.WeightDecay:R})");
}
