namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>
    /// The K largest (or smallest) elements along an axis, and where they stood, int64. Of equals the first come first; NaN counts as the
    /// largest. With K the axis's size it sorts. ONNX: TopK.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="K">How many, at most the size of the axis.</param>
    /// <param name="Largest">Whether the largest are taken, else the smallest.</param>
    /// <param name="Sorted">Whether the best comes first; else they keep the order in which they stood.</param>
    public sealed record TopK(int Axis, Dim K, bool Largest = true, bool Sorted = true) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            var shape = inputs[0].Shape;
            if ((uint)Axis >= (uint)shape.Rank) throw inputs.Fail($"has no axis {Axis} in {shape}.");
            if (inputs[0].Element == ElementType.Bool) throw inputs.Fail("takes numbers, not truth values: Cast the input first.");
            if (K.IsKnown && K.Value < 0) throw inputs.Fail($"cannot take {K} elements.");
            if ((shape[Axis] - K) is { IsKnown: true } left && left.Value < 0)
                throw inputs.Fail($"takes {K} elements: axis {Axis} of {shape} has {shape[Axis]}.");
            var taken = shape.With(Axis, K);
            return [inputs[0] with { Shape = taken }, new(ElementType.Int64, taken)];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => context.OutputGradients[0] is { } gradient
            ? [context.Inputs[0].Full(0).ScatterElements(context.Outputs[1], gradient, Axis, ScatterReduction.Add)] : [null];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new TopK(
            attributes.Value(Axis), attributes.Value(K), attributes.Value(Largest), attributes.Value(Sorted));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples()
        {
            foreach (bool largest in (bool[])[true, false])
            {
                yield return new(new TopK(1, 3, largest), SampleInput.Of([4, 10], SampleValues.Distinct));
                yield return new(new TopK(1, 4, largest, false), SampleInput.Of([3, 10], SampleValues.Distinct));
                yield return new(new TopK(1, 2, largest), SampleInput.Of([2, 5, 3], SampleValues.Distinct));
                yield return new(new TopK(2, 40, largest), SampleInput.Of([2, 2, 70], SampleValues.Distinct));
                yield return new(new TopK(0, 5, largest), SampleInput.Of([5, 3], SampleValues.Distinct));
                yield return new(new TopK(1, 1, largest), SampleInput.Of([3, 40], SampleValues.Distinct));
                yield return new(new TopK(1, 0, largest), SampleInput.Of([3, 4])) { NotDifferentiable = "it gives nothing" };
                foreach (int k in (int[])[7, 30, 50])
                    yield return new(new TopK(1, k, largest, k != 30), Ties([3, 50])) { NotDifferentiable = "of equals it takes some" };
                yield return new(new TopK(1, 9, largest), Ties([2, 9, 20])) { NotDifferentiable = "of equals it takes some" };
            }
        }

        static SampleInput Ties(Shape shape) => new(TensorType.Float(shape), SampleValues.Integers, -3, 4);
    }
}

namespace Fovea
{
    using Fovea.Ops;

    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>The k largest (or smallest) elements along an axis, and their places, int64; of equals the first.</summary>
            /// <param name="k">How many, at most the size of the axis.</param>
            /// <param name="axis">The axis; negative ones count from the end.</param>
            /// <param name="largest">Whether the largest are taken, else the smallest. NaN counts as the largest.</param>
            /// <param name="sorted">Whether the best comes first; else they keep the order in which they stood.</param>
            /// <exception cref="Errors.ShapeMismatchException">The axis has fewer elements.</exception>
            public (Tensor Values, Tensor Indices) TopK(Dim k, int axis = -1, bool largest = true, bool sorted = true)
            {
                var outputs = Tensor.ApplyAll(new TopK(x.Shape.Axis(axis), k, largest, sorted), x);
                return (outputs[0], outputs[1]);
            }

            /// <summary>The elements in order along an axis, and their places, int64; equals keep their order, NaN is largest.</summary>
            /// <param name="axis">The axis; negative ones count from the end.</param>
            /// <param name="descending">Whether the largest comes first.</param>
            public (Tensor Values, Tensor Indices) Sort(int axis = -1, bool descending = false) =>
                x.TopK(x.Shape[axis], axis, largest: descending);

            /// <summary>Where the elements in order along an axis stand, int64; equals keep their order.</summary>
            /// <param name="axis">The axis; negative ones count from the end.</param>
            /// <param name="descending">Whether the largest comes first.</param>
            public Tensor ArgSort(int axis = -1, bool descending = false) => x.Sort(axis, descending).Indices;
        }
    }
}
