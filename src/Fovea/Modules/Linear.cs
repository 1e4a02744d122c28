using Fovea.Errors;

namespace Fovea.Modules;

/// <summary>A fully connected layer over the last axis: x · weightᵀ + bias. Parameters: weight O, I; bias O.</summary>
/// <param name="features">Output features.</param>
/// <param name="bias">Whether a bias is added.</param>
/// <param name="initializer">How the weight is filled; He if null.</param>
public sealed class Linear(int features, bool bias = true, Initializer? initializer = null) : Module
{
    Variable? _weight, _bias;

    /// <summary>Output features.</summary>
    public int Features { get; } = features > 0 ? features
        : throw new ArgumentOutOfRangeException(nameof(features), features, "A layer has at least one feature.");

    /// <summary>The weight, O, I.</summary>
    public Variable Weight => _weight
        ?? throw new InvalidOperationException($"{Title} has no weight yet: call Build(inputShape, seed) on the whole model first.");

    /// <summary>The bias, O, or null.</summary>
    public Variable? Bias => _bias;

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        if (input.Rank < 2) throw new ShapeMismatchException($"{Title} takes N and features; the input is {input}.");
        if (!input[-1].IsKnown)
            throw new ShapeMismatchException(
                $"{Title} needs a known number of features; the input is {input}. Pool to a fixed size first.");
        var filled = initializer ?? Initializer.He;
        _weight = AddParameter("weight", [Features, (int)input[-1]], filled);
        _bias = bias ? AddParameter("bias", [Features], filled.Bias((long)input[-1])) : null;
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        var weight = Weight.Read();
        if (x.Shape[-1] != weight.Shape[1])
            throw new ShapeMismatchException($"{Title} expects {weight.Shape[1]} input features; {Offered(x)}.");
        return x.Linear(weight, _bias?.Read());
    }

    /// <summary>What is offered in the place of the features, and how they came about where a Flatten made them.</summary>
    static string Offered(Tensor x)
    {
        if (x.Node is { Op: Ops.Reshape } flatten && x.Rank == 2 && flatten.Inputs[0] is { Rank: > 2 } image
            && image.Shape[0] == x.Shape[0])
            return $"Flatten gives {x.Shape[1]} = {image.Shape.Slice(1, image.Rank - 1)}";
        string mend = x.Rank > 2 ? $": Flatten gives {x.Shape.Slice(1, x.Rank - 1).Count}" : "";
        return $"the input {x.Shape} has {x.Shape[-1]}{mend}";
    }

    /// <inheritdoc/>
    public override string ToString() => $"Linear({Features})";
}
