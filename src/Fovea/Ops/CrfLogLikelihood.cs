using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// ln p(tags | emissions) of a linear-chain conditional random field (Lafferty and others, 2001):
    /// start[y₁] + Σ emissions[y_t, t] + Σ transitions[y_t−1, y_t] + end[y_L], less the logarithm of the sum of e^that over all tags.
    /// Inputs: emissions N, K, T; tags int64 N, T, of which the first length count; lengths int64 N, from 0 to T; transitions K, K, from a
    /// tag to the next; start K; end K. Output: N; 0 for a sequence of length 0.
    /// </summary>
    public sealed record CrfLogLikelihood : Op
    {
        internal const string Once = "the gradient is written by hand, and has none itself";

        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(6, 6);
            CheckInputs(inputs, 2);
            CheckTags(inputs);
            return [inputs[0] with { Shape = [inputs[0].Shape[0]] }];
        }

        /// <summary>Emissions are input 0; lengths, transitions, start and end are inputs from <paramref name="lengths"/> on.</summary>
        internal static void CheckInputs(Inputs inputs, int lengths)
        {
            inputs.RequireFloating(0);
            var emissions = inputs[0].Shape;
            if (emissions.Rank != 3) throw inputs.Fail($"takes emissions N, K, T: tags are axis 1; they are {emissions}.");
            if (inputs[lengths].Element != ElementType.Int64 || inputs[lengths].Rank != 1
                || !inputs.AreEqual(inputs[lengths].Shape[0], emissions[0]))
                throw inputs.Fail($"takes a length (Int64) for each of {emissions[0]} sequences, not {inputs[lengths]}.");
            for (int i = lengths + 1; i <= lengths + 3; i++)
            {
                bool fits = inputs[i].Element == inputs[0].Element && inputs[i].Rank == (i == lengths + 1 ? 2 : 1);
                foreach (var size in inputs[i].Shape) fits = fits && inputs.AreEqual(size, emissions[1]);
                if (!fits)
                    throw inputs.Fail("takes transitions K, K, start K and end K for emissions N, K, T; they are "
                        + $"{inputs[lengths + 1]}, {inputs[lengths + 2]}, {inputs[lengths + 3]} and {inputs[0]}.");
            }
        }

        internal static void CheckTags(Inputs inputs)
        {
            Shape emissions = inputs[0].Shape, tags = inputs[1].Shape;
            if (inputs[1].Element != ElementType.Int64 || tags.Rank != 2 || !inputs.AreEqual(tags[0], emissions[0])
                || !inputs.AreEqual(tags[1], emissions[2]))
                throw inputs.Fail($"takes tags N, T (Int64) for emissions N, K, T; they are {inputs[1]} and {inputs[0]}.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            var gradients = Tensor.ApplyAll(new CrfLogLikelihoodGradient(), [.. context.Inputs, context.OutputGradient]);
            return [gradients[0], null, null, gradients[1], gradients[2], gradients[3]];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => this;

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) => Graphs.Cost.Of(Steps(inputs), inputs, outputs);

        /// <summary>Pairs of tags at all places.</summary>
        internal static Dim Steps(Inputs inputs) => inputs[0].Shape.Count * inputs[0].Shape[1];

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => Cases().Select(c =>
            new Sample(this, [c.Emissions, Tags(c.Emissions), c.Lengths, .. Parameters(c.Emissions)]) { NotTwiceDifferentiable = Once });

        /// <summary>Emissions and lengths: several, one place, one tag, none at all, more tags than a vector has lanes.</summary>
        internal static IEnumerable<(Shape Emissions, SampleInput Lengths)> Cases() =>
        [
            ([2, 3, 5], SampleInput.Indices([2], 5, 6)), ([4, 4, 6], SampleInput.Indices([4], 1, 7)),
            ([3, 2, 1], SampleInput.Indices([3], 1, 2)), ([2, 1, 4], SampleInput.Indices([2], 2, 5)),
            ([2, 3, 4], SampleInput.Indices([2], 0, 1)), ([2, 19, 7], SampleInput.Indices([2], 6, 8)),
        ];

        internal static SampleInput Tags(Shape emissions) => SampleInput.Indices([emissions[0], emissions[2]], 0, (int)emissions[1]);

        internal static SampleInput[] Parameters(Shape emissions)
        {
            var tags = emissions[1];
            return [SampleInput.Of([tags, tags]), SampleInput.Of([tags]), SampleInput.Of([tags])];
        }
    }

    /// <summary>
    /// The gradients of <see cref="CrfLogLikelihood"/>: what the tags have less what is expected, dy · ([y_t = k] − p(y_t = k)), and for
    /// transitions Σ dy · ([y_t−1 = i, y_t = j] − p(y_t−1 = i, y_t = j)). Past a length 0. It has no gradient itself. Inputs: those of
    /// <see cref="CrfLogLikelihood"/>, then dy N. Outputs: like emissions, transitions, start and end.
    /// </summary>
    public sealed record CrfLogLikelihoodGradient : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(7, 7);
            CrfLogLikelihood.CheckInputs(inputs, 2);
            CrfLogLikelihood.CheckTags(inputs);
            if (inputs[6].Element != inputs[0].Element || inputs[6].Rank != 1 || !inputs.AreEqual(inputs[0].Shape[0], inputs[6].Shape[0]))
                throw inputs.Fail($"takes a gradient for each sequence ({inputs[0].Element} {inputs[0].Shape[0]}), not {inputs[6]}.");
            return [inputs[0], inputs[3], inputs[4], inputs[5]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => this;

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(CrfLogLikelihood.Steps(inputs) * 3, inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => CrfLogLikelihood.Cases().Select(c => new Sample(this,
            [
                c.Emissions, CrfLogLikelihood.Tags(c.Emissions), c.Lengths, .. CrfLogLikelihood.Parameters(c.Emissions),
                SampleInput.Of([c.Emissions[0]]),
            ])
        {
            NotDifferentiable = CrfLogLikelihood.Once,
            SpreadsNaN = "what is and what is expected may be added apart: ∞ − ∞ is NaN",
        });
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="emissions">N, K, T: how much each tag is wanted at each place.</param>
        extension(Tensor emissions)
        {
            /// <summary>ln p(tags) of each sequence in a linear-chain conditional random field; a loss is its opposite.</summary>
            /// <param name="tags">int64 N, T, from 0 to K − 1; those past the length are not looked at.</param>
            /// <param name="lengths">int64 N, from 0 to T.</param>
            /// <param name="transitions">K, K: from a tag (axis 0) to the next.</param>
            /// <param name="start">K: of the first tag.</param>
            /// <param name="end">K: of the last tag.</param>
            /// <returns>N.</returns>
            /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit.</exception>
            /// <exception cref="ArgumentException">When it is computed: a tag or a length is out of range.</exception>
            public Tensor CrfLogLikelihoods(Tensor tags, Tensor lengths, Tensor transitions, Tensor start, Tensor end) =>
                Tensor.Apply(new CrfLogLikelihood(), emissions, tags, lengths, transitions, start, end);

            /// <summary>The most probable tags of each sequence in a linear-chain conditional random field (Viterbi, 1967).</summary>
            /// <param name="lengths">int64 N, from 0 to T.</param>
            /// <param name="transitions">K, K: from a tag (axis 0) to the next.</param>
            /// <param name="start">K: of the first tag.</param>
            /// <param name="end">K: of the last tag.</param>
            /// <returns>int64 N, T; −1 past the length.</returns>
            /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit.</exception>
            /// <exception cref="ArgumentException">When it is computed: a length is out of range.</exception>
            public Tensor Viterbi(Tensor lengths, Tensor transitions, Tensor start, Tensor end) =>
                Tensor.Apply(new Viterbi(), emissions, lengths, transitions, start, end);
        }
    }
}
