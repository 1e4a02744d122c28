using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// y = x / √(mean(x²) + epsilon) · scale, the mean taken over the axes from Axis to the last (Zhang and Sennrich, 2019): layer
    /// normalisation without its mean and shift. ONNX: RMSNormalization. Inputs: x; scale, of the sizes of those axes. Output: like x.
    /// </summary>
    /// <param name="Axis">The first of the axes, from 0.</param>
    /// <param name="Epsilon">Added to the mean of squares.</param>
    public sealed record RmsNormalization(int Axis, float Epsilon = BatchNormalization.DefaultEpsilon) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 2);
            NormalizationInputs.CheckTrailing(inputs, Axis, "scale");
            return [inputs[0]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [.. Tensor.ApplyAll(new RmsNormalizationGradient(Axis, Epsilon),
            context.Inputs[0], context.Inputs[1], context.OutputGradient)];

        /// <inheritdoc/>
        public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs) => [inputs[0] / Root(inputs[0], Axis, Epsilon) * inputs[1]];

        /// <summary>√(mean(x²) + epsilon) with the reduced axes kept.</summary>
        internal static Tensor Root(Tensor x, int axis, float epsilon) =>
            (x.Square().Mean(NormalizationInputs.Trailing(axis, x.Rank), keepAxes: true) + epsilon).Sqrt();

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new RmsNormalization(attributes.Value(Axis), attributes.Value(Epsilon));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * 2, inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => NormalizationInputs.TrailingCases().Select(c =>
            new Sample(new RmsNormalization(c.Axis, 0.1f), c.X, c.X.Slice(c.Axis, c.X.Rank - c.Axis))
            {
                MixesBatch = NormalizationInputs.Mixes(c.Axis), SpreadsNaN = BatchNormalization.TermsInAnotherOrder,
            });
    }

    /// <summary>
    /// The gradient of <see cref="RmsNormalization"/>. With x̂ = x / √(mean(x²) + epsilon) and g = dy · scale:
    /// dx = (g − x̂ · mean(g · x̂)) / √(mean(x²) + epsilon), dscale = Σ dy · x̂.
    /// Inputs: x; scale; dy like x. Outputs: dx like x; dscale like scale.
    /// </summary>
    /// <param name="Axis">The first of the axes, from 0.</param>
    /// <param name="Epsilon">Added to the mean of squares.</param>
    public sealed record RmsNormalizationGradient(int Axis, float Epsilon = BatchNormalization.DefaultEpsilon) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(3, 3);
            NormalizationInputs.CheckTrailing(inputs, Axis, "scale");
            NormalizationInputs.RequireLikeInput(inputs, 2);
            return [inputs[0], inputs[1]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

        /// <inheritdoc/>
        public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
        {
            Tensor x = inputs[0], g = inputs[2] * inputs[1];
            var root = RmsNormalization.Root(x, Axis, Epsilon);
            var normal = x / root;
            var mean = (g * normal).Mean(NormalizationInputs.Trailing(Axis, x.Rank), keepAxes: true);
            return [(g - normal * mean) / root, NormalizationInputs.SumLeading(inputs[2] * normal, Axis)];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new RmsNormalizationGradient(attributes.Value(Axis), attributes.Value(Epsilon));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * 8, inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => NormalizationInputs.TrailingCases().Select(c =>
            new Sample(new RmsNormalizationGradient(c.Axis, 0.1f), c.X, c.X.Slice(c.Axis, c.X.Rank - c.Axis), c.X)
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
            /// Divides by the root mean square over the last axes, as many as the scale has: x / √(mean(x²) + epsilon) · scale.
            /// </summary>
            /// <param name="scale">A number for each element of the last axes.</param>
            /// <param name="epsilon">Added to the mean of squares.</param>
            /// <exception cref="Errors.ShapeMismatchException">The scale has not the sizes of the last axes.</exception>
            public Tensor RmsNormalization(Tensor scale, float epsilon = Ops.BatchNormalization.DefaultEpsilon) =>
                Tensor.Apply(new RmsNormalization(x.Rank - scale.Rank, epsilon), x, scale);
        }
    }
}
