namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>Repeats axes of size 1 (and new leading ones) up to a shape. ONNX: Expand.</summary>
    /// <param name="Target">The sizes of the output.</param>
    public sealed record BroadcastTo(Shape Target) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            var shape = inputs[0].Shape;
            if (shape.Rank > Target.Rank) throw inputs.Fail($"cannot stretch {shape} to {Target}: it has more axes.");
            for (int i = 1; i <= shape.Rank; i++)
                if (shape[-i] != 1 && !inputs.AreEqual(shape[-i], Target[-i]))
                    throw inputs.Fail($"cannot stretch {shape} to {Target}: size {shape[-i]} is neither 1 nor {Target[-i]}.");
            return [inputs[0] with { Shape = Target }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [context.OutputGradient.SumTo(context.Inputs[0].Shape)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new BroadcastTo(attributes.Value(Target));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new BroadcastTo([2, 3, 4]), SampleInput.Of([3, 1])),
            new(new BroadcastTo([2, 3, 4, 5]), SampleInput.Of([3, 1, 1])),
            new(new BroadcastTo([5]), Shape.Scalar),
            new(new BroadcastTo([2, 3]), SampleInput.Of([2, 3])),
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
            /// <summary>Repeats axes of size 1 (and new leading ones) up to a shape.</summary>
            public Tensor BroadcastTo(Shape shape) => shape == x.Shape ? x : Tensor.Apply(new Ops.BroadcastTo(shape), x);

            /// <summary>A tensor of the same type with one value everywhere.</summary>
            public Tensor Full(double value) => Tensor.Constant(value, x.ElementType).BroadcastTo(x.Shape);

            /// <summary>Sums over the axes that were stretched, so that <paramref name="shape"/> is left: undoes broadcasting.</summary>
            public Tensor SumTo(Shape shape)
            {
                if (shape == x.Shape) return x;
                int lead = x.Rank - shape.Rank;
                var axes = new List<int>();
                for (int i = 0; i < x.Rank; i++)
                    if (i < lead || shape[i - lead] == 1 && x.Shape[i] != 1) axes.Add(i);
                return axes.Count == 0 ? x.Reshape(shape) : x.Sum([.. axes]).Reshape(shape);
            }
        }
    }
}
