using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// Normalisation with given statistics, as in inference: y = (x − mean) / √(variance + epsilon) · scale + shift, channel by channel.
    /// Inputs: x N, C, spatial; scale, shift, mean, variance, each C. Output: like x.
    /// </summary>
    /// <param name="Epsilon">Added to the variance.</param>
    public sealed record BatchNormalization(float Epsilon = BatchNormalization.DefaultEpsilon) : Op
    {
        /// <summary>What is added to the variance unless told otherwise.</summary>
        public const float DefaultEpsilon = 1e-5f;

        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(5, 5);
            CheckChannels(inputs, "scale", "shift", "mean", "variance");
            return [inputs[0]];
        }

        /// <summary>Checks an image N, C, spatial and the vectors of C numbers after it.</summary>
        internal static void CheckChannels(Inputs inputs, params ReadOnlySpan<string> vectors)
        {
            inputs.RequireFloating(0);
            inputs.RequireSameElement();
            var x = inputs[0].Shape;
            if (x.Rank < 2) throw inputs.Fail($"takes N, C and spatial axes; the input is {x}.");
            for (int i = 0; i < vectors.Length; i++)
                if (inputs[i + 1].Rank != 1 || !inputs.AreEqual(inputs[i + 1].Shape[0], x[1]))
                    throw inputs.Fail($"expects a {vectors[i]} of {x[1]}, one number a channel of {x}; it is {inputs[i + 1].Shape}.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

        /// <inheritdoc/>
        public override Tensor[] Decompose(IReadOnlyList<Tensor> inputs)
        {
            Tensor x = inputs[0], scale = inputs[1], shift = inputs[2], mean = inputs[3], variance = inputs[4];
            var factor = scale / (variance + Epsilon).Sqrt();
            return [(x - mean.AlongChannels(x.Rank)) * factor.AlongChannels(x.Rank) + shift.AlongChannels(x.Rank)];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new BatchNormalization(attributes.Value(Epsilon));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count, inputs, outputs);

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => inputs[0];

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => Images().Select(x =>
        {
            Shape channels = [x[1]];
            return new Sample(new BatchNormalization(1e-3f), x, channels, channels, channels,
                SampleInput.Of(channels, SampleValues.Positive))
            { SpreadsNaN = TermsInAnotherOrder };
        });

        internal const string TermsInAnotherOrder = "its terms may be taken in another order: ∞ − ∞ is NaN";

        /// <summary>
        /// Images of one to three spatial axes and of none; one channel; one sample; more channels than a vector is wide.
        /// </summary>
        internal static IEnumerable<Shape> Images() =>
            [[3, 2, 4, 5], [2, 1, 3, 3], [1, 3, 4, 2], [2, 17, 3, 3], [6, 4], [2, 3, 7], [2, 2, 2, 3, 2]];
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, C, spatial.</param>
        extension(Tensor x)
        {
            /// <summary>Normalises each channel with given statistics, as in inference.</summary>
            /// <param name="scale">C numbers.</param>
            /// <param name="shift">C numbers.</param>
            /// <param name="mean">C numbers.</param>
            /// <param name="variance">C numbers, ≥ 0.</param>
            /// <param name="epsilon">Added to the variance.</param>
            /// <exception cref="Errors.ShapeMismatchException">A vector has not C numbers.</exception>
            public Tensor BatchNormalization(Tensor scale, Tensor shift, Tensor mean, Tensor variance,
                float epsilon = Ops.BatchNormalization.DefaultEpsilon) =>
                Tensor.Apply(new BatchNormalization(epsilon), x, scale, shift, mean, variance);

            /// <summary>Normalises each channel with the statistics of the batch itself, as in training.</summary>
            /// <param name="scale">C numbers.</param>
            /// <param name="shift">C numbers.</param>
            /// <param name="epsilon">Added to the variance.</param>
            /// <returns>The normalised value; the mean and the biased variance of each channel.</returns>
            /// <exception cref="Errors.ShapeMismatchException">A vector has not C numbers.</exception>
            public (Tensor Value, Tensor Mean, Tensor Variance) BatchNormalizationTraining(Tensor scale, Tensor shift,
                float epsilon = Ops.BatchNormalization.DefaultEpsilon)
            {
                var outputs = Tensor.ApplyAll(new BatchNormalizationTraining(epsilon), x, scale, shift);
                return (outputs[0], outputs[1], outputs[2]);
            }
        }
    }
}
