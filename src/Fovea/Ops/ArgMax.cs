namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>Where along an axis the largest element stands, the first of equals; NaN counts as the largest. ONNX: ArgMax.</summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="KeepAxis">Whether the axis stays, with size 1.</param>
    public sealed record ArgMax(int Axis, bool KeepAxis = false) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            var shape = inputs[0].Shape;
            if ((uint)Axis >= (uint)shape.Rank) throw inputs.Fail($"has no axis {Axis} in {shape}.");
            if (inputs[0].Element == ElementType.Bool) throw inputs.Fail("takes numbers, not truth values: Cast the input first.");
            if (shape[Axis] == 0) throw inputs.Fail($"finds no largest along axis {Axis} of {shape}: it is empty.");
            return [new(ElementType.Int64, KeepAxis ? shape.With(Axis, 1)
                : Shape.Concat(shape.Slice(0, Axis), shape.Slice(Axis + 1, shape.Rank - Axis - 1)))];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [null];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new ArgMax(attributes.Value(Axis), attributes.Value(KeepAxis));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new ArgMax(1), SampleInput.Of([4, 10], SampleValues.Distinct)) { NotDifferentiable = "it gives places" },
            new(new ArgMax(0, true), SampleInput.Of([3, 5], SampleValues.Distinct)) { NotDifferentiable = "it gives places" },
            new(new ArgMax(1), SampleInput.Of([2, 3, 4, 5], SampleValues.Distinct)) { NotDifferentiable = "it gives places" },
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
            /// <summary>Where along an axis the largest element stands, int64; the first of equals.</summary>
            public Tensor ArgMax(int axis, bool keepAxis = false) => Tensor.Apply(new Ops.ArgMax(x.Shape.Axis(axis), keepAxis), x);
        }
    }
}
