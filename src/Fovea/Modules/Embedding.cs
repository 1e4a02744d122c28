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
/// <param name="paddingIndex">
/// A thing that stands for none, such as what fills a sequence up: its vector begins as zeros and is not trained.
/// </param>
/// <remarks>
/// What is looked up is all that its gradient is about. The gradient as a tensor has all rows; but an optimizer that leaves rows without
/// gradient alone (<see cref="Optimizer.MovesRowsAlone"/>: <see cref="Sgd"/> without momentum and weight decay, <see cref="Adam"/> with
/// lazy rows) never computes it: memory and time of its step, the gradient's norm included, grow with the numbers of the batch, not
/// with the count. Other optimizers, a weight that is used otherwise as well, and readers of the gradient make it whole.
/// </remarks>
public sealed class Embedding(int count, int width, Initializer? initializer = null, int? paddingIndex = null) : Module
{
    Variable? _weight;

    /// <summary>How many things there are.</summary>
    public int Count { get; } = count > 0 ? count
        : throw new ArgumentOutOfRangeException(nameof(count), count, "There is at least one vector.");

    /// <summary>The length of each vector.</summary>
    public int Width { get; } = width > 0 ? width
        : throw new ArgumentOutOfRangeException(nameof(width), width, "A vector has at least one element.");

    /// <summary>The thing that stands for none, if there is one.</summary>
    public int? PaddingIndex { get; } = paddingIndex is null || paddingIndex >= 0 && paddingIndex < count ? paddingIndex
        : throw new ArgumentOutOfRangeException(nameof(paddingIndex), paddingIndex, $"Things are numbered from 0 to {count - 1}.");

    /// <summary>The vectors: count, width.</summary>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    public Variable Weight => _weight
        ?? throw new InvalidOperationException($"{Title} has no weight yet: call Build(inputShape, seed) on the whole model first.");

    /// <inheritdoc/>
    protected internal override ElementType InputElement => ElementType.Int64;

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        var filled = initializer ?? Initializer.Normal(1);
        _weight = AddParameter("weight", [Count, Width], PaddingIndex is { } padding ? new WithoutRow(filled, padding) : filled);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (x.ElementType is not (ElementType.Int64 or ElementType.Int32))
            throw new ShapeMismatchException($"{Title} takes numbers of things, int32 or int64; the input is {x.Type}: Cast it first.");
        var y = Weight.Read().Gather(x);
        if (PaddingIndex is not { } padding) return y;
        return Tensor.Where(x.EqualTo(padding).Unsqueeze(x.Rank), y.StopGradient(), y);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Embedding({Count}, {Width})";

    /// <summary>Another initializer, with one row of zeros.</summary>
    sealed class WithoutRow(Initializer all, int row) : Initializer
    {
        public override void Fill(Span<float> values, Dims sizes, ulong seed, string path)
        {
            all.Fill(values, sizes, seed, path);
            values.Slice(row * sizes[1], sizes[1]).Clear();
        }
    }
}
