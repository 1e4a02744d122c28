namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>Reorders the axes: output axis i is input axis Order[i]. ONNX: Transpose.</summary>
    /// <param name="Order">A permutation of the axes.</param>
    public sealed record Transpose(Dims Order) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            var shape = inputs[0].Shape;
            int seen = 0;
            foreach (int axis in Order.AsSpan())
            {
                if ((uint)axis >= (uint)shape.Rank || (seen & 1 << axis) != 0)
                    throw inputs.Fail($"cannot reorder {shape} by {Order}: name every axis once.");
                seen |= 1 << axis;
            }
            if (Order.Count != shape.Rank) throw inputs.Fail($"cannot reorder {shape} by {Order}: name every axis once.");
            return [inputs[0] with { Shape = new Shape([.. Order.Select(axis => shape[axis])]) }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Span<int> inverse = stackalloc int[Dims.Capacity];
            for (int i = 0; i < Order.Count; i++) inverse[Order[i]] = i;
            return [context.OutputGradient.Transpose(inverse[..Order.Count])];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Transpose(attributes.Value(Order));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new Transpose([1, 0]), SampleInput.Of([3, 5])),
            new(new Transpose([0, 2, 3, 1]), SampleInput.Of([2, 3, 4, 5])),
            new(new Transpose([3, 1, 0, 2]), SampleInput.Of([2, 3, 4, 5])),
            new(new Transpose([0, 1]), SampleInput.Of([2, 2])),
        ];
    }
}

namespace Fovea
{
    using Fovea.Tensors;

    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>Reorders the axes: output axis i is input axis order[i]; without an order, the axes are reversed.</summary>
            /// <exception cref="Errors.ShapeMismatchException">The order is no permutation of the axes.</exception>
            public Tensor Transpose(params ReadOnlySpan<int> order)
            {
                if (order.Length > 0) return IsIdentity(order, x.Rank) ? x : Tensor.Apply(new Ops.Transpose(new Dims(order)), x);
                Span<int> reversed = stackalloc int[Dims.Capacity];
                for (int i = 0; i < x.Rank; i++) reversed[i] = x.Rank - 1 - i;
                return x.Rank < 2 ? x : Tensor.Apply(new Ops.Transpose(new Dims(reversed[..x.Rank])), x);
            }

            /// <summary>Brings one axis to another place; the others keep their order. Negative axes count from the end.</summary>
            public Tensor MoveAxis(int from, int to)
            {
                (from, to) = (x.Shape.Axis(from), x.Shape.Axis(to));
                Span<int> order = stackalloc int[Dims.Capacity];
                for (int i = 0, axis = 0; i < x.Rank; i++)
                {
                    if (axis == from) axis++;
                    order[i] = i == to ? from : axis++;
                }
                return x.Transpose(order[..x.Rank]);
            }
        }

        static bool IsIdentity(ReadOnlySpan<int> order, int rank)
        {
            for (int i = 0; i < order.Length; i++)
                if (order[i] != i) return false;
            return order.Length == rank;
        }
    }
}
