namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>
    /// Single elements chosen along an axis, numpy's take_along_axis: of three axes and Axis 1, y[i, j, k] = x[i, index[i, j, k], k].
    /// Negative indices count from the end. Inputs: x; indices of as many axes, along the others as long as x. The output has the shape of
    /// the indices. ONNX: GatherElements.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    public sealed record GatherElements(int Axis) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 2);
            Gather.RequireIndices(inputs, 1);
            Check(inputs, inputs[0].Shape, inputs[1].Shape, Axis);
            return [inputs[0] with { Shape = inputs[1].Shape }];
        }

        internal static void Check(Inputs inputs, Shape x, Shape indices, int axis)
        {
            if (x.Rank != indices.Rank) throw inputs.Fail($"takes indices of as many axes as the values: {indices} and {x}.");
            if ((uint)axis >= (uint)x.Rank) throw inputs.Fail($"has no axis {axis} in {x}.");
            for (int i = 0; i < x.Rank; i++)
                if (i != axis && !inputs.AreEqual(x[i], indices[i]))
                    throw inputs.Fail($"takes indices that along axis {i} are as long as the values: {indices} and {x}.");
        }

        /// <summary>The first axis but one along which indices are known to be shorter than the values; −1 where there is none.</summary>
        internal static int Shorter(Shape x, Shape indices, int axis)
        {
            for (int i = 0; i < x.Rank && x.Rank == indices.Rank; i++)
                if (i != axis && (x[i] - indices[i]) is { IsKnown: true, Value: > 0 }) return i;
            return -1;
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor x = context.Inputs[0], indices = context.Inputs[1];
            return [x.Full(0).ScatterElements(indices, context.OutputGradient, Axis, ScatterReduction.Add), null];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new GatherElements(attributes.Value(Axis));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new GatherElements(1), SampleInput.Of([3, 5]), SampleInput.Indices([3, 4], -5, 5)),
            new(new GatherElements(0), SampleInput.Of([4, 3]), SampleInput.Indices([6, 3], 0, 4)),
            new(new GatherElements(1), SampleInput.Of([2, 5, 3]), SampleInput.Indices([2, 7, 3], 0, 5)),
            new(new GatherElements(2), SampleInput.Of([2, 3, 20]), SampleInput.Indices([2, 3, 40], -20, 20)),
            new(new GatherElements(0), SampleInput.Of([4, 3, 2]), SampleInput.Indices([2, 3, 2], 0, 4)),
            new(new GatherElements(1), SampleInput.Of([2, 3]), SampleInput.Indices([2, 0], 0, 3)) { NotDifferentiable = "it is empty" },
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
            /// <summary>Single elements chosen along an axis by integer indices of as many axes (negative: from the end).</summary>
            /// <param name="indices">Of the shape of the result; along the other axes at most as long as x.</param>
            /// <param name="axis">The axis; negative ones count from the end.</param>
            /// <exception cref="Errors.ShapeMismatchException">The axes do not fit.</exception>
            /// <exception cref="IndexOutOfRangeException">When it is computed: an index is outside the axis.</exception>
            public Tensor GatherElements(Tensor indices, int axis)
            {
                axis = x.Shape.Axis(axis);
                var y = x;
                while (Ops.GatherElements.Shorter(y.Shape, indices.Shape, axis) is var other and >= 0)
                    y = y.Slice(other, 0, indices.Shape[other]);
                return Tensor.Apply(new Ops.GatherElements(axis), y, indices);
            }

            /// <summary>
            /// Slices chosen by rows of indices: the last axis of <paramref name="indices"/>, of K entries, names a place in the first K
            /// axes of x (after the batch axes, which both share). The result has the shape of the indices without their last axis, then
            /// what is left of x. ONNX: GatherND.
            /// </summary>
            /// <param name="indices">int32 or int64; negative ones count from the end.</param>
            /// <param name="batchAxes">How many leading axes x and the indices share.</param>
            /// <exception cref="Errors.ShapeMismatchException">The indices name more axes than there are.</exception>
            /// <exception cref="IndexOutOfRangeException">When it is computed: an index is outside its axis.</exception>
            public Tensor GatherND(Tensor indices, int batchAxes = 0)
            {
                var places = Ops.IndexRows.Of(x, indices, batchAxes);
                return x.Reshape(places.Rows).Gather(places.Row);
            }
        }
    }
}
