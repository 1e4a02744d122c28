using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// The K largest elements along the last axis, in the order in which they stand there (Kalchbrenner and others, 2014); of equal ones
    /// the first, NaN before all. Inputs: x N, C, L; and how many elements of each sample count, int64, N (may be absent: all). Outputs:
    /// values N, C, K; and their places, int64. Where a sample has fewer than K elements, value 0 and index −1 follow.
    /// </summary>
    /// <param name="K">How many; it may be an expression of sizes.</param>
    public sealed record KMaxPool(Dim K) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 2);
            inputs.RequireFloating(0);
            var x = inputs[0].Shape;
            if (x.Rank != 3) throw inputs.Fail($"takes N, C, L; the input {x} has {x.Rank} axes: Reshape first.");
            if (K.IsKnown && K.Value is < 1 or > int.MaxValue) throw inputs.Fail($"keeps the {K} largest: at least 1.");
            if ((K - x[2]) is { IsKnown: true } more && more.Value > 0)
                throw inputs.Fail($"keeps the {K} largest of {x[2]}: the input {x} has {more} too few along axis 2; "
                    + "Pad it, or keep fewer.");
            if (inputs.Count == 2)
            {
                var lengths = inputs[1];
                if (lengths.Element != ElementType.Int64 || lengths.Rank != 1 || !inputs.AreEqual(lengths.Shape[0], x[0]))
                    throw inputs.Fail($"takes one length for each of {x[0]} samples, Int64 {x[0]}, not {lengths}.");
            }
            var output = x.With(2, K);
            return [new(inputs[0].Element, output), new(ElementType.Int64, output)];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            var dx = Tensor.Apply(new MaxPoolGradient(context.Inputs[0].Shape.Slice(2, 1)), context.OutputGradient, context.Outputs[1]);
            return context.Inputs.Count == 1 ? [dx] : [dx, null];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new KMaxPool(attributes.Value(K));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples()
        {
            foreach (var (shape, k) in new (Shape, int)[]
            {
                ([2, 3, 7], 3), ([1, 2, 5], 5), ([2, 17, 9], 1), ([3, 1, 1], 1), ([1, 2, 100], 4), ([2, 33, 21], 8), ([1, 70, 6], 1),
            })
            {
                yield return new(new KMaxPool(k), SampleInput.Of(shape, SampleValues.Distinct));
                yield return new(new KMaxPool(k), SampleInput.Of(shape, SampleValues.Distinct),
                    SampleInput.Indices([shape[0]], 0, (int)shape[2] + 1));
            }
        }
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, C, L.</param>
        extension(Tensor x)
        {
            /// <summary>
            /// The k largest elements of each channel along the last axis, in the order in which they stand there (Kalchbrenner and others,
            /// 2014). Of equal ones the first are kept.
            /// </summary>
            /// <param name="k">How many; an expression of sizes, too.</param>
            /// <param name="lengths">
            /// How many elements of each sample count, int64, N; null: all. Zeros follow where they are fewer than k.
            /// </param>
            /// <returns>N, C, k.</returns>
            /// <exception cref="Errors.ShapeMismatchException">The axis has fewer than k elements.</exception>
            public Tensor KMaxPool(Dim k, Tensor? lengths = null) =>
                lengths is null ? Tensor.Apply(new KMaxPool(k), x) : Tensor.Apply(new KMaxPool(k), x, lengths);

            /// <summary>As <c>KMaxPool</c>, and where the elements stand: int64, N, C, k, ascending.</summary>
            public (Tensor Values, Tensor Indices) KMaxPoolWithIndices(Dim k, Tensor? lengths = null)
            {
                var outputs = lengths is null ? Tensor.ApplyAll(new KMaxPool(k), x) : Tensor.ApplyAll(new KMaxPool(k), x, lengths);
                return (outputs[0], outputs[1]);
            }

            /// <summary>
            /// k-max pooling between the layers of a network for sentences of length s: layer l of L keeps
            /// k = max(kTop, ⌈(L − l) / L · s⌉) elements (Kalchbrenner and others, 2014).
            /// </summary>
            /// <param name="layer">l, from 1 to L; the last keeps kTop.</param>
            /// <param name="layers">L, the number of convolutional layers.</param>
            /// <param name="kTop">What the last layer keeps.</param>
            /// <param name="sentence">s, the length of the network's input; null: this input's last axis.</param>
            /// <returns>N, C, k.</returns>
            /// <exception cref="Errors.ShapeMismatchException">The axis has fewer than k elements.</exception>
            public Tensor DynamicKMaxPool(int layer, int layers, int kTop, Dim? sentence = null) =>
                x.KMaxPool(DynamicK(layer, layers, kTop, sentence ?? x.Shape[-1]));

            /// <summary>
            /// The largest element of each channel over time (Collobert and others, 2011), among the elements that count: padding changes
            /// nothing. A sample of length 0 gives 0.
            /// </summary>
            /// <param name="lengths">How many elements of each sample count, int64, N; null: all.</param>
            /// <returns>N, C.</returns>
            public Tensor MaxOverTime(Tensor? lengths = null) => lengths is null && x.Rank == 3
                ? x.Max(2) : x.KMaxPool(1, lengths).Squeeze(2);
        }

        /// <summary>max(kTop, ⌈(L − l) / L · s⌉).</summary>
        internal static Dim DynamicK(int layer, int layers, int kTop, Dim sentence)
        {
            if (layers < 1 || layer < 1 || layer > layers || kTop < 1)
                throw new ArgumentException(
                    $"Layer {layer} of {layers} keeps at least {kTop}: layers are counted from 1, and 1 is the least.");
            return Dim.Max(kTop, Dim.Ceiling(sentence * (layers - layer), layers));
        }
    }
}
