using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// A learned vector for each of so many things (words, characters, labels), looked up by number: …, int64 from 0 to count − 1, to
/// …, width. Followed by <c>Transpose(0, 2, 1)</c> it feeds a <see cref="Conv1d"/>. Parameter: weight count, width.
/// </summary>
/// <param name="count">How many things there are.</param>
/// <param name="width">The length of each vector.</param>
/// <param name="initializer">How the weight is filled; normal with deviation 1 if null.</param>
public sealed class Embedding(int count, int width, Initializer? initializer = null) : Module
{
    Variable? _weight;

    /// <summary>How many things there are.</summary>
    public int Count { get; } = count > 0 ? count
        : throw new ArgumentOutOfRangeException(nameof(count), count, "There is at least one vector.");

    /// <summary>The length of each vector.</summary>
    public int Width { get; } = width > 0 ? width
        : throw new ArgumentOutOfRangeException(nameof(width), width, "A vector has at least one element.");

    /// <summary>The vectors: count, width.</summary>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    public Variable Weight => _weight
        ?? throw new InvalidOperationException($"{Title} has no weight yet: call Build(inputShape, seed) on the whole model first.");

    /// <inheritdoc/>
    protected internal override ElementType InputElement => ElementType.Int64;

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input) =>
        _weight = AddParameter("weight", [Count, Width], initializer ?? Initializer.Normal(1));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (x.ElementType is not (ElementType.Int64 or ElementType.Int32))
            throw new ShapeMismatchException($"{Title} takes numbers of things, int32 or int64; the input is {x.Type}: Cast it first.");
        return Weight.Read().Gather(x);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Embedding({Count}, {Width})";
}
