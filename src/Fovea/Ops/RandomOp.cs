using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// Random float32 numbers that nothing remembers: each follows from (Seed, Stream, step, sample, element in the sample) alone, so a step
/// that is computed again, on other threads or in other batches, draws the same.
/// Input: the counter, int64, 2: the step, and the global index of the first sample. Output: Shape; axis 0 counts samples.
/// </summary>
/// <param name="Seed">The seed of the whole run.</param>
/// <param name="Stream">The hash of who draws: the module's path and the index of the call.</param>
/// <param name="Shape">The sizes of the output.</param>
public abstract record RandomOp(ulong Seed, ulong Stream, Shape Shape) : Op
{
    /// <inheritdoc/>
    public sealed override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(1, 1);
        if (inputs[0].Element != ElementType.Int64 || inputs[0].Shape != [2])
            throw inputs.Fail($"takes the step and the index of the first sample as Int64 2, not {inputs[0]}.");
        Check(inputs);
        return [TensorType.Float(Shape)];
    }

    /// <summary>Checks the attributes.</summary>
    protected virtual void Check(Inputs inputs) { }

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(GradientContext context) => [null];

    /// <inheritdoc/>
    public sealed override bool BlocksGradient => true;

    /// <summary>False: two draws are two, even of equal operators. (Their streams differ, too.)</summary>
    public sealed override bool IsPure => false;

    /// <inheritdoc/>
    public sealed override IEnumerable<Sample> Samples() =>
        from shape in new Shape[] { [3, 5], [2, 3, 4, 5], [1000], [1, 1], Shape.Scalar, [2, 4099] }
        from op in Variants(shape)
        select new Sample(op, SampleInput.Indices([2], 0, 1 << 20)) { NotDifferentiable = "it is random" };

    /// <summary>The operators that samples run for a shape.</summary>
    protected abstract IEnumerable<RandomOp> Variants(Shape shape);
}
