using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// (Σ |x|ᴾ)^(1/P) over every window: between a sum (P = 1) and a maximum (P → ∞); the padding is 0. Input: N, C, spatial. Output: N, C,
    /// places. Nothing overflows on the way, and at 0, where the norm has a kink, the gradient is 0. ONNX: LpPool.
    /// </summary>
    /// <param name="Geometry">The windows.</param>
    /// <param name="P">The exponent, > 0 and finite.</param>
    public sealed record LpPool(PoolingGeometry Geometry, double P = 2) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            inputs.RequireFloating(0);
            CheckExponent(inputs, P);
            return [new(inputs[0].Element, Geometry.Output(inputs, inputs[0].Shape))];
        }

        internal static void CheckExponent(Inputs inputs, double p)
        {
            // As a float the exponent must be a number above 0, too.
            if (!((float)p > 0 && float.IsFinite((float)p)))
                throw inputs.Fail(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"has the exponent {p}: it must be above 0 and finite. (For ∞ there is MaxPool.)"));
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new LpPoolGradient(Geometry, P), context.Inputs[0], context.Outputs[0], context.OutputGradient)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new LpPool(Geometry.Code(attributes), attributes.Value(P));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => Geometry.Field(inputs[0]);

        /// <summary>The exponent is compared by its bits.</summary>
        public bool Equals(LpPool? other) => other is not null && Geometry == other.Geometry
            && BitConverter.DoubleToInt64Bits(P) == BitConverter.DoubleToInt64Bits(other.P);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Geometry, BitConverter.DoubleToInt64Bits(P));

        // By turns: every geometry has an exponent with a loop of its own, and one without.
        internal static double Exponent(int i) => (i % 5) switch { 0 => 2, 1 => 1.5, 2 => 3, 3 => 1, _ => 3.7 };

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => PoolingSamples.Cases().SelectMany((c, i) => new Sample[]
        {
            new(new LpPool(c.Geometry, Exponent(i)), SampleInput.Of(c.Input, SampleValues.Distinct)),
            new(new LpPool(c.Geometry, Exponent(i + 1)), SampleInput.Of(c.Input, SampleValues.Distinct)),
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
            /// <summary>(Σ |x|ᵖ)^(1/p) over every window.</summary>
            /// <param name="p">The exponent, > 0.</param>
            /// <param name="kernel">The window's sizes: one entry an axis, or one for all.</param>
            /// <param name="stride">From one window to the next; none: side by side.</param>
            /// <param name="padding">Zeros: in numbers or by a rule such as <see cref="Padding.Same"/>; none is 0.</param>
            /// <param name="dilation">Pixels between taps; none is 1.</param>
            /// <param name="ceilMode">Whether a last window that reaches past the padded input counts.</param>
            /// <returns>N, C, ⌊(size + padding − extent) / stride⌋ + 1; ⌈ ⌉ in ceil mode.</returns>
            /// <exception cref="Errors.ShapeMismatchException">A window is larger than the padded input, or p no exponent.</exception>
            public Tensor LpPool(double p, Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default,
                bool ceilMode = false) =>
                Tensor.Apply(new LpPool(PoolingGeometry.Of(x.Shape, kernel, stride, padding, dilation, ceilMode), p), x);

            /// <summary>(Σ |x|ᵖ)^(1/p) over each channel: N, C, 1, …. Its gradient is 0 where a channel is 0 throughout.</summary>
            /// <param name="p">The exponent, > 0.</param>
            public Tensor GlobalLpPool(double p = 2)
            {
                if (!((float)p > 0 && float.IsFinite((float)p)))
                    throw new ArgumentOutOfRangeException(nameof(p), p, "The exponent of a norm is above 0 and finite.");
                int[] axes = SpatialAxes(x.Rank);
                // Scaled by the largest, which changes neither value nor slope, no power overflows.
                var size = x.Abs();
                var largest = size.Reduce(Reduction.Max, axes, keepAxes: true).StopGradient();
                var none = largest.EqualTo(0);
                var scale = Tensor.Where(none | largest.EqualTo(double.PositiveInfinity), largest.Full(1), largest);
                var ratio = size / scale;
                var sum = (p == 1 ? ratio : p == 2 ? ratio.Square() : PowerOf(ratio)).Reduce(Reduction.Sum, axes, keepAxes: true);
                if (p == 1) return scale * sum;
                var safe = Tensor.Where(none, sum.Full(1), sum);
                var root = p == 2 ? safe.Sqrt() : safe.Power(1 / p);
                return scale * Tensor.Where(none, sum.Full(0), root);

                // 0 to a power below 1 has no finite slope: it is left out.
                Tensor PowerOf(Tensor r)
                {
                    var zero = r.EqualTo(0);
                    return Tensor.Where(zero, r.Full(0), Tensor.Where(zero, r.Full(1), r).Power(p));
                }
            }
        }
    }
}
