namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>A border of one value around the input; a negative width crops. ONNX: Pad, constant.</summary>
    /// <param name="Before">Elements before each axis.</param>
    /// <param name="After">Elements after each axis.</param>
    /// <param name="Value">What the border holds.</param>
    public sealed record Pad(Dims Before, Dims After, float Value = 0) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            var shape = inputs[0].Shape;
            if (Before.Count != shape.Rank || After.Count != shape.Rank)
                throw inputs.Fail($"names {Before.Count} and {After.Count} axes; the input {shape} has {shape.Rank}.");
            var dims = new Dim[shape.Rank];
            for (int i = 0; i < dims.Length; i++)
            {
                dims[i] = shape[i] + Before[i] + After[i];
                if (dims[i].IsKnown && dims[i].Value < 0)
                    throw inputs.Fail($"crops axis {i} of {shape} by {-Before[i]} and {-After[i]}: nothing is left.");
            }
            return [inputs[0] with { Shape = new Shape(dims) }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new Pad(Negated(Before), Negated(After)), context.OutputGradient)];

        static Dims Negated(Dims widths)
        {
            for (int i = 0; i < widths.Count; i++) widths = widths.With(i, -widths[i]);
            return widths;
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new Pad(attributes.Value(Before), attributes.Value(After), attributes.Value(Value));

        /// <summary>The value is compared by its bits.</summary>
        public bool Equals(Pad? other) => other is not null && Before == other.Before && After == other.After
            && BitConverter.SingleToInt32Bits(Value) == BitConverter.SingleToInt32Bits(other.Value);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Before, After, BitConverter.SingleToInt32Bits(Value));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => inputs[0] is { } field
            && Before.Count == field.Axes.Count + 2
                ? new([.. field.Axes.Select((axis, i) => axis with { Start = axis.Start - Before[i + 2] * axis.Jump })]) : null;

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new Pad([0, 0, 1, 2], [0, 0, 3, 0]), SampleInput.Of([2, 3, 4, 5])),
            new(new Pad([2], [1], -1.5f), SampleInput.Of([3])),
            new(new Pad([-1, 1], [2, -2]), SampleInput.Of([3, 4])),
            new(new Pad([0, 0], [0, 0]), SampleInput.Of([2, 3])),
        ];
    }
}

namespace Fovea
{
    using Fovea.Tensors;

    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>A border of one value: widths before and after each axis; negative ones crop.</summary>
            public Tensor Pad(Dims before, Dims after, float value = 0) => Tensor.Apply(new Ops.Pad(before, after, value), x);
        }
    }
}
