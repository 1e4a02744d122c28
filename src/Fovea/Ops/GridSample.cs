using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// y[n, c, q] = x[n, c] read at the place grid[n, q]: Σ over taps of weight(place) · pixel, −1 and 1 being the image's ends. Inputs:
    /// x N, C, spatial (one to three axes); grid N, places, rank, a place's coordinates last axis first (x, y, z). Output: N, C, places.
    /// ONNX: GridSample. Jaderberg et al. 2015.
    /// </summary>
    /// <param name="Sampling">How the image is read, or a derivative of that with respect to the places.</param>
    public sealed record GridSample(GridSampling Sampling) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 2);
            inputs.RequireFloating(0);
            inputs.RequireSameElement();
            return [new(inputs[0].Element, Sampling.Sampled(inputs, inputs[0].Shape, inputs[1].Shape))];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor x = context.Inputs[0], grid = context.Inputs[1], dy = context.OutputGradient;
            return
            [
                context.Needs(0) ? Tensor.Apply(new GridSampleGradient(Sampling, x.Shape.Slice(2, x.Rank - 2)), dy, grid) : null,
                context.Needs(1) ? GridGradient(Sampling, x, grid, dy) : null,
            ];
        }

        /// <summary>
        /// The gradient of Σ dy · sample(x, grid) with respect to the grid: along each axis the samples of the derivative, times dy, summed
        /// over the channels. Null where samples do not change with the places.
        /// </summary>
        internal static Tensor? GridGradient(GridSampling sampling, Tensor x, Tensor grid, Tensor dy)
        {
            if (sampling.Mode == Interpolation.Nearest) return null;
            int rank = x.Rank - 2;
            var slopes = new Tensor[rank];
            for (int axis = 0; axis < rank; axis++)
                slopes[rank - 1 - axis] = (dy * Tensor.Apply(new GridSample(sampling.Differentiated(axis, rank)), x, grid)).Sum(1);
            return Tensor.Stack(-1, slopes);
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new GridSample(Sampling.Code(attributes));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * GridSampleSamples.Taps(Sampling, inputs[0].Rank - 2), inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
            GridSampleSamples.Cases().Select(c => new Sample(new GridSample(c.Sampling), c.Image, c.Grid));
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, C, spatial (one to three axes).</param>
        extension(Tensor x)
        {
            /// <summary>
            /// The image read at places: N, C, places. A place that is not finite sees nothing; gradients flow to the image and, but for
            /// Nearest, to the places.
            /// </summary>
            /// <param name="grid">N, places, rank: coordinates from −1 to 1, of the image's last axis first.</param>
            /// <param name="mode">How the image is read between its pixels.</param>
            /// <param name="padding">What is read beside it.</param>
            /// <param name="alignCorners">Whether −1 and 1 are the centres of the corner pixels; else the image's borders.</param>
            /// <exception cref="Errors.ShapeMismatchException">The grid does not fit the image.</exception>
            public Tensor GridSample(Tensor grid, Interpolation mode = Interpolation.Linear, GridPadding padding = GridPadding.Zeros,
                bool alignCorners = false) => Tensor.Apply(new Ops.GridSample(new(mode, padding, alignCorners)), x, grid);
        }

        /// <param name="theta">N, rank, rank + 1: an affine map from places of the result to places of the image.</param>
        extension(Tensor theta)
        {
            /// <summary>
            /// The places where an affine map reads, for <see cref="GridSample(Tensor, Tensor, Interpolation, GridPadding, bool)"/>:
            /// grid[n, q] = theta[n] · (x, y, z, 1), with x, y, z the place of pixel q in an image from −1 to 1.
            /// </summary>
            /// <param name="size">The spatial sizes of the result: two or three.</param>
            /// <param name="alignCorners">Whether −1 and 1 are the centres of the corner pixels; else the image's borders.</param>
            /// <returns>N, size, rank.</returns>
            /// <exception cref="Errors.ShapeMismatchException">The maps do not fit the sizes.</exception>
            public Tensor AffineGrid(Dims size, bool alignCorners = false)
            {
                int rank = size.Count;
                if (theta.Rank != 3 || theta.Shape[1] != rank || theta.Shape[2] != rank + 1)
                    throw new Errors.ShapeMismatchException(
                        $"AffineGrid takes maps N, {rank}, {rank + 1} for {rank} sizes ({size}); they are {theta.Shape}.");
                foreach (int pixels in size.AsSpan()) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pixels, nameof(size));
                Tensor? grid = null;
                for (int axis = 0; axis < rank; axis++)
                {
                    int pixels = size[axis];
                    double[] places = [.. Enumerable.Range(0, pixels).Select(i => alignCorners
                        ? pixels == 1 ? 0 : -1 + 2.0 * i / (pixels - 1) : (2 * i + 1.0) / pixels - 1)];
                    var along = Tensor.From(places, Dims.Repeat(1, rank + 2).With(axis + 1, pixels));
                    var term = Column(rank - 1 - axis) * along.Cast(theta.ElementType);
                    grid = grid is null ? term : grid + term;
                }
                return grid! + Column(rank);

                // N, 1, …, 1, rank: what one coordinate adds to each.
                Tensor Column(int column) => theta.Slice(2, column, 1)
                    .Reshape(new Shape([theta.Shape[0], .. Enumerable.Repeat((Dim)1, rank), rank]));
            }
        }
    }
}
