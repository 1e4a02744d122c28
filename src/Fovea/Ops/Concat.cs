namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>Tensors one after the other along an axis. ONNX: Concat.</summary>
    /// <param name="Axis">The axis, from 0.</param>
    public sealed record Concat(int Axis) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, int.MaxValue);
            inputs.RequireSameElement();
            var first = inputs[0].Shape;
            if ((uint)Axis >= (uint)first.Rank) throw inputs.Fail($"has no axis {Axis} in {first}.");
            Dim total = first[Axis];
            for (int i = 1; i < inputs.Count; i++)
            {
                var shape = inputs[i].Shape;
                bool fits = shape.Rank == first.Rank;
                for (int axis = 0; fits && axis < first.Rank; axis++) fits = axis == Axis || inputs.AreEqual(first[axis], shape[axis]);
                if (!fits) throw inputs.Fail($"cannot join {first} and {shape} along axis {Axis}: all other sizes must be equal.");
                total += shape[Axis];
            }
            return [inputs[0] with { Shape = first.With(Axis, total) }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            var gradients = new Tensor?[context.Inputs.Count];
            Dim start = 0;
            for (int i = 0; i < gradients.Length; i++)
            {
                Dim size = context.Inputs[i].Shape[Axis];
                if (context.Needs(i)) gradients[i] = context.OutputGradient.Slice(Axis, start, size);
                start += size;
            }
            return gradients;
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Concat(attributes.Value(Axis));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) =>
            Axis < 2 ? ReceptiveField.Union(inputs) : null;

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new Concat(1), SampleInput.Of([2, 3, 4]), SampleInput.Of([2, 1, 4]), SampleInput.Of([2, 5, 4])),
            new(new Concat(0), SampleInput.Of([3]), SampleInput.Of([1])),
            new(new Concat(3), SampleInput.Of([2, 3, 4, 5]), SampleInput.Of([2, 3, 4, 2])),
            new(new Concat(1), SampleInput.Of([2, 3])),
        ];
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        extension(Tensor)
        {
            /// <summary>Tensors one after the other along an axis.</summary>
            /// <exception cref="Errors.ShapeMismatchException">Sizes of other axes differ.</exception>
            public static Tensor Concat(int axis, params ReadOnlySpan<Tensor> tensors)
            {
                if (tensors.Length == 0) throw new ArgumentException("Nothing to join.");
                return Tensor.Apply(new Ops.Concat(tensors[0].Shape.Axis(axis)), tensors);
            }

            /// <summary>Tensors of one shape along a new axis.</summary>
            /// <exception cref="Errors.ShapeMismatchException">Shapes differ.</exception>
            public static Tensor Stack(int axis, params ReadOnlySpan<Tensor> tensors)
            {
                if (tensors.Length == 0) throw new ArgumentException("Nothing to stack.");
                var parts = new Tensor[tensors.Length];
                for (int i = 0; i < parts.Length; i++) parts[i] = tensors[i].Unsqueeze(axis);
                return Tensor.Concat(axis, parts);
            }
        }
    }
}
