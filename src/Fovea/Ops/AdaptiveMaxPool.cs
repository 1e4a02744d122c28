using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// The largest element of every bin; the bins divide the input among the outputs: bin q sees pixels ⌊q · size / outputs⌋ up to, not
    /// including, ⌈(q + 1) · size / outputs⌉ of each axis (PyTorch's). Input: N, C, spatial. Outputs: values N, C, OutputSize; and if asked
    /// where they stand, as <see cref="MaxPool"/> says it.
    /// </summary>
    /// <param name="OutputSize">How many bins along each spatial axis.</param>
    /// <param name="WithIndices">Whether the second output is computed; the gradient needs it.</param>
    public sealed record AdaptiveMaxPool(Shape OutputSize, bool WithIndices = false) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            inputs.RequireFloating(0);
            var output = AdaptiveBins.Output(inputs, inputs[0].Shape, OutputSize);
            TensorType values = new(inputs[0].Element, output);
            return WithIndices ? [values, new(ElementType.Int64, output)] : [values];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            var x = context.Inputs[0];
            var indices = WithIndices ? context.Outputs[1] : Tensor.ApplyAll(this with { WithIndices = true }, x)[1];
            return [Tensor.Apply(new MaxPoolGradient(x.Shape.Slice(2, x.Rank - 2)), context.OutputGradient, indices)];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new AdaptiveMaxPool(attributes.Value(OutputSize), attributes.Value(WithIndices));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) =>
            AdaptiveBins.Field(inputs[0], types[0].Shape, OutputSize);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => PoolingSamples.Bins().Select((c, i) =>
            new Sample(new AdaptiveMaxPool(c.Outputs, i % 2 == 0), SampleInput.Of(c.Input, SampleValues.Distinct)));
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, C, spatial.</param>
        extension(Tensor x)
        {
            /// <summary>The largest element of every bin, so many bins along each spatial axis whatever the input's size.</summary>
            /// <param name="outputSize">One entry an axis, or one for all; 0 keeps the input's size.</param>
            /// <returns>N, C, outputSize.</returns>
            /// <exception cref="Errors.ShapeMismatchException">An axis is empty, or an entry negative.</exception>
            public Tensor AdaptiveMaxPool(Dims outputSize) =>
                Tensor.Apply(new AdaptiveMaxPool(Bins(x, outputSize), Trace.Mode == Mode.Training && x.IsTracked), x);

            /// <summary>
            /// As <c>AdaptiveMaxPool</c>, and where each largest element stands: int64, its row-major index over the spatial
            /// axes.
            /// </summary>
            public (Tensor Values, Tensor Indices) AdaptiveMaxPoolWithIndices(Dims outputSize)
            {
                var outputs = Tensor.ApplyAll(new AdaptiveMaxPool(Bins(x, outputSize), WithIndices: true), x);
                return (outputs[0], outputs[1]);
            }

            /// <summary>
            /// Pools into grids of growing fineness and joins them: a vector of one length for images of any size (He and others, 2014).
            /// </summary>
            /// <param name="levels">Bins a side of each grid, such as 1, 2, 4.</param>
            /// <param name="average">Whether bins give their mean; their largest otherwise.</param>
            /// <returns>N, C · Σ levelᵃ for a spatial axes: level by level, channel by channel, row-major.</returns>
            /// <exception cref="Errors.ShapeMismatchException">An axis is empty.</exception>
            public Tensor SpatialPyramidPool(Dims levels, bool average = false)
            {
                if (levels.Count == 0) throw new ArgumentException("A spatial pyramid has at least one level.");
                var parts = new Tensor[levels.Count];
                for (int i = 0; i < parts.Length; i++)
                {
                    if (levels[i] < 1) throw new ArgumentException($"The levels of a spatial pyramid are at least 1, not {levels}.");
                    parts[i] = (average ? x.AdaptiveAveragePool(levels[i]) : x.AdaptiveMaxPool(levels[i])).Flatten();
                }
                return parts.Length == 1 ? parts[0] : Tensor.Concat(1, parts);
            }
        }

        static Shape Bins(Tensor x, Dims outputSize)
        {
            var entries = WindowLists.Expand(PoolRank(x), outputSize, 0, "output size");
            if (entries.AsSpan().ContainsAnyInRange(int.MinValue, -1))
                throw new ArgumentException(
                    $"The output size {outputSize} has a negative entry: write at least 1, or 0 for the input's size.");
            return new([.. entries.Select((size, i) => size > 0 || i + 2 >= x.Rank ? (Dim)size : x.Shape[i + 2])]);
        }
    }
}
