namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>
    /// Slices of x along an axis, chosen by integer indices: the output's shape is x's with the axis replaced by the shape of the indices.
    /// Negative indices count from the end. ONNX: Gather. An embedding is Gather along axis 0.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    public sealed record Gather(int Axis = 0) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 2);
            Shape x = inputs[0].Shape, indices = inputs[1].Shape;
            if ((uint)Axis >= (uint)x.Rank) throw inputs.Fail($"has no axis {Axis} in {x}.");
            RequireIndices(inputs, 1);
            return [inputs[0] with { Shape = Shape.Concat(Shape.Concat(x.Slice(0, Axis), indices), x.Slice(Axis + 1, x.Rank - Axis - 1)) }];
        }

        internal static void RequireIndices(Inputs inputs, int index)
        {
            if (inputs[index].Element is not (ElementType.Int64 or ElementType.Int32))
                throw inputs.Fail($"takes int32 or int64 indices, not {inputs[index].Element}.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new GatherGradient(Axis, context.Inputs[0].Shape[Axis]), context.OutputGradient, context.Inputs[1]), null];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Gather(attributes.Value(Axis));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new Gather(0), SampleInput.Of([5, 3]), SampleInput.Indices([2, 4], -5, 5)),
            new(new Gather(1), SampleInput.Of([2, 5, 3]), SampleInput.Indices([7], 0, 5)),
            new(new Gather(2), SampleInput.Of([2, 3, 4]), SampleInput.Indices(Shape.Scalar, 0, 4)),
        ];
    }

    /// <summary>
    /// Adds slices into zeros along an axis, in the order of the indices: the gradient of <see cref="Gather"/>, which is its own.
    /// Inputs: the gradient of the gathered slices, the indices.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="Size">The size of the output's axis.</param>
    public sealed record GatherGradient(int Axis, Dim Size) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 2);
            Gather.RequireIndices(inputs, 1);
            inputs.RequireSize(Size, "a size");
            Shape dy = inputs[0].Shape, indices = inputs[1].Shape;
            if (Axis < 0 || dy.Rank < Axis + indices.Rank)
                throw inputs.Fail($"cannot scatter {dy} by indices {indices} along axis {Axis}.");
            for (int i = 0; i < indices.Rank; i++)
                if (!inputs.AreEqual(dy[Axis + i], indices[i]))
                    throw inputs.Fail($"cannot scatter {dy} by indices {indices} along axis {Axis}.");
            return
            [
                inputs[0] with
                {
                    Shape = Shape.Concat(
                        Shape.Concat(dy.Slice(0, Axis), [Size]), dy.Slice(Axis + indices.Rank, dy.Rank - Axis - indices.Rank)),
                },
            ];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [context.OutputGradient.Gather(context.Inputs[1], Axis), null];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new GatherGradient(attributes.Value(Axis), attributes.Value(Size));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new GatherGradient(0, 5), SampleInput.Of([2, 4, 3]), SampleInput.Indices([2, 4], -5, 5)),
            new(new GatherGradient(1, 5), SampleInput.Of([2, 7, 3]), SampleInput.Indices([7], 0, 5)),
        ];
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>Slices along an axis, chosen by integer indices (negative ones count from the end).</summary>
            /// <exception cref="IndexOutOfRangeException">When it is computed: an index is outside the axis.</exception>
            public Tensor Gather(Tensor indices, int axis = 0) => Tensor.Apply(new Ops.Gather(x.Shape.Axis(axis)), x, indices);
        }
    }
}
