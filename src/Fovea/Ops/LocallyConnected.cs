using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// A convolution whose weights are not shared:
    /// y[n, o, q] = Σ over c, t of x[n, c, q · stride − padding + t · dilation] · w[o, c, t, q], zero outside the input.
    /// Inputs: x N, C, spatial; weights O, C/groups, kernel, places. Output: N, O, places.
    /// </summary>
    /// <param name="Geometry">Stride, padding, dilation and groups.</param>
    public sealed record LocallyConnected(ConvolutionGeometry Geometry) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 2);
            inputs.RequireFloating(0);
            inputs.RequireSameElement();
            Shape x = inputs[0].Shape, weight = inputs[1].Shape;
            Geometry.Check(inputs, x);
            var kernel = Kernel(inputs, Geometry, weight);
            if (!inputs.AreEqual(x[1], weight[1] * Geometry.Groups))
                throw inputs.Fail($"expects {weight[1] * Geometry.Groups} input channels (weights {weight}, {Geometry.Groups} groups); "
                    + $"the input {x} has {x[1]}.");
            CheckPlaces(inputs, Geometry, x, kernel, weight);
            return [new(inputs[0].Element, Shape.Concat([x[0], weight[0]], weight.Slice(2 + Geometry.Rank, Geometry.Rank)))];
        }

        /// <summary>The kernel's sizes, from weights O, C/groups, kernel, places.</summary>
        internal static Dims Kernel(Inputs inputs, ConvolutionGeometry geometry, Shape weight) => weight.Rank == 2 + 2 * geometry.Rank
            ? geometry.Kernel(inputs, weight.Slice(0, 2 + geometry.Rank))
            : throw inputs.Fail($"takes weights of {2 + 2 * geometry.Rank} axes (outputs, inputs / groups, kernel, places), not {weight}.");

        /// <summary>Checks that there are weights for every place of an image.</summary>
        internal static void CheckPlaces(Inputs inputs, ConvolutionGeometry geometry, Shape image, Dims kernel, Shape weight)
        {
            var places = geometry.Output(inputs, image, kernel);
            for (int i = 0; i < geometry.Rank; i++)
                if (!inputs.AreEqual(weight[2 + geometry.Rank + i], places[i]))
                    throw inputs.Fail($"has weights for {weight.Slice(2 + geometry.Rank, geometry.Rank)} places (weights {weight}); the "
                        + $"image {image} has {places}: each place has weights of its own, so the image's size is fixed.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor x = context.Inputs[0], weight = context.Inputs[1], dy = context.OutputGradient;
            int rank = Geometry.Rank;
            return
            [
                context.Needs(0)
                    ? Tensor.Apply(new LocallyConnectedInputGradient(Geometry, x.Shape.Slice(2, rank)), dy, weight) : null,
                context.Needs(1)
                    ? Tensor.Apply(new LocallyConnectedWeightGradient(Geometry, weight.Shape.Slice(2, rank).ToDims()), x, dy) : null,
            ];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new LocallyConnected(Geometry.Code(attributes));

        /// <inheritdoc/>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(MultiplyAdds(outputs[0].Shape[0], inputs[1].Shape), inputs, outputs);

        /// <summary>Every weight is used once for each image.</summary>
        internal static Dim MultiplyAdds(Dim images, Shape weight) => images * weight.Count;

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) =>
            Geometry.Field(inputs[0], types[1].Shape.Slice(2, Geometry.Rank).ToDims());

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => ConvolutionSamples.Cases().Select(c => c.LocallyConnected());
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        extension(Tensor x)
        {
            /// <summary>A convolution with weights of its own for every place of one to three spatial axes.</summary>
            /// <param name="weight">O, C/groups, kernel, places.</param>
            /// <param name="bias">One number an output channel, O; or one for each of its places, O, places; or null.</param>
            /// <param name="stride">One entry an axis, or one for all; none is 1.</param>
            /// <param name="padding">Zeros around the input, in numbers or by a rule; none is 0.</param>
            /// <param name="dilation">Pixels between taps: one entry an axis, or one for all; none is 1.</param>
            /// <param name="groups">Groups of channels that do not see each other.</param>
            /// <returns>N, O, places.</returns>
            /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit.</exception>
            public Tensor LocallyConnected(Tensor weight, Tensor? bias = null, Dims stride = default, Padding padding = default,
                Dims dilation = default, int groups = 1)
            {
                int rank = Math.Max(x.Rank - 2, 1);
                var filters = weight.Rank == 2 + 2 * rank ? weight.Shape.Slice(0, 2 + rank) : weight.Shape;
                var y = Tensor.Apply(new LocallyConnected(ConvolutionGeometry.Of(x.Shape, filters, stride, padding, dilation, groups)),
                    x, weight);
                if (bias is null) return y;
                return y + (bias.Rank == 1 ? bias.Reshape(new Shape([bias.Shape[0], .. Enumerable.Repeat<Dim>(1, rank)])) : bias);
            }
        }
    }
}
