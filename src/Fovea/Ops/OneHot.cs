namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>
    /// Labels as vectors along a new last axis: 1 at the label's place, 0 elsewhere. A negative label, which the
    /// loss ignores, gives zeros only. Input: int32 or int64 of any shape. Output: float32, the input's shape, then Classes. ONNX: OneHot.
    /// </summary>
    /// <param name="Classes">The length of each vector.</param>
    public sealed record OneHot(int Classes) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            Gather.RequireIndices(inputs, 0);
            if (Classes < 1) throw inputs.Fail($"has {Classes} classes: at least 1.");
            return [TensorType.Float(Shape.Concat(inputs[0].Shape, [Classes]))];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [null];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new OneHot(attributes.Value(Classes));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new OneHot(4), SampleInput.Indices([7], 0, 4)) { NotDifferentiable = "its input is integers" },
            new(new OneHot(3), SampleInput.Indices([2, 5], -2, 3)) { NotDifferentiable = "its input is integers" },
            new(new OneHot(1), SampleInput.Indices([2, 1, 3], 0, 1)) { NotDifferentiable = "its input is integers" },
            new(new OneHot(5), SampleInput.Indices(Shape.Scalar, 0, 5)) { NotDifferentiable = "its input is integers" },
        ];
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">Labels: int32 or int64.</param>
        extension(Tensor x)
        {
            /// <summary>Labels as float32 vectors along a new last axis: 1 at the label's place; negative labels give zeros.</summary>
            /// <param name="classes">The length of each vector.</param>
            /// <exception cref="Errors.ShapeMismatchException">The labels are no integers.</exception>
            /// <exception cref="ArgumentException">When it is computed: a label is <paramref name="classes"/> or more.</exception>
            public Tensor OneHot(int classes) => Tensor.Apply(new Ops.OneHot(classes), x);

            /// <summary>Labels as float32 vectors along a new axis: 1 at the label's place; negative labels give zeros.</summary>
            /// <param name="classes">The length of each vector.</param>
            /// <param name="axis">Where the vectors lie in the result; negative ones count from its end.</param>
            /// <exception cref="Errors.ShapeMismatchException">The labels are no integers.</exception>
            /// <exception cref="ArgumentException">When it is computed: a label is <paramref name="classes"/> or more.</exception>
            public Tensor OneHot(int classes, int axis) => x.OneHot(classes).MoveAxis(-1, axis);
        }
    }
}
