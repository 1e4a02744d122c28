using Fovea.Analyses;
using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea;

/// <summary>One product of a sum.</summary>
/// <param name="Place">Where the value stands, without the batch axis: channel and place.</param>
/// <param name="Value">The value.</param>
/// <param name="Weight">Which element of the weight it is multiplied by; empty where the layer has no weight.</param>
/// <param name="Factor">What it is multiplied by.</param>
public sealed record Contribution(Dims Place, double Value, Dims Weight, double Factor)
{
    /// <summary>Value times factor.</summary>
    public double Product => Value * Factor;
}

/// <summary>The products behind one number of a layer.</summary>
/// <param name="Layer">The layer's path.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Unit">Which number: channel and place.</param>
/// <param name="Terms">The products, in the order of their places.</param>
/// <param name="Bias">What is added.</param>
/// <param name="Result">The number as the layer computes it.</param>
public sealed record Contributions(
    string Layer, string Operator, Dims Unit, IReadOnlyList<Contribution> Terms, double Bias, double Result)
{
    /// <summary>The sum of the products and the bias: the result, but for rounding.</summary>
    public double Sum => Terms.Sum(term => term.Product) + Bias;
}

public static partial class Analysis
{
    /// <summary>
    /// The products behind one output of a layer: inputs times weights of a convolution (dilated, transposed, grouped) or a fully connected
    /// layer, what a pooling takes its mean of, or the pixel that it chose.
    /// </summary>
    /// <param name="model">A built model.</param>
    /// <param name="input">One input, without the batch axis.</param>
    /// <param name="layer">The layer's path.</param>
    /// <param name="unit">Channel and place of the output; for a fully connected layer its number alone.</param>
    /// <exception cref="ArgumentException">There is no such layer or unit, or the layer is no sum of products.</exception>
    public static Contributions Contributions(Module model, Tensor input, string layer, Dims unit)
    {
        var step = new ContributionStep(model, input, layer);
        return step.Forward(unit);
    }

    /// <summary>
    /// The products behind the gradient that arrives at one input of a layer: gradients of its outputs times weights.
    /// </summary>
    /// <param name="model">A built model.</param>
    /// <param name="input">One input, without the batch axis.</param>
    /// <param name="layer">The layer's path.</param>
    /// <param name="unit">Channel and place of the layer's input.</param>
    /// <param name="output">Which output of the model is differentiated: its number in row-major order.</param>
    /// <exception cref="ArgumentException">There is no such layer, unit or output, or the layer is no sum of products.</exception>
    public static Contributions BackwardContributions(Module model, Tensor input, string layer, Dims unit, int output)
    {
        var step = new ContributionStep(model, input, layer);
        return step.Backward(unit, output);
    }
}
