using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// col2im, the transpose of <see cref="Unfold"/>: x[n, c, q · stride − padding + t · dilation] += y[n, c · T + t, q], where that is
    /// inside. Input: N, C · taps, places. Output: N, C, OutputSize.
    /// </summary>
    /// <param name="Geometry">Stride, padding and dilation of the windows; one group.</param>
    /// <param name="Kernel">Taps along each axis.</param>
    /// <param name="OutputSize">The spatial sizes of the image.</param>
    public sealed record Fold(ConvolutionGeometry Geometry, Dims Kernel, Shape OutputSize) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            inputs.RequireFloating(0);
            var y = inputs[0].Shape;
            if (y.Rank != 3) throw inputs.Fail($"takes columns N, C · taps, places, not {y}.");
            var places = Unfold.Places(inputs, Geometry, Kernel, Shape.Concat([y[0], 1], OutputSize));
            if (Dim.Divide(y[1], Kernel.Product()) is not { } channels)
                throw inputs.Fail($"cannot share the {y[1]} rows of {y} among {Kernel.Product()} taps (kernel {Kernel}).");
            if (!inputs.AreEqual(y[2], places.Count))
                throw inputs.Fail($"expects {places.Count} places ({places}: kernel {Kernel}, stride {Geometry.Stride}, padding "
                    + $"{Geometry.PadBegin} and {Geometry.PadEnd}, dilation {Geometry.Dilation} over {OutputSize}); {y} has {y[2]}.");
            return [inputs[0] with { Shape = Shape.Concat([y[0], channels], OutputSize) }];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new Unfold(Geometry, Kernel), context.OutputGradient)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new Fold(Geometry.Code(attributes), attributes.Value(Kernel), attributes.Value(OutputSize));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) =>
            Geometry.Rank == 1 ? Geometry.TransposedField(inputs[0], Kernel) : null;

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
            ConvolutionSamples.Cases().Where(c => c.Geometry.Groups == 1).Select(c => c.Fold());
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="columns">N, C · taps, places.</param>
        extension(Tensor columns)
        {
            /// <summary>col2im: an image N, C, outputSize in which every window adds its column; the transpose of Unfold.</summary>
            /// <param name="outputSize">The spatial sizes of the image.</param>
            /// <param name="kernel">Taps: one entry an axis, or one for all.</param>
            /// <param name="stride">From one window to the next; none is 1.</param>
            /// <param name="padding">Zeros around the image, in numbers or by a rule; none is 0.</param>
            /// <param name="dilation">Pixels between taps; none is 1.</param>
            /// <exception cref="Errors.ShapeMismatchException">The columns are not those of such windows.</exception>
            public Tensor Fold(Shape outputSize, Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default)
            {
                kernel = WindowLists.Expand(Math.Max(outputSize.Rank, 1), kernel, 1, "kernel");
                var geometry = ConvolutionGeometry.Of(Shape.Concat([1, 1], outputSize), [1, 1, .. kernel.Select(k => (Dim)k)], stride,
                    padding, dilation, 1);
                return Tensor.Apply(new Fold(geometry, kernel, outputSize), columns);
            }
        }
    }
}
