using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// How surprised a classifier is by each label: −Σ over c of target[c] · ln softmax(logits)[c], where the target is 1 − LabelSmoothing
    /// at the label plus LabelSmoothing / C everywhere. A negative label means none: loss 0, no gradient.
    /// Inputs: logits N, C, …; labels int64 N, …. Output: losses N, ….
    /// </summary>
    /// <param name="LabelSmoothing">How much of the target is shared out over all classes, from 0 to 1.</param>
    public sealed record CrossEntropy(float LabelSmoothing = 0) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 2);
            CheckLabels(inputs, LabelSmoothing);
            return [new(inputs[0].Element, inputs[1].Shape)];
        }

        internal static void CheckLabels(Inputs inputs, float smoothing)
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
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
        [
            Tensor.Apply(new CrossEntropyGradient(LabelSmoothing), context.Inputs[0], context.Inputs[1], context.OutputGradient), null,
        ];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new CrossEntropy(attributes.Value(LabelSmoothing));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => Cases().Select(c =>
            new Sample(new CrossEntropy(c.Smoothing), c.Logits, SampleInput.Indices(LabelsOf(c.Logits), c.From, (int)c.Logits[1])));

        internal static IEnumerable<(float Smoothing, Shape Logits, int From)> Cases() =>
        [
            (0, [4, 10], 0), (0.1f, [4, 10], 0), (0, [1, 1], 0), (0, [3, 2, 4], -1), (0.25f, [2, 3, 2, 3], -1), (0, [5, 35], 0),
            (1, [2, 4], 0),
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
            /// <summary>The mean cross-entropy of logits and labels.</summary>
            /// <param name="labels">int64, N, …: from 0 to C − 1. A negative one means none: its loss is 0 (and counts).</param>
            /// <param name="labelSmoothing">How much of the target is shared out over all classes, from 0 to 1.</param>
            /// <exception cref="Errors.ShapeMismatchException">There is not one label for each N, ….</exception>
            public Tensor CrossEntropy(Tensor labels, float labelSmoothing = 0) => logits.CrossEntropies(labels, labelSmoothing).Mean();

            /// <summary>The cross-entropy of logits and labels, one loss for each label.</summary>
            /// <param name="labels">int64, N, …: from 0 to C − 1. A negative label means none: its loss is 0.</param>
            /// <param name="labelSmoothing">How much of the target is shared out over all classes, from 0 to 1.</param>
            /// <returns>N, ….</returns>
            /// <exception cref="Errors.ShapeMismatchException">There is not one label for each N, ….</exception>
            public Tensor CrossEntropies(Tensor labels, float labelSmoothing = 0) =>
                Tensor.Apply(new CrossEntropy(labelSmoothing), logits, labels);
        }
    }
}
