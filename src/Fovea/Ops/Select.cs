namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>
    /// x where the condition holds, else y, with broadcasting. Nothing of the other side enters, not even NaN. ONNX: Where.
    /// </summary>
    public sealed record Select : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(3, 3);
            if (inputs[0].Element != ElementType.Bool) throw inputs.Fail($"takes truth values as its condition, not {inputs[0].Element}.");
            if (inputs[1].Element != inputs[2].Element)
                throw inputs.Fail($"chooses between values of one element type, not {inputs[1].Element} and {inputs[2].Element}.");
            return [inputs[1] with { Shape = inputs.Broadcast(inputs[0].Shape, inputs.Broadcast(inputs[1].Shape, inputs[2].Shape)) }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor condition = context.Inputs[0], gradient = context.OutputGradient, zero = Tensor.Constant(0, gradient.ElementType);
            return
            [
                null,
                context.Needs(1) ? Tensor.Where(condition, gradient, zero).SumTo(context.Inputs[1].Shape) : null,
                context.Needs(2) ? Tensor.Where(condition, zero, gradient).SumTo(context.Inputs[2].Shape) : null,
            ];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => this;

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => ReceptiveField.Union(inputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(this, Truth([2, 3, 4]), SampleInput.Of([2, 3, 4]), SampleInput.Of([2, 3, 4])),
            new(this, Truth([2, 1, 4]), SampleInput.Of([3, 1]), SampleInput.Of(Shape.Scalar)),
            new(this, Truth([33]), SampleInput.Of(Shape.Scalar), SampleInput.Of([33])),
        ];

        static SampleInput Truth(Shape shape) => new(new(ElementType.Bool, shape), SampleValues.Truth);
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        extension(Tensor)
        {
            /// <summary>x where the condition holds, else y, with broadcasting.</summary>
            public static Tensor Where(Tensor condition, Tensor x, Tensor y) => Tensor.Apply(new Ops.Select(), condition, x, y);
        }
    }
}
