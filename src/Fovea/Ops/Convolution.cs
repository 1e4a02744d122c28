using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// Cross-correlation over one to three spatial axes:
    /// y[n, o, q] = bias[o] + Σ over c, t of x[n, c, q · stride − padding + t · dilation] · w[o, c, t], zero outside the input.
    /// Inputs: x N, C, spatial; weights O, C/groups, kernel; bias O (may be absent). Output: N, O, spatial.
    /// </summary>
    /// <param name="Geometry">Stride, padding, dilation and groups.</param>
    public sealed record Convolution(ConvolutionGeometry Geometry) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 3);
            inputs.RequireFloating(0);
            inputs.RequireSameElement();
            Shape x = inputs[0].Shape, weight = inputs[1].Shape;
            Geometry.Check(inputs, x);
            var kernel = Geometry.Kernel(inputs, weight);
            if (!inputs.AreEqual(x[1], weight[1] * Geometry.Groups))
                throw inputs.Fail($"expects {weight[1] * Geometry.Groups} input channels (weights {weight}, {Geometry.Groups} groups); "
                    + $"the input {x} has {x[1]}.");
            if (inputs.Count == 3 && (inputs[2].Rank != 1 || !inputs.AreEqual(inputs[2].Shape[0], weight[0])))
                throw inputs.Fail($"expects a bias of {weight[0]}, one number an output channel; it is {inputs[2].Shape}.");
            return [new(inputs[0].Element, Shape.Concat([x[0], weight[0]], Geometry.Output(inputs, x, kernel)))];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor x = context.Inputs[0], weight = context.Inputs[1], dy = context.OutputGradient;
            int rank = Geometry.Rank;
            var dx = context.Needs(0)
                ? Tensor.Apply(new TransposedConvolution(Geometry, x.Shape.Slice(2, rank)), dy, weight) : null;
            var dw = context.Needs(1)
                ? Tensor.Apply(new ConvolutionWeightGradient(Geometry, weight.Shape.Slice(2, rank).ToDims()), x, dy) : null;
            return context.Inputs.Count == 2 ? [dx, dw] : [dx, dw, context.Needs(2) ? dy.SumByChannel() : null];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Convolution(Geometry.Code(attributes));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(ConvolutionGeometry.MultiplyAdds(outputs[0].Shape, inputs[1].Shape), inputs, outputs);

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) =>
            Geometry.Field(inputs[0], types[1].Shape.Slice(2, Geometry.Rank).ToDims());

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => ConvolutionSamples.Cases().Select(c => c.Convolution());
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        extension(Tensor x)
        {
            /// <summary>Cross-correlates an image N, C, spatial with weights O, C/groups, kernel (one to three spatial axes).</summary>
            /// <param name="weight">O, C/groups, kernel.</param>
            /// <param name="bias">One number an output channel, or null.</param>
            /// <param name="stride">One entry an axis, or one for all; none is 1.</param>
            /// <param name="padding">
            /// Pixels around the input: one for all, one an axis, or beginnings, then ends; or a rule, such as
            /// <see cref="Padding.Same"/>; none is 0.
            /// </param>
            /// <param name="dilation">Pixels between taps: one entry an axis, or one for all; none is 1.</param>
            /// <param name="groups">Groups of channels that do not see each other.</param>
            /// <param name="padMode">What the padding holds.</param>
            /// <returns>N, O, ⌊(size + padding − extent) / stride⌋ + 1.</returns>
            /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit.</exception>
            public Tensor Convolution(Tensor weight, Tensor? bias = null, Dims stride = default, Padding padding = default,
                Dims dilation = default, int groups = 1, PadMode padMode = PadMode.Constant)
            {
                var geometry = ConvolutionGeometry.Of(x.Shape, weight.Shape, stride, padding, dilation, groups);
                var padded = x.PadSpatial(ref geometry, padMode);
                var op = new Convolution(geometry);
                return bias is null ? Tensor.Apply(op, padded, weight) : Tensor.Apply(op, padded, weight, bias);
            }

            /// <summary>Lays a geometry's padding around an image where it is not of zeros; what is left has none.</summary>
            internal Tensor PadSpatial(ref ConvolutionGeometry geometry, PadMode mode)
            {
                bool padded = !geometry.PadBegin.All(0) || !geometry.PadEnd.All(0);
                if (mode == PadMode.Constant || !padded || x.Rank != geometry.Rank + 2) return x;
                var result = x.Pad([0, 0, .. geometry.PadBegin], [0, 0, .. geometry.PadEnd], mode: mode);
                geometry = geometry.Unpadded;
                return result;
            }
        }
    }
}
