using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// y[n, c, o] = Σ over taps of weight · x[n, c, pixel], axis by axis: an image at other sizes, nearest, linear or cubic.
    /// Input: N, C, spatial (one to three axes). Output: N, C, Size. The weights are the geometry's; they do not depend on pixels.
    /// ONNX: Resize, Upsample. Keys 1981 for the cubic kernel.
    /// </summary>
    /// <param name="Geometry">Which pixels an output is made of.</param>
    /// <param name="Size">The spatial sizes of the output.</param>
    public sealed record Resize(ResizeGeometry Geometry, Shape Size) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            inputs.RequireFloating(0);
            return [new(inputs[0].Element, Geometry.Resized(inputs, inputs[0].Shape, Size, shrunk: false))];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [Tensor.Apply(new ResizeGradient(Geometry, context.Inputs[0].Shape.Slice(2, Size.Rank)), context.OutputGradient)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new Resize(Geometry.Code(attributes), attributes.Value(Size));

        /// <summary>A pass over each axis at the output's size, at most; antialiasing's longer sums do not show in shapes.</summary>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * (Geometry.TapsOfPass * Size.Rank), inputs, outputs);

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) =>
            Geometry.Field(inputs[0], types[0].Shape.Slice(2, Size.Rank), Size);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
            ResizeSamples.Cases().Select(c => new Sample(new Resize(c.Geometry, c.Size), c.Input));
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, C, spatial (one to three axes).</param>
        extension(Tensor x)
        {
            /// <summary>The image at other sizes.</summary>
            /// <param name="size">The spatial sizes of the result.</param>
            /// <param name="mode">How the image is read between its pixels.</param>
            /// <param name="alignCorners">Whether the centres of corner pixels coincide; else the images' borders do.</param>
            /// <param name="antialias">Whether a shrunk image averages over all pixels, as Pillow does; not with Nearest.</param>
            /// <exception cref="Errors.ShapeMismatchException">The sizes are not one a spatial axis, or below 1.</exception>
            public Tensor Resize(Shape size, Interpolation mode = Interpolation.Linear, bool alignCorners = false,
                bool antialias = false) => x.Resize(ResizeGeometry.Of(mode, alignCorners, antialias), size);

            /// <summary>The image at ⌊size · scale⌋, where the scale, not the ratio of the sizes, says where pixels lie.</summary>
            /// <param name="scales">One a spatial axis, or one for all.</param>
            /// <param name="mode">How the image is read between its pixels.</param>
            /// <param name="alignCorners">Whether the centres of corner pixels coincide; else the images' borders do.</param>
            /// <param name="antialias">Whether a shrunk image averages over all pixels, as Pillow does; not with Nearest.</param>
            /// <exception cref="ArgumentException">
            /// The scales are not one or one an axis; or a size is a symbol and its scale no simple fraction.
            /// </exception>
            public Tensor ResizeBy(Reals scales, Interpolation mode = Interpolation.Linear, bool alignCorners = false,
                bool antialias = false) => x.Resize(ResizeGeometry.Of(mode, alignCorners, antialias) with { Scales = scales });

            /// <summary>The image resized by a geometry with everything that ONNX Resize knows.</summary>
            /// <param name="geometry">Which pixels the result is made of.</param>
            /// <param name="size">The spatial sizes of the result; none: from the geometry's scales, ⌊size · scale⌋.</param>
            /// <param name="extrapolation">What is read outside the input by CropAndResize.</param>
            /// <exception cref="ArgumentException">Neither sizes nor scales are given, or their number does not fit.</exception>
            /// <exception cref="Errors.ShapeMismatchException">The geometry does not fit the image.</exception>
            public Tensor Resize(ResizeGeometry geometry, Shape? size = null, double extrapolation = 0)
            {
                int rank = Math.Max(x.Rank - 2, 1);
                if (geometry.Scales.Count == 1 && rank > 1)
                    geometry = geometry with { Scales = new([.. Enumerable.Repeat(geometry.Scales[0], rank)]) };
                if (size is null)
                {
                    if (geometry.Scales.Count != x.Rank - 2)
                        throw new ArgumentException(
                            $"Resize needs sizes, or one scale for each of {rank} spatial axes; there are {geometry.Scales.Count}.");
                    size = new([.. Enumerable.Range(0, rank).Select(i => geometry.OutputSize(i, x.Shape[i + 2]))]);
                }
                var y = Tensor.Apply(new Ops.Resize(geometry, size), x);
                if (extrapolation == 0 || geometry.Coordinates != ResizeCoordinates.CropAndResize) return y;
                // Ones stay 1 inside, exactly, for a nearest pixel is copied: what is left is outside.
                var ones = Tensor.Constant(1, x.ElementType).BroadcastTo(Shape.Concat([1, 1], x.Shape.Slice(2, rank)));
                var inside = Tensor.Apply(new Ops.Resize(geometry with { Mode = Interpolation.Nearest }, size), ones);
                return y + (1 - inside) * extrapolation;
            }
        }
    }
}
