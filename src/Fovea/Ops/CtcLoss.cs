using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// −ln p(target | logits) summed over all ways to spell the target in the frames (connectionist temporal classification, Graves and
    /// others, 2006): a way is a class for each frame, repetitions count once unless a blank stands between, then blanks go.
    /// Inputs: logits N, C, T (their softmax over C is taken here; logarithms of probabilities are logits, too); targets int64 N, S, of
    /// which the first target length count; input lengths int64 N, from 0 to T; target lengths int64 N, from 0 to S. Output: losses N,
    /// infinite where the frames are too few.
    /// </summary>
    /// <param name="Blank">The class that stands for nothing.</param>
    /// <param name="ZeroInfinity">Whether an infinite loss counts 0, without a gradient.</param>
    public sealed record CtcLoss(int Blank = 0, bool ZeroInfinity = false) : Op
    {
        internal const string Once = "the gradient is written by hand, and has none itself";

        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(4, 4);
            CheckInputs(inputs, Blank);
            return [inputs[0] with { Shape = [inputs[0].Shape[0]] }];
        }

        internal static void CheckInputs(Inputs inputs, int blank)
        {
            inputs.RequireFloating(0);
            Shape logits = inputs[0].Shape, targets = inputs[1].Shape;
            for (int i = 1; i < 4; i++)
                if (inputs[i].Element != ElementType.Int64)
                    throw inputs.Fail($"takes targets and lengths of Int64, not {inputs[i].Element}: Cast them first.");
            bool fits = logits.Rank == 3 && targets.Rank == 2 && inputs.AreEqual(logits[0], targets[0]);
            for (int i = 2; fits && i < 4; i++) fits = inputs[i].Rank == 1 && inputs.AreEqual(logits[0], inputs[i].Shape[0]);
            if (!fits)
                throw inputs.Fail("takes logits N, C, T, targets N, S, input lengths N and target lengths N; "
                    + $"they are {logits}, {targets}, {inputs[2].Shape} and {inputs[3].Shape}.");
            if (blank < 0 || logits[1].IsKnown && blank >= logits[1].Value)
                throw inputs.Fail($"has blank {blank}; there are {logits[1]} classes, counted from 0.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new CtcLossGradient(Blank, ZeroInfinity), [.. context.Inputs, context.OutputGradient]), null, null, null];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new CtcLoss(attributes.Value(Blank), attributes.Value(ZeroInfinity));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) => Graphs.Cost.Of(States(inputs), inputs, outputs);

        /// <summary>Frames times the places of a target with blanks around: each joins three ways.</summary>
        internal static Dim States(Inputs inputs) =>
            inputs[0].Shape[0] * inputs[0].Shape[2] * (2 * inputs[1].Shape[1] + 1) * 3;

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => Cases().Select(c =>
            new Sample(new CtcLoss(c.Blank, c.ZeroInfinity), c.Inputs) { NotTwiceDifferentiable = Once });

        internal static IEnumerable<(int Blank, bool ZeroInfinity, SampleInput[] Inputs)> Cases()
        {
            yield return Case([2, 4, 6], 2, (6, 7), (1, 3));
            yield return Case([3, 5, 9], 3, (6, 10), (0, 4), blank: 4);
            yield return Case([1, 2, 1], 1, (1, 2), (1, 2));                    // one frame, one label
            yield return Case([2, 3, 4], 2, (0, 1), (0, 1));                    // nothing in nothing
            yield return Case([2, 3, 3], 5, (2, 4), (4, 6), zeroInfinity: true);    // too few frames
            yield return Case([2, 20, 30], 14, (28, 31), (9, 15));              // more classes and places than a vector has lanes
            yield return Case([2, 2, 12], 4, (10, 13), (3, 5));                 // one label again and again
        }

        static (int, bool, SampleInput[]) Case(Shape logits, int width, (int From, int To) frames, (int From, int To) lengths,
            int blank = 0, bool zeroInfinity = false)
        {
            // Labels are no blank: it is the first class, or the last.
            int classes = (int)logits[1], first = blank == 0 ? 1 : 0;
            return (blank, zeroInfinity,
            [
                logits, SampleInput.Indices([logits[0], width], first, first + classes - 1),
                SampleInput.Indices([logits[0]], frames.From, frames.To), SampleInput.Indices([logits[0]], lengths.From, lengths.To),
            ]);
        }
    }

    /// <summary>
    /// The gradient of <see cref="CtcLoss"/>: dlogits[c, t] = dloss · (softmax(logits)[c, t] − the share of all ways, by their probability,
    /// that have class c in frame t); 0 past the input length. Where there is no way NaN, or 0 with ZeroInfinity. It has no gradient
    /// itself. Inputs: those of <see cref="CtcLoss"/>, then dloss N. Output: like the logits.
    /// </summary>
    /// <param name="Blank">The class that stands for nothing.</param>
    /// <param name="ZeroInfinity">Whether an infinite loss has no gradient.</param>
    public sealed record CtcLossGradient(int Blank = 0, bool ZeroInfinity = false) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(5, 5);
            CtcLoss.CheckInputs(inputs, Blank);
            if (inputs[4].Element != inputs[0].Element || inputs[4].Rank != 1 || !inputs.AreEqual(inputs[0].Shape[0], inputs[4].Shape[0]))
                throw inputs.Fail($"takes a gradient for each loss ({inputs[0].Element} {inputs[0].Shape[0]}), not {inputs[4]}.");
            return [inputs[0]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new CtcLossGradient(attributes.Value(Blank), attributes.Value(ZeroInfinity));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(CtcLoss.States(inputs) * 2, inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => CtcLoss.Cases().Select(c =>
            new Sample(new CtcLossGradient(c.Blank, c.ZeroInfinity), [.. c.Inputs, SampleInput.Of([c.Inputs[0].Type.Shape[0]])])
            {
                NotDifferentiable = CtcLoss.Once,
            });
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="logits">N, C, T: one number a class and frame; their softmax is taken, what is normalised stays.</param>
        extension(Tensor logits)
        {
            /// <summary>
            /// The mean of −ln p(target) / target length (at least 1) over the samples, as in torch.nn.functional.ctc_loss.
            /// </summary>
            /// <param name="targets">int64 N, S: labels other than the blank; those past the target length are not looked at.</param>
            /// <param name="inputLengths">int64 N: how many frames each sample has, from 0 to T.</param>
            /// <param name="targetLengths">int64 N: how many labels each sample has, from 0 to S.</param>
            /// <param name="blank">The class that stands for nothing.</param>
            /// <param name="zeroInfinity">Whether a target that the frames are too few for counts 0; else the loss is infinite.</param>
            /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit.</exception>
            /// <exception cref="ArgumentException">When computed: a label is no class or the blank, a length is out of range.</exception>
            public Tensor CtcLoss(
                Tensor targets, Tensor inputLengths, Tensor targetLengths, int blank = 0, bool zeroInfinity = false) =>
                (logits.CtcLosses(targets, inputLengths, targetLengths, blank, zeroInfinity)
                    / targetLengths.Cast(logits.ElementType).Maximum(Tensor.Constant(1, logits.ElementType))).Mean();

            /// <summary>−ln p(target) of each sample, summed over all ways to spell the target in the frames.</summary>
            /// <param name="targets">int64 N, S: labels other than the blank; those past the target length are not looked at.</param>
            /// <param name="inputLengths">int64 N: how many frames each sample has, from 0 to T.</param>
            /// <param name="targetLengths">int64 N: how many labels each sample has, from 0 to S.</param>
            /// <param name="blank">The class that stands for nothing.</param>
            /// <param name="zeroInfinity">Whether a target that the frames are too few for counts 0; else the loss is infinite.</param>
            /// <returns>N.</returns>
            /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit.</exception>
            /// <exception cref="ArgumentException">When computed: a label is no class or the blank, a length is out of range.</exception>
            public Tensor CtcLosses(
                Tensor targets, Tensor inputLengths, Tensor targetLengths, int blank = 0, bool zeroInfinity = false) =>
                Tensor.Apply(new CtcLoss(blank, zeroInfinity), logits, targets, inputLengths, targetLengths);
        }
    }
}
