using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// The mean of every window: the sum of its pixels divided by their number, or by the number of taps when padding counts as zeros.
    /// A window without a pixel gives 0. Input: N, C, spatial. Output: N, C, places.
    /// </summary>
    /// <param name="Geometry">The windows.</param>
    /// <param name="CountPadding">Whether padding is counted; what a last window of ceil mode covers beyond it never is.</param>
    /// <param name="Divisor">By what every sum is divided instead; 0: by its number. With 1 it is a sum.</param>
    public sealed record AveragePool(PoolingGeometry Geometry, bool CountPadding = false, int Divisor = 0) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            inputs.RequireFloating(0);
            CheckDivisor(inputs, Divisor);
            return [new(inputs[0].Element, Geometry.Output(inputs, inputs[0].Shape))];
        }

        internal static void CheckDivisor(Inputs inputs, int divisor)
        {
            if (divisor < 0) throw inputs.Fail($"divides by {divisor}: at least 1, or 0 for the number of pixels.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new AveragePoolGradient(Geometry, CountPadding, context.Inputs[0].Shape.Slice(2, Geometry.Rank), Divisor),
                context.OutputGradient)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new AveragePool(Geometry.Code(attributes), attributes.Value(CountPadding), attributes.Value(Divisor));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => Geometry.Field(inputs[0]);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => PoolingSamples.Cases().SelectMany(c => new Sample[]
        {
            new(new AveragePool(c.Geometry), c.Input),
            new(new AveragePool(c.Geometry, true), c.Input),
            new(new AveragePool(c.Geometry, false, 3), c.Input),
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
            /// <summary>The mean of every window over the spatial axes.</summary>
            /// <param name="kernel">The window's sizes: one entry an axis, or one for all.</param>
            /// <param name="stride">From one window to the next; none: side by side.</param>
            /// <param name="padding">In numbers or by a rule such as <see cref="Padding.Same"/>; none is 0.</param>
            /// <param name="countPadding">Whether padding counts as zeros (otherwise only pixels count).</param>
            /// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
            /// <param name="divisor">By what every sum is divided instead; 0: by the number counted.</param>
            /// <returns>N, C, ⌊(size + padding − kernel) / stride⌋ + 1; ⌈ ⌉ in ceil mode.</returns>
            /// <exception cref="Errors.ShapeMismatchException">A window is larger than the padded input.</exception>
            public Tensor AveragePool(Dims kernel, Dims stride = default, Padding padding = default, bool countPadding = false,
                bool ceilMode = false, int divisor = 0) => Tensor.Apply(
                    new AveragePool(PoolingGeometry.Of(x.Shape, kernel, stride, padding, [], ceilMode), countPadding, divisor), x);
        }
    }
}
