using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// The largest element of every window. Input: N, C, spatial. Outputs: values N, C, places; and if asked where they stand: int64, the
    /// row-major index of the first maximum in the spatial axes (of the last NaN where there is one, as in PyTorch). A window without a
    /// pixel gives −∞ and index −1.
    /// </summary>
    /// <param name="Geometry">The windows.</param>
    /// <param name="WithIndices">Whether the second output is computed; the gradient needs it.</param>
    public sealed record MaxPool(PoolingGeometry Geometry, bool WithIndices = false) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            inputs.RequireFloating(0);
            var output = Geometry.Output(inputs, inputs[0].Shape);
            TensorType values = new(inputs[0].Element, output);
            return WithIndices ? [values, new(ElementType.Int64, output)] : [values];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            var x = context.Inputs[0];
            var indices = WithIndices ? context.Outputs[1] : Tensor.ApplyAll(this with { WithIndices = true }, x)[1];
            return [Tensor.Apply(new MaxPoolGradient(x.Shape.Slice(2, Geometry.Rank)), context.OutputGradient, indices)];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new MaxPool(Geometry.Code(attributes), attributes.Value(WithIndices));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => Geometry.Field(inputs[0]);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => PoolingSamples.Cases().Select((c, i) =>
            new Sample(new MaxPool(c.Geometry, i % 2 == 0), SampleInput.Of(c.Input, SampleValues.Distinct))
            {
                NotDifferentiable = c.Geometry.Rounding == PoolingRounding.CeilingAnywhere ? "a window without pixels gives −∞" : null,
            });
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, C, spatial.</param>
        extension(Tensor x)
        {
            /// <summary>The largest element of every window over the spatial axes.</summary>
            /// <param name="kernel">The window's sizes: one entry an axis, or one for all.</param>
            /// <param name="stride">From one window to the next; none: side by side.</param>
            /// <param name="padding">
            /// In numbers or by a rule such as <see cref="Padding.Same"/>; none is 0. Padding is never the largest.
            /// </param>
            /// <param name="dilation">Pixels between taps; none is 1.</param>
            /// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
            /// <returns>N, C, ⌊(size + padding − extent) / stride⌋ + 1; ⌈ ⌉ in ceil mode.</returns>
            /// <exception cref="Errors.ShapeMismatchException">A window is larger than the padded input.</exception>
            public Tensor MaxPool(Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default,
                bool ceilMode = false)
            {
                var geometry = PoolingGeometry.Of(x.Shape, kernel, stride, padding, dilation, ceilMode);
                // Whoever learns will ask for the gradient, and that for the places: then they are found on the way.
                return Tensor.Apply(new MaxPool(geometry, Trace.Mode == Mode.Training && x.IsTracked), x);
            }

            /// <summary>
            /// As <c>MaxPool</c>, and where each largest element stands: int64, its row-major index
            /// over the spatial axes (the first of equals, the last NaN), as <c>MaxUnpool</c> takes it.
            /// </summary>
            /// <returns>Values and indices, both N, C, places.</returns>
            /// <exception cref="Errors.ShapeMismatchException">A window is larger than the padded input.</exception>
            public (Tensor Values, Tensor Indices) MaxPoolWithIndices(Dims kernel, Dims stride = default, Padding padding = default,
                Dims dilation = default, bool ceilMode = false)
            {
                var geometry = PoolingGeometry.Of(x.Shape, kernel, stride, padding, dilation, ceilMode);
                var outputs = Tensor.ApplyAll(new MaxPool(geometry, WithIndices: true), x);
                return (outputs[0], outputs[1]);
            }

            /// <summary>The largest element of each channel: N, C, 1, ….</summary>
            public Tensor GlobalMaxPool() => x.Reduce(Reduction.Max, SpatialAxes(x.Rank), keepAxes: true);

            /// <summary>The mean of each channel: N, C, 1, ….</summary>
            public Tensor GlobalAveragePool() => x.Reduce(Reduction.Mean, SpatialAxes(x.Rank), keepAxes: true);
        }

        static int[] SpatialAxes(int rank) => rank < 3
            ? throw new ArgumentException($"A global pool takes N, C and spatial axes, not {rank} axes.")
            : [.. Enumerable.Range(2, rank - 2)];

        // Fewer axes are refused by the shape rule, with their number.
        internal static int PoolRank(Tensor x) => Math.Max(x.Rank - 2, 1);
    }
}
