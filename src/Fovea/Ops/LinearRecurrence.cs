namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>
    /// yₜ = xₜ + aₜ · yₜ₋₁ along an axis, from 0: exponential averages, gates of simple recurrent networks, and the gradient of a
    /// cumulative product. Reverse: yₜ = xₜ + aₜ · yₜ₊₁. Inputs: x, a, of one shape. Its gradient is a recurrence the other way.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="Reverse">Whether it goes from the end to the beginning.</param>
    public sealed record LinearRecurrence(int Axis, bool Reverse = false) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 2);
            inputs.RequireFloating(0);
            inputs.RequireSameElement();
            Shape x = inputs[0].Shape, a = inputs[1].Shape;
            bool fits = x.Rank == a.Rank;
            for (int i = 0; fits && i < x.Rank; i++) fits = inputs.AreEqual(x[i], a[i]);
            if (!fits) throw inputs.Fail($"takes values and factors of one shape, not {x} and {a}.");
            if ((uint)Axis >= (uint)x.Rank) throw inputs.Fail($"has no axis {Axis} in {x}.");
            return [inputs[0]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor a = context.Inputs[1], y = context.Outputs[0];
            int next = Reverse ? 1 : -1;
            var dx = context.OutputGradient.LinearRecurrence(Cumulative.Shift(a, Axis, next), Axis, !Reverse);
            return [dx, context.Needs(1) ? dx * Cumulative.Shift(y, Axis, -next) : null];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new LinearRecurrence(attributes.Value(Axis), attributes.Value(Reverse));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            Case(1, false, [2, 7]), Case(1, true, [2, 7]), Case(0, false, [5, 3]), Case(0, true, [4, 2]), Case(1, false, [2, 4, 3]),
            Case(1, true, [2, 6, 2, 20]), Case(2, false, [3, 5, 33]), Case(1, false, [3, 1]), Case(0, true, [1]), Case(1, false, [9, 3]),
        ];

        static Sample Case(int axis, bool reverse, Shape shape) =>
            new(new LinearRecurrence(axis, reverse), shape, shape) { MixesBatch = axis == 0 ? "it runs along axis 0" : null };
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">What is added at each step.</param>
        extension(Tensor x)
        {
            /// <summary>yₜ = xₜ + aₜ · yₜ₋₁ along an axis, from 0; reverse: yₜ = xₜ + aₜ · yₜ₊₁.</summary>
            /// <param name="factors">a, of the shape of x.</param>
            /// <param name="axis">The axis; negative ones count from the end.</param>
            /// <param name="reverse">Whether it goes from the end to the beginning.</param>
            /// <exception cref="Errors.ShapeMismatchException">The shapes differ.</exception>
            public Tensor LinearRecurrence(Tensor factors, int axis, bool reverse = false) =>
                Tensor.Apply(new Ops.LinearRecurrence(x.Shape.Axis(axis), reverse), x, factors);
        }
    }
}
