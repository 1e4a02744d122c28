using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// y = f(x), element by element. What f is, is a row of <see cref="UnaryTable"/>; Alpha and Beta are the row's parameters
/// (a slope, a bound), 0 where it has none. The row names what they are unless told otherwise.
/// </summary>
/// <param name="Function">The row.</param>
/// <param name="Alpha">The first parameter.</param>
/// <param name="Beta">The second parameter.</param>
public sealed record Unary(UnaryFunction Function, double Alpha = 0, double Beta = 0) : Op
{
    /// <summary>The row's name.</summary>
    public override string Name => Function.ToString();

    /// <summary>The row.</summary>
    public UnaryRow Row => UnaryTable.Row(Function);

    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        inputs.RequireCount(1, 1);
        if (!Row.TakesIntegers) inputs.RequireFloating(0);
        else if (inputs[0].Element == ElementType.Bool) throw inputs.Fail("takes numbers, not truth values: Cast the input first.");
        return [inputs[0]];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context) =>
        Row.Derivative is { } derivative
            ? [context.OutputGradient * derivative(this, context.Inputs[0], context.Outputs[0])]
            : [null];

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) => Row.Parameters switch
    {
        0 => this,
        1 => this with { Alpha = attributes.Value(Alpha) },
        _ => this with { Alpha = attributes.Value(Alpha), Beta = attributes.Value(Beta) },
    };

    /// <summary>Parameters are compared by their bits: 0 and −0 differ, equal NaNs are equal.</summary>
    public bool Equals(Unary? other) => other is not null && Function == other.Function
        && BitConverter.DoubleToInt64Bits(Alpha) == BitConverter.DoubleToInt64Bits(other.Alpha)
        && BitConverter.DoubleToInt64Bits(Beta) == BitConverter.DoubleToInt64Bits(other.Beta);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Function, BitConverter.DoubleToInt64Bits(Alpha), BitConverter.DoubleToInt64Bits(Beta));

    /// <inheritdoc/>
    public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => inputs[0];

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples()
    {
        foreach (Shape shape in new Shape[] { [2, 3, 5, 7], [33], Shape.Scalar })
            yield return new(this, SampleInput.Of(shape, Row.Samples))
            {
                NotDifferentiable = Row.Derivative is null ? "it is a step: its derivative is 0 almost everywhere" : null,
            };
    }
}
