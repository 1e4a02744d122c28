using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// y = (x − mean) / √(variance + epsilon) · scale + shift, where mean and biased variance are taken over the axes from Axis to the
    /// last (Ba and others, 2016). ONNX: LayerNormalization. Inputs: x; scale and shift, each of the sizes of those axes. Output: like x.
    /// </summary>
    /// <param name="Axis">The first of the axes, from 0.</param>
    /// <param name="Epsilon">Added to the variance.</param>
    public sealed record LayerNormalization(int Axis, float Epsilon = BatchNormalization.DefaultEpsilon) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(3, 3);
            NormalizationInputs.CheckTrailing(inputs, Axis, "scale", "shift");
            return [inputs[0]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [.. Tensor.ApplyAll(new LayerNormalizationGradient(Axis, Epsilon),
            context.Inputs[0], context.Inputs[1], context.OutputGradient)];

        /// <inheritdoc/>
        public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
        {
            var (centred, deviation) = Normalise(inputs[0], Axis, Epsilon);
            return [centred / deviation * inputs[1] + inputs[2]];
        }

        /// <summary>x − mean, and √(variance + epsilon) with the reduced axes kept.</summary>
        internal static (Tensor Centred, Tensor Deviation) Normalise(Tensor x, int axis, float epsilon)
        {
            int[] axes = NormalizationInputs.Trailing(axis, x.Rank);
            var centred = x - x.Mean(axes, keepAxes: true);
            return (centred, (centred.Square().Mean(axes, keepAxes: true) + epsilon).Sqrt());
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new LayerNormalization(attributes.Value(Axis), attributes.Value(Epsilon));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * 3, inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => NormalizationInputs.TrailingCases().Select(c =>
        {
            var parameter = c.X.Slice(c.Axis, c.X.Rank - c.Axis);
            return new Sample(new LayerNormalization(c.Axis, 0.1f), c.X, parameter, parameter)
            {
                MixesBatch = NormalizationInputs.Mixes(c.Axis), SpreadsNaN = BatchNormalization.TermsInAnotherOrder,
            };
        });
    }

    /// <summary>
    /// The gradient of <see cref="LayerNormalization"/>. With x̂ = (x − mean) / √(variance + epsilon), g = dy · scale and means over the
    /// normalised axes: dx = (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + epsilon), dscale = Σ dy · x̂, dshift = Σ dy.
    /// Inputs: x; scale; dy like x. Outputs: dx like x; dscale and dshift like scale.
    /// </summary>
    /// <param name="Axis">The first of the axes, from 0.</param>
    /// <param name="Epsilon">Added to the variance.</param>
    public sealed record LayerNormalizationGradient(int Axis, float Epsilon = BatchNormalization.DefaultEpsilon) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(3, 3);
            NormalizationInputs.CheckTrailing(inputs, Axis, "scale");
            NormalizationInputs.RequireLikeInput(inputs, 2);
            return [inputs[0], inputs[1], inputs[1]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

        /// <inheritdoc/>
        public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
        {
            Tensor x = inputs[0], g = inputs[2] * inputs[1];
            int[] axes = NormalizationInputs.Trailing(Axis, x.Rank);
            var (centred, deviation) = LayerNormalization.Normalise(x, Axis, Epsilon);
            var normal = centred / deviation;
            var dx = (g - g.Mean(axes, keepAxes: true) - normal * (g * normal).Mean(axes, keepAxes: true)) / deviation;
            return [dx, NormalizationInputs.SumLeading(inputs[2] * normal, Axis), NormalizationInputs.SumLeading(inputs[2], Axis)];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new LayerNormalizationGradient(attributes.Value(Axis), attributes.Value(Epsilon));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * 10, inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => NormalizationInputs.TrailingCases().Select(c =>
            new Sample(new LayerNormalizationGradient(c.Axis, 0.1f), c.X, c.X.Slice(c.Axis, c.X.Rank - c.Axis), c.X)
            {
                MixesBatch = NormalizationInputs.Mixes(c.Axis), SpreadsNaN = BatchNormalization.TermsInAnotherOrder,
            });
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">The input.</param>
        extension(Tensor x)
        {
            /// <summary>
            /// Normalises over the last axes, as many as the scale has: (x − mean) / √(variance + epsilon) · scale + shift.
            /// </summary>
            /// <param name="scale">A number for each element of the last axes.</param>
            /// <param name="shift">A number for each element of the last axes.</param>
            /// <param name="epsilon">Added to the variance.</param>
            /// <exception cref="Errors.ShapeMismatchException">Scale or shift have not the sizes of the last axes.</exception>
            public Tensor LayerNormalization(Tensor scale, Tensor shift, float epsilon = Ops.BatchNormalization.DefaultEpsilon) =>
                Tensor.Apply(new LayerNormalization(x.Rank - scale.Rank, epsilon), x, scale, shift);
        }
    }
}
