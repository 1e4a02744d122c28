using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// How surprised a classifier is by each label: −Σ over c of w[c] · target[c] · ln softmax(logits)[c], where the target is
    /// 1 − LabelSmoothing at the label plus LabelSmoothing / C everywhere. A negative label means none, and so does Ignored: loss 0, no
    /// gradient. Inputs: logits N, C, …; labels int64 N, …; weights w C (may be absent: 1). Output: losses N, ….
    /// </summary>
    /// <param name="LabelSmoothing">How much of the target is shared out over all classes, from 0 to 1.</param>
    /// <param name="Ignored">A further label that means none (255, say); negative ones always do.</param>
    public sealed record CrossEntropy(float LabelSmoothing = 0, long Ignored = -1) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 3);
            CheckLabels(inputs, LabelSmoothing, 2);
            return [new(inputs[0].Element, inputs[1].Shape)];
        }

        internal static void CheckLabels(Inputs inputs, float smoothing, int weights)
        {
            inputs.RequireFloating(0);
            Shape logits = inputs[0].Shape, labels = inputs[1].Shape;
            if (!(smoothing is >= 0 and <= 1)) throw inputs.Fail("has a label smoothing that is not from 0 to 1.");
            if (inputs[1].Element != ElementType.Int64)
                throw inputs.Fail($"takes labels of Int64, not {inputs[1].Element}: Cast them first.");
            bool fits = logits.Rank >= 2 && labels.Rank == logits.Rank - 1 && inputs.AreEqual(logits[0], labels[0]);
            for (int i = 1; fits && i < labels.Rank; i++) fits = inputs.AreEqual(logits[i + 1], labels[i]);
            if (!fits)
                throw inputs.Fail($"takes logits N, C, … and one label for each N, …; the logits are {logits}, the labels {labels}.");
            if (inputs.Count > weights && (inputs[weights].Element != inputs[0].Element || inputs[weights].Rank != 1
                || !inputs.AreEqual(inputs[weights].Shape[0], logits[1])))
                throw inputs.Fail($"takes one weight of {inputs[0].Element} for each of {logits[1]} classes, not {inputs[weights]}.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            var inputs = context.Inputs;
            Tensor[] weights = [.. inputs.Skip(2)];
            var dlogits = context.Needs(0)
                ? Tensor.Apply(new CrossEntropyGradient(LabelSmoothing, Ignored),
                    [inputs[0], inputs[1], context.OutputGradient, .. weights])
                : null;
            if (weights.Length == 0) return [dlogits, null];
            return [dlogits, null, context.Needs(2) ? WeightGradient(context) : null];
        }

        Tensor WeightGradient(GradientContext context)
        {
            Tensor logits = context.Inputs[0], labels = context.Inputs[1];
            var each = Targets(logits, labels, LabelSmoothing, Ignored) * -logits.LogSoftmax(1) * context.OutputGradient.Unsqueeze(1);
            return OverClasses(each);
        }

        /// <summary>Σ over everything but the classes.</summary>
        internal static Tensor OverClasses(Tensor x) => x.Sum([0, .. Enumerable.Range(2, x.Rank - 2)]);

        /// <summary>
        /// The target distributions N, C, …: 1 − smoothing at the label plus smoothing / C everywhere, zeros where there is no label.
        /// </summary>
        internal static Tensor Targets(Tensor logits, Tensor labels, float smoothing, long ignored)
        {
            var classes = logits.Shape[1];
            var column = labels.Unsqueeze(1);
            var numbers = TensorFunctions.WithAxes(Tensor.Arange(classes), labels.Rank);
            var target = column.EqualTo(numbers).Cast(logits.ElementType);
            if (smoothing != 0)
                target = (1.0 - smoothing) * target + smoothing / ((Scalar)classes).ToTensor(logits.ElementType);
            return Tensor.Where(IsLabel(column, ignored), target, Tensor.Constant(0, logits.ElementType));
        }

        /// <summary>Where there is a label.</summary>
        internal static Tensor IsLabel(Tensor labels, long ignored) =>
            ignored < 0 ? labels > -1 : (labels > -1) & labels.NotEqualTo(Tensor.Constant(ignored, ElementType.Int64));

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new CrossEntropy(attributes.Value(LabelSmoothing), attributes.Value(Ignored));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => Cases().Select(c => new Sample(new CrossEntropy(c.Smoothing, c.Ignored),
            [c.Logits, SampleInput.Indices(LabelsOf(c.Logits), c.From, (int)c.Logits[1]), .. c.WeightInputs]));

        /// <summary>A case of the samples.</summary>
        internal readonly record struct Case(float Smoothing, Shape Logits, int From, bool Weighted = false, long Ignored = -1)
        {
            public SampleInput[] WeightInputs => Weighted ? [SampleInput.Of([Logits[1]], SampleValues.Positive)] : [];
        }

        internal static IEnumerable<Case> Cases() =>
        [
            new(0, [4, 10], 0), new(0.1f, [4, 10], 0), new(0, [1, 1], 0), new(0, [3, 2, 4], -1), new(0.25f, [2, 3, 2, 3], -1),
            new(0, [5, 35], 0), new(1, [2, 4], 0), new(0, [4, 10], 0, Weighted: true), new(0.1f, [3, 35], -1, Weighted: true),
            new(0.25f, [2, 3, 2, 3], 0, Weighted: true, Ignored: 1), new(0, [7, 3], -2, Ignored: 2), new(1, [2, 18], 0, Weighted: true),
        ];

        internal static Shape LabelsOf(Shape logits) => Shape.Concat([logits[0]], logits.Slice(2, logits.Rank - 2));
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="logits">N, C, …: one number a class, before any softmax.</param>
        extension(Tensor logits)
        {
            /// <summary>
            /// The mean cross-entropy of logits and their target. With class weights or an ignored label it is the weighted mean, as in
            /// PyTorch: Σ loss / Σ weight of the labels that count, NaN where none does. Otherwise every label counts.
            /// </summary>
            /// <param name="target">
            /// Labels, int64 N, …: from 0 to C − 1, a negative one means none (its loss is 0). Or probabilities, floating, like the logits.
            /// </param>
            /// <param name="labelSmoothing">How much of the target is shared out over all classes, from 0 to 1.</param>
            /// <param name="classWeights">C: how much each class counts; absent: 1.</param>
            /// <param name="ignoredLabel">The label that means none and does not count in the mean; absent: all count.</param>
            /// <exception cref="Errors.ShapeMismatchException">There is not one label for each N, …, or weight for each class.</exception>
            /// <exception cref="ArgumentException">Probabilities have no label that could be ignored.</exception>
            public Tensor CrossEntropy(
                Tensor target, float labelSmoothing = 0, Tensor? classWeights = null, long? ignoredLabel = null)
            {
                var losses = logits.CrossEntropies(target, labelSmoothing, classWeights, ignoredLabel);
                return target.ElementType.IsFloating() || classWeights is null && ignoredLabel is null
                    ? losses.Mean()
                    : losses.Sum() / logits.LabelWeights(target, classWeights, ignoredLabel).Sum();
            }

            /// <summary>The cross-entropy of logits and their target, one loss for each label.</summary>
            /// <param name="target">
            /// Labels, int64 N, …: from 0 to C − 1, a negative one means none (its loss is 0). Or probabilities, floating, like the logits.
            /// </param>
            /// <param name="labelSmoothing">How much of the target is shared out over all classes, from 0 to 1.</param>
            /// <param name="classWeights">C: what the part of each class is multiplied by; absent: 1.</param>
            /// <param name="ignoredLabel">A further label that means none.</param>
            /// <returns>N, ….</returns>
            /// <exception cref="Errors.ShapeMismatchException">There is not one label for each N, …, or weight for each class.</exception>
            /// <exception cref="ArgumentException">Probabilities have no label that could be ignored.</exception>
            public Tensor CrossEntropies(
                Tensor target, float labelSmoothing = 0, Tensor? classWeights = null, long? ignoredLabel = null)
            {
                ArgumentNullException.ThrowIfNull(target);
                if (!target.ElementType.IsFloating())
                    return Tensor.Apply(new CrossEntropy(labelSmoothing, ignoredLabel ?? -1),
                        classWeights is null ? [logits, target] : [logits, target, classWeights]);
                if (ignoredLabel is not null)
                    throw new ArgumentException("Targets that are probabilities have no label to ignore.", nameof(ignoredLabel));
                if (labelSmoothing != 0)
                    target = (1.0 - labelSmoothing) * target + labelSmoothing / ((Scalar)logits.Shape[1]).ToTensor(target.ElementType);
                var terms = target * logits.LogSoftmax(1);
                if (classWeights is not null) terms *= AlongClasses(classWeights, logits.Rank);
                return -terms.Sum(1);
            }

            /// <summary>
            /// −w[label] · x[label] of logarithms of probabilities (what LogSoftmax gives), one loss for each label: torch's nll_loss.
            /// </summary>
            /// <param name="labels">int64, N, …: from 0 to C − 1, a negative one means none: its loss is 0.</param>
            /// <param name="classWeights">C: how much each class counts; absent: 1.</param>
            /// <param name="ignoredLabel">A further label that means none.</param>
            /// <returns>N, …. Its weighted mean is <c>Sum() / LabelWeights(…).Sum()</c>.</returns>
            public Tensor NegativeLogLikelihoods(Tensor labels, Tensor? classWeights = null, long? ignoredLabel = null)
            {
                var isLabel = Ops.CrossEntropy.IsLabel(labels, ignoredLabel ?? -1);
                // What means none may be no class; any other label that is none is refused where it is looked up.
                var places = Tensor.Where(isLabel, labels, Tensor.Constant(0, ElementType.Int64)).Unsqueeze(1);
                var losses = Tensor.Where(isLabel, -Tensor.Apply(new GatherElements(1), logits, places).Squeeze(1),
                    Tensor.Constant(0, logits.ElementType));
                return classWeights is null ? losses : losses * logits.LabelWeights(labels, classWeights, ignoredLabel);
            }

            /// <summary>What each label counts: the weight of its class, 0 where there is none.</summary>
            /// <param name="labels">int64, N, ….</param>
            /// <param name="classWeights">C; absent: 1.</param>
            /// <param name="ignoredLabel">A further label that means none.</param>
            /// <returns>N, …, of the logits' element type.</returns>
            public Tensor LabelWeights(Tensor labels, Tensor? classWeights = null, long? ignoredLabel = null)
            {
                var isLabel = Ops.CrossEntropy.IsLabel(labels, ignoredLabel ?? -1);
                if (classWeights is null) return isLabel.Cast(logits.ElementType);
                // An ignored label may be no place in the weights.
                var places = Tensor.Where(isLabel, labels, Tensor.Constant(0, ElementType.Int64));
                return Tensor.Where(isLabel, classWeights.Gather(places), Tensor.Constant(0, logits.ElementType));
            }
        }

        /// <summary>A value a class, C, broadcast along N, C, ….</summary>
        internal static Tensor AlongClasses(Tensor values, int rank) => WithAxes(values, rank - 1);

        /// <summary>A value with axes of size 1 behind its own, up to a rank.</summary>
        internal static Tensor WithAxes(Tensor x, int rank) =>
            rank <= x.Rank ? x : x.Reshape(new Shape([.. x.Shape, .. Enumerable.Repeat((Dim)1, rank - x.Rank)]));
    }
}
