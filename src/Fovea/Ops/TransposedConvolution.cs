using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// The transpose of <see cref="Convolution"/>, which is its input gradient: every input is spread over the places that a convolution of
    /// the same geometry reads for it. x[n, c, q · stride − padding + t · dilation] += y[n, o, q] · w[o, c, t], plus bias[c].
    /// Inputs: y N, O, spatial; weights O, I/groups, kernel; bias I (may be absent). Output: N, I, OutputSize.
    /// </summary>
    /// <param name="Geometry">The geometry of the convolution that goes the other way.</param>
    /// <param name="OutputSize">The spatial sizes of the output: with strides several give the same input size.</param>
    public sealed record TransposedConvolution(ConvolutionGeometry Geometry, Shape OutputSize) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 3);
            inputs.RequireFloating(0);
            inputs.RequireSameElement();
            Shape y = inputs[0].Shape, weight = inputs[1].Shape;
            Geometry.Check(inputs, y);
            var kernel = Geometry.Kernel(inputs, weight);
            if (!inputs.AreEqual(y[1], weight[0]))
                throw inputs.Fail($"expects {weight[0]} input channels (weights {weight}); the input {y} has {y[1]}.");
            if (OutputSize.Rank != Geometry.Rank)
                throw inputs.Fail($"has an OutputSize of {OutputSize.Rank} axes ({OutputSize}) for {Geometry.Rank} spatial axes.");
            Dim channels = weight[1] * Geometry.Groups;
            if (inputs.Count == 3 && (inputs[2].Rank != 1 || !inputs.AreEqual(inputs[2].Shape[0], channels)))
                throw inputs.Fail($"expects a bias of {channels}, one number an output channel; it is {inputs[2].Shape}.");
            foreach (Dim size in OutputSize)
                if (size.IsKnown && size.Value < 1) throw inputs.Fail($"has an OutputSize of {OutputSize}: at least 1 everywhere.");
            var x = Shape.Concat([y[0], channels], OutputSize);
            Geometry.CheckOutput(inputs, x, kernel, y);
            return [new(inputs[0].Element, x)];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor y = context.Inputs[0], weight = context.Inputs[1], dx = context.OutputGradient;
            var dy = context.Needs(0) ? Tensor.Apply(new Convolution(Geometry), dx, weight) : null;
            var dw = context.Needs(1)
                ? Tensor.Apply(new ConvolutionWeightGradient(Geometry, weight.Shape.Slice(2, Geometry.Rank).ToDims()), dx, y) : null;
            return context.Inputs.Count == 2 ? [dy, dw] : [dy, dw, context.Needs(2) ? dx.SumByChannel() : null];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new TransposedConvolution(Geometry.Code(attributes), attributes.Value(OutputSize));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(ConvolutionGeometry.MultiplyAdds(inputs[0].Shape, inputs[1].Shape), inputs, outputs);

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) =>
            Geometry.TransposedField(inputs[0], types[1].Shape.Slice(2, Geometry.Rank).ToDims());

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => ConvolutionSamples.Cases().Select(c => c.TransposedConvolution());
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        extension(Tensor x)
        {
            /// <summary>
            /// Spreads an image N, I, spatial with weights I, O/groups, kernel: the transpose of a convolution from O to I channels.
            /// </summary>
            /// <param name="weight">I, O/groups, kernel.</param>
            /// <param name="bias">One number an output channel, or null.</param>
            /// <param name="stride">Output pixels from one input pixel to the next: one entry an axis, or one for all; none is 1.</param>
            /// <param name="padding">
            /// Pixels cut from the output: one for all, one an axis, or beginnings, then ends; none is 0. Or the rule of the convolution
            /// that goes the other way: <see cref="Padding.Same"/> and <see cref="Padding.Causal"/> give size · stride.
            /// </param>
            /// <param name="outputPadding">Pixels added at the end of each axis, less than the stride; none is 0.</param>
            /// <param name="dilation">Pixels between taps: one entry an axis, or one for all; none is 1.</param>
            /// <param name="groups">Groups of channels that do not see each other.</param>
            /// <param name="outputSize">
            /// The spatial sizes of the output, instead of an output padding: with a stride several are possible; none is the least.
            /// </param>
            /// <returns>N, O, (size − 1) · stride + extent − padding + outputPadding.</returns>
            /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit, or the output cannot have that size.</exception>
            public Tensor TransposedConvolution(Tensor weight, Tensor? bias = null, Dims stride = default, Padding padding = default,
                Dims outputPadding = default, Dims dilation = default, int groups = 1, Dims outputSize = default)
            {
                var (geometry, size) = TransposedSizes.Of(x.Shape, weight.Shape, stride, padding, outputPadding, outputSize, dilation,
                    groups);
                var op = new TransposedConvolution(geometry, size);
                return bias is null ? Tensor.Apply(op, x, weight) : Tensor.Apply(op, x, weight, bias);
            }
        }
    }
}
