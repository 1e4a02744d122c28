using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// What adaptive pools share: bin q of an axis sees pixels ⌊q · size / outputs⌋ up to, not including, ⌈(q + 1) · size / outputs⌉.
    /// </summary>
    static class AdaptiveBins
    {
        /// <summary>N, C, outputs for an image N, C, spatial.</summary>
        public static Shape Output(Inputs inputs, Shape image, Shape outputs)
        {
            int rank = image.Rank - 2;
            if (rank is < 1 or > 3)
                throw inputs.Fail($"takes N, C and one to three spatial axes; {image} has {image.Rank} axes: Reshape first.");
            if (outputs.Rank != rank) throw inputs.Fail($"has an OutputSize of {outputs.Rank} axes ({outputs}) for {rank} spatial axes.");
            for (int i = 0; i < rank; i++)
            {
                if (outputs[i].IsKnown && outputs[i].Value is < 1 or > int.MaxValue)
                    throw inputs.Fail($"has an OutputSize {outputs}: every entry must be at least 1.");
                if (image[i + 2].IsKnown && image[i + 2].Value < 1)
                    throw inputs.Fail($"has no pixel to divide among {outputs[i]} bins along axis {i + 2} of {image}.");
            }
            return Shape.Concat(image.Slice(0, 2), outputs);
        }

        /// <summary>
        /// The receptive field: bins of one size where they divide evenly; else the least that holds every bin at an even distance.
        /// </summary>
        public static ReceptiveField? Field(ReceptiveField? field, Shape image, Shape outputs)
        {
            if (field is null || field.Axes.Count != outputs.Rank || !outputs.IsKnown || !image.Slice(2, outputs.Rank).IsKnown) return null;
            return new([.. field.Axes.Select((axis, i) =>
            {
                long size = image[i + 2].Value, bins = outputs[i].Value;
                double jump = (double)size / bins, start = 0, end = 0;
                for (long bin = 0; bin < bins; bin++)
                {
                    start = Math.Min(start, bin * size / bins - bin * jump);
                    end = Math.Max(end, ((bin + 1) * size + bins - 1) / bins - bin * jump);
                }
                return new FieldAxis(axis.Size + (end - start - 1) * axis.Jump, axis.Jump * jump, axis.Start + start * axis.Jump);
            })]);
        }
    }

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

    /// <summary>
    /// The mean of every bin; the bins divide the input among the outputs as <see cref="AdaptiveMaxPool"/> says. Input: N, C, spatial.
    /// Output: N, C, OutputSize.
    /// </summary>
    /// <param name="OutputSize">How many bins along each spatial axis.</param>
    public sealed record AdaptiveAveragePool(Shape OutputSize) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            inputs.RequireFloating(0);
            return [new(inputs[0].Element, AdaptiveBins.Output(inputs, inputs[0].Shape, OutputSize))];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new AdaptiveAveragePoolGradient(context.Inputs[0].Shape.Slice(2, OutputSize.Rank)), context.OutputGradient)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new AdaptiveAveragePool(attributes.Value(OutputSize));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) =>
            AdaptiveBins.Field(inputs[0], types[0].Shape, OutputSize);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
            PoolingSamples.Bins().Select(c => new Sample(new AdaptiveAveragePool(c.Outputs), c.Input));
    }

    /// <summary>
    /// The transpose of <see cref="AdaptiveAveragePool"/>: every element is shared out over the pixels of its bin. Input: dy N, C, bins.
    /// Output: dx N, C, InputSize.
    /// </summary>
    /// <param name="InputSize">The spatial sizes of the pool's input.</param>
    public sealed record AdaptiveAveragePoolGradient(Shape InputSize) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            inputs.RequireFloating(0);
            var dy = inputs[0].Shape;
            if (dy.Rank != InputSize.Rank + 2)
                throw inputs.Fail($"has an InputSize of {InputSize.Rank} axes ({InputSize}); {dy} has {dy.Rank - 2} spatial axes.");
            var image = Shape.Concat(dy.Slice(0, 2), InputSize);
            AdaptiveBins.Output(inputs, image, dy.Slice(2, InputSize.Rank));
            return [new(inputs[0].Element, image)];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new AdaptiveAveragePool(context.Inputs[0].Shape.Slice(2, InputSize.Rank)), context.OutputGradient)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new AdaptiveAveragePoolGradient(attributes.Value(InputSize));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => PoolingSamples.Bins().Select(c =>
            new Sample(new AdaptiveAveragePoolGradient(c.Input.Slice(2, c.Outputs.Rank)), Shape.Concat(c.Input.Slice(0, 2), c.Outputs)));
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

            /// <summary>The mean of every bin, so many bins along each spatial axis whatever the input's size.</summary>
            /// <param name="outputSize">One entry an axis, or one for all; 0 keeps the input's size.</param>
            /// <returns>N, C, outputSize.</returns>
            /// <exception cref="Errors.ShapeMismatchException">An axis is empty, or an entry negative.</exception>
            public Tensor AdaptiveAveragePool(Dims outputSize) => Tensor.Apply(new AdaptiveAveragePool(Bins(x, outputSize)), x);

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
