namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>
    /// ln Σ eˣ along an axis; the largest element is taken out first, so nothing overflows. −∞ where all are −∞, or none is there.
    /// ONNX: ReduceLogSumExp.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="KeepAxis">Whether the axis stays, with size 1.</param>
    public sealed record LogSumExp(int Axis, bool KeepAxis = false) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            Softmax.Check(inputs, Axis);
            var shape = inputs[0].Shape;
            return [inputs[0] with
            {
                Shape = KeepAxis ? shape.With(Axis, 1)
                    : Shape.Concat(shape.Slice(0, Axis), shape.Slice(Axis + 1, shape.Rank - Axis - 1)),
            }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor x = context.Inputs[0], gradient = Kept(context.OutputGradient, x), y = Kept(context.Outputs[0], x);
            // Softmax rather than e^(x − y): a y far from 0 has lost the digits that count. Where all are −∞ each weighs nothing.
            var share = Tensor.Where(y.EqualTo(double.NegativeInfinity), Tensor.Constant(0, x.ElementType), x.Softmax(Axis));
            return [gradient * share];
        }

        Tensor Kept(Tensor reduced, Tensor x) => KeepAxis ? reduced : reduced.Reshape(x.Shape.With(Axis, 1));

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new LogSumExp(attributes.Value(Axis), attributes.Value(KeepAxis));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
            Softmax.Cases().Select((c, i) => new Sample(new LogSumExp(c.Axis, i % 2 == 1), c.Shape));
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
            /// <summary>ln Σ eˣ along axes (all when none is named), without overflow; the axes vanish.</summary>
            public Tensor LogSumExp(params ReadOnlySpan<int> axes) => x.LogSumExp(axes, keepAxes: false);

            /// <summary>ln Σ eˣ along axes, without overflow; they stay with size 1 if asked.</summary>
            public Tensor LogSumExp(ReadOnlySpan<int> axes, bool keepAxes)
            {
                if (x.Rank == 0) return x;
                var sorted = AxisLine.Sorted(x.Shape, axes);
                var line = AxisLine.Of(x, sorted);
                var y = Tensor.Apply(new LogSumExp(line.Axis), line.Value);
                if (!keepAxes) return y;
                var shape = x.Shape;
                foreach (int axis in sorted.AsSpan()) shape = shape.With(axis, 1);
                return y.Reshape(shape);
            }
        }
    }
}
