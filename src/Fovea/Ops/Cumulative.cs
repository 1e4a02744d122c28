namespace Fovea.Ops
{
    using Fovea.Graphs;
    using Fovea.Tensors;

    /// <summary>What <see cref="CumulativeSum"/> and <see cref="CumulativeProduct"/> share: the axis and the direction.</summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="Exclusive">Whether an element's own value is left out: the first is then 0, of products 1.</param>
    /// <param name="Reverse">Whether it goes from the end to the beginning.</param>
    public abstract record Cumulative(int Axis, bool Exclusive, bool Reverse) : Op
    {
        /// <inheritdoc/>
        public sealed override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            if ((uint)Axis >= (uint)inputs[0].Rank) throw inputs.Fail($"has no axis {Axis} in {inputs[0].Shape}.");
            if (inputs[0].Element == ElementType.Bool) throw inputs.Fail("takes numbers, not truth values: Cast the input first.");
            return [inputs[0]];
        }

        /// <summary>The same values one place later along the axis (or earlier), 0 where nothing comes from.</summary>
        internal static Tensor Shift(Tensor x, int axis, int by)
        {
            var before = Dims.Repeat(0, x.Rank);
            return x.Pad(before.With(axis, by), before.With(axis, -by));
        }

        /// <inheritdoc/>
        public sealed override IEnumerable<Sample> Samples()
        {
            (int Axis, Shape Shape)[] cases =
                [(1, [2, 7]), (0, [5, 3]), (1, [2, 4, 3]), (2, [3, 5, 33]), (1, [2, 6, 2, 20]), (0, [1]), (1, [3, 1]), (1, [9, 2])];
            int i = 0;
            foreach (var (axis, shape) in cases)
            {
                foreach (bool reverse in (bool[])[false, true])
                {
                    var op = this with { Axis = axis, Exclusive = i++ % 3 == 1, Reverse = reverse };
                    yield return new(op, SampleInput.Of(shape)) { MixesBatch = axis == 0 ? "it runs along axis 0" : null };
                }
            }
            // Zeros, at which a product's gradient must not divide.
            var zeros = new SampleInput(TensorType.Float([3, 6]), SampleValues.Integers, -1, 3);
            foreach (bool exclusive in (bool[])[false, true])
                foreach (bool reverse in (bool[])[false, true])
                    yield return new(this with { Axis = 1, Exclusive = exclusive, Reverse = reverse }, zeros);
        }
    }

    /// <summary>
    /// yₜ = Σ over i ≤ t of xᵢ along an axis; without xₜ itself (exclusive), or over i ≥ t (reverse). ONNX: CumSum.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="Exclusive">Whether an element's own value is left out: the first is then 0.</param>
    /// <param name="Reverse">Whether it goes from the end to the beginning.</param>
    public sealed record CumulativeSum(int Axis, bool Exclusive = false, bool Reverse = false) : Cumulative(Axis, Exclusive, Reverse)
    {
        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new CumulativeSum(Axis, Exclusive, !Reverse), context.OutputGradient)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new CumulativeSum(attributes.Value(Axis), attributes.Value(Exclusive), attributes.Value(Reverse));
    }

    /// <summary>
    /// yₜ = Π over i ≤ t of xᵢ along an axis; without xₜ itself (exclusive), or over i ≥ t (reverse). The gradient is right at zeros, too.
    /// </summary>
    /// <param name="Axis">The axis, from 0.</param>
    /// <param name="Exclusive">Whether an element's own value is left out: the first is then 1.</param>
    /// <param name="Reverse">Whether it goes from the end to the beginning.</param>
    public sealed record CumulativeProduct(int Axis, bool Exclusive = false, bool Reverse = false) : Cumulative(Axis, Exclusive, Reverse)
    {
        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            // dxᵢ = Σ over t of gₜ · (product of what precedes i) · (product of what lies between i and t): the sum over t is a
            // recurrence from the end, and nothing is divided by.
            Tensor x = context.Inputs[0], gradient = context.OutputGradient;
            int next = Reverse ? 1 : -1;
            var later = Shift(x, Axis, next);
            if (Exclusive) gradient = Shift(gradient, Axis, next);
            return [x.CumulativeProduct(Axis, exclusive: true, Reverse) * gradient.LinearRecurrence(later, Axis, !Reverse)];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new CumulativeProduct(attributes.Value(Axis), attributes.Value(Exclusive), attributes.Value(Reverse));
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
            /// <summary>The sums of all elements up to each along an axis.</summary>
            /// <param name="axis">The axis; negative ones count from the end.</param>
            /// <param name="exclusive">Whether an element's own value is left out.</param>
            /// <param name="reverse">Whether it goes from the end to the beginning.</param>
            public Tensor CumulativeSum(int axis, bool exclusive = false, bool reverse = false) =>
                Tensor.Apply(new CumulativeSum(x.Shape.Axis(axis), exclusive, reverse), x);

            /// <summary>The products of all elements up to each along an axis.</summary>
            /// <param name="axis">The axis; negative ones count from the end.</param>
            /// <param name="exclusive">Whether an element's own value is left out.</param>
            /// <param name="reverse">Whether it goes from the end to the beginning.</param>
            public Tensor CumulativeProduct(int axis, bool exclusive = false, bool reverse = false) =>
                Tensor.Apply(new CumulativeProduct(x.Shape.Axis(axis), exclusive, reverse), x);
        }
    }
}
