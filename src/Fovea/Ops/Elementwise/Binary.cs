using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>z = f(x, y), element by element, with numpy's broadcasting. What f is, is a row of <see cref="BinaryTable"/>.</summary>
/// <param name="Function">The row.</param>
public sealed record Binary(BinaryFunction Function) : Op
{
    /// <summary>The row's name.</summary>
    public override string Name => Function.ToString();

    /// <summary>The row.</summary>
    public BinaryRow Row => BinaryTable.Row(Function);

    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(2, 2);
        inputs.RequireSameElement();
        bool truth = inputs[0].Element == ElementType.Bool;
        if (Row.Kind == BinaryKind.Logical && !truth && inputs[0].Element is not (>= ElementType.Int8 and <= ElementType.UInt64))
            throw inputs.Fail($"takes truth values, or integers bit by bit, not {inputs[0].Element}.");
        if (Row.Kind == BinaryKind.Arithmetic && truth) throw inputs.Fail("takes numbers, not truth values: Cast the inputs first.");
        var shape = inputs.Broadcast(inputs[0].Shape, inputs[1].Shape);
        return [new(Row.Kind == BinaryKind.Comparison ? ElementType.Bool : inputs[0].Element, shape)];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        if (Row.Gradient is null) return [null, null];
        Tensor x = context.Inputs[0], y = context.Inputs[1], gradient = context.OutputGradient;
        return
        [
            context.Needs(0) ? Row.Gradient(x, y, context.Outputs[0], gradient, 0).SumTo(x.Shape) : null,
            context.Needs(1) ? Row.Gradient(x, y, context.Outputs[0], gradient, 1).SumTo(y.Shape) : null,
        ];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => this;

    /// <inheritdoc/>
    public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => ReceptiveField.Union(inputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples()
    {
        string? step = Row.Gradient is not null ? null
            : Row.Kind == BinaryKind.Arithmetic ? "it is a step: its derivative is 0 almost everywhere" : "it gives truth values";
        SampleInput Input(Shape shape, bool second) => Row.Kind == BinaryKind.Logical
            ? new(new(ElementType.Bool, shape), SampleValues.Truth)
            : SampleInput.Of(shape, second ? Row.Second : Row.First);
        yield return new(this, Input([2, 3, 4, 5], false), Input([2, 3, 4, 5], true)) { NotDifferentiable = step };
        yield return new(this, Input([2, 3, 4, 5], false), Input(Shape.Scalar, true)) { NotDifferentiable = step };
        yield return new(this, Input(Shape.Scalar, false), Input([17], true)) { NotDifferentiable = step };
        yield return new(this, Input([2, 3, 4, 5], false), Input([3, 1, 1], true)) { NotDifferentiable = step };
        yield return new(this, Input([2, 1, 5], false), Input([4, 1], true)) { NotDifferentiable = step };
        yield return new(this, Input([1], false), Input([2, 3], true)) { NotDifferentiable = step };
        if (Row.Kind == BinaryKind.Logical)
            yield return new(this, SampleInput.Indices([3, 7], -9, 9), SampleInput.Indices([7], -9, 9)) { NotDifferentiable = "integers" };
    }
}
