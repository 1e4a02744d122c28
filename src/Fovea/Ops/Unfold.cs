using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// im2col: y[n, c · T + t, q] = x[n, c, q · stride − padding + t · dilation], zero outside the input, with T taps t and places q
    /// counted row-major. Input: N, C, spatial.
    /// Output: N, C · taps, places: a convolution is the product of its weights O, C · taps with it.
    /// </summary>
    /// <param name="Geometry">Stride, padding and dilation; one group.</param>
    /// <param name="Kernel">Taps along each axis.</param>
    public sealed record Unfold(ConvolutionGeometry Geometry, Dims Kernel) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            inputs.RequireFloating(0);
            var x = inputs[0].Shape;
            var places = Places(inputs, Geometry, Kernel, x);
            return [inputs[0] with { Shape = [x[0], x[1] * Kernel.Product(), places.Count] }];
        }

        internal static Shape Places(Inputs inputs, ConvolutionGeometry geometry, Dims kernel, Shape image)
        {
            geometry.Check(inputs, image);
            geometry.CheckKernel(inputs, kernel);
            if (geometry.Groups != 1) throw inputs.Fail($"knows no groups ({geometry.Groups}): every channel stands alone.");
            return geometry.Output(inputs, image, kernel);
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [Tensor.Apply(
            new Fold(Geometry, Kernel, context.Inputs[0].Shape.Slice(2, Geometry.Rank)), context.OutputGradient)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Unfold(Geometry.Code(attributes), attributes.Value(Kernel));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) =>
            Geometry.Rank == 1 ? Geometry.Field(inputs[0], Kernel) : null;

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
            ConvolutionSamples.Cases().Where(c => c.Geometry.Groups == 1).Select(c => c.Unfold());
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, C, spatial.</param>
        extension(Tensor x)
        {
            /// <summary>im2col: what every window of the image sees, as columns N, C · taps, places (row-major).</summary>
            /// <param name="kernel">Taps: one entry an axis, or one for all.</param>
            /// <param name="stride">From one window to the next; none is 1.</param>
            /// <param name="padding">Zeros around the image, in numbers or by a rule; none is 0.</param>
            /// <param name="dilation">Pixels between taps; none is 1.</param>
            /// <exception cref="Errors.ShapeMismatchException">A window is larger than the padded image.</exception>
            public Tensor Unfold(Dims kernel, Dims stride = default, Padding padding = default, Dims dilation = default)
            {
                kernel = WindowLists.Expand(Math.Max(x.Rank - 2, 1), kernel, 1, "kernel");
                var geometry = ConvolutionGeometry.Of(x.Shape, [1, 1, .. kernel.Select(k => (Dim)k)], stride, padding, dilation, 1);
                return Tensor.Apply(new Unfold(geometry, kernel), x);
            }
        }
    }
}
