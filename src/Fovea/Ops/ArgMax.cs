namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>
    /// Where along an axis the largest or the smallest element stands: what <see cref="ArgMax"/> and <see cref="ArgMin"/> share.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="KeepAxis">Whether the axis stays, with size 1.</param>
    /// <param name="Last">Whether the last of equals counts instead of the first.</param>
    public abstract record ArgExtreme(int Axis, bool KeepAxis, bool Last) : Op
    {
        /// <summary>Whether the smallest is looked for.</summary>
        internal abstract bool Smallest { get; }

        /// <inheritdoc/>
        public sealed override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            var shape = inputs[0].Shape;
            if ((uint)Axis >= (uint)shape.Rank) throw inputs.Fail($"has no axis {Axis} in {shape}.");
            if (inputs[0].Element == ElementType.Bool) throw inputs.Fail("takes numbers, not truth values: Cast the input first.");
            if (shape[Axis] == 0)
                throw inputs.Fail($"finds no {(Smallest ? "smallest" : "largest")} along axis {Axis} of {shape}: it is empty.");
            return [new(ElementType.Int64, KeepAxis ? shape.With(Axis, 1)
                : Shape.Concat(shape.Slice(0, Axis), shape.Slice(Axis + 1, shape.Rank - Axis - 1)))];
        }

        /// <inheritdoc/>
        public sealed override Tensor?[] Gradient(GradientContext context) => [null];

        /// <inheritdoc/>
        public sealed override IEnumerable<Sample> Samples() =>
        [
            Case(1, false, false, SampleInput.Of([4, 10], SampleValues.Distinct)),
            Case(0, true, false, SampleInput.Of([3, 5], SampleValues.Distinct)),
            Case(1, false, false, SampleInput.Of([2, 3, 4, 5], SampleValues.Distinct)),
            Case(1, false, false, Ties([3, 40])),
            Case(1, false, true, Ties([3, 40])),
            Case(1, true, true, Ties([5, 3])),
            Case(0, false, true, Ties([7, 3, 6])),
            Case(2, false, true, Ties([2, 1, 1])),
        ];

        Sample Case(int axis, bool keep, bool last, SampleInput input) =>
            new(this with { Axis = axis, KeepAxis = keep, Last = last }, input) { NotDifferentiable = "it gives places" };

        static SampleInput Ties(Shape shape) => new(TensorType.Float(shape), SampleValues.Integers, 0, 3);
    }

    /// <summary>
    /// Where along an axis the largest element stands, the first of equals or the last; NaN counts as the largest. ONNX: ArgMax.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="KeepAxis">Whether the axis stays, with size 1.</param>
    /// <param name="Last">Whether the last of equals counts instead of the first.</param>
    public sealed record ArgMax(int Axis, bool KeepAxis = false, bool Last = false) : ArgExtreme(Axis, KeepAxis, Last)
    {
        internal override bool Smallest => false;

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new ArgMax(attributes.Value(Axis), attributes.Value(KeepAxis), attributes.Value(Last));
    }

    /// <summary>
    /// Where along an axis the smallest element stands, the first of equals or the last; NaN counts as the smallest. ONNX: ArgMin.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="KeepAxis">Whether the axis stays, with size 1.</param>
    /// <param name="Last">Whether the last of equals counts instead of the first.</param>
    public sealed record ArgMin(int Axis, bool KeepAxis = false, bool Last = false) : ArgExtreme(Axis, KeepAxis, Last)
    {
        internal override bool Smallest => true;

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new ArgMin(attributes.Value(Axis), attributes.Value(KeepAxis), attributes.Value(Last));
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>Where along an axis the largest element stands, int64; of equals the first, or the last if asked.</summary>
            public Tensor ArgMax(int axis, bool keepAxis = false, bool last = false) =>
                Tensor.Apply(new Ops.ArgMax(x.Shape.Axis(axis), keepAxis, last), x);

            /// <summary>Where along an axis the smallest element stands, int64; of equals the first, or the last if asked.</summary>
            public Tensor ArgMin(int axis, bool keepAxis = false, bool last = false) =>
                Tensor.Apply(new Ops.ArgMin(x.Shape.Axis(axis), keepAxis, last), x);
        }
    }
}
