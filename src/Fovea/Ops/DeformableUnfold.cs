using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// im2col at learned places: y[n, c · T + t, q] = mask[n, d · T + t, q] · x̃[n, c, q · stride − padding + t · dilation + offset],
    /// where x̃ interpolates bilinearly between pixels (zero outside) and offset is the pair (vertical, horizontal) at 2 · (d · T + t), of
    /// the offset group d in which channel c falls.
    /// With the weights' product it is deformable convolution (Dai and others, 2017; with a mask, Zhu and
    /// others, 2019). Inputs: x N, C, H, W; offsets N, 2 · groups · taps, places; mask N, groups · taps, places (may be absent).
    /// Output: N, C · taps, places in a row.
    /// </summary>
    /// <param name="Geometry">Stride, padding and dilation over two axes; one group.</param>
    /// <param name="Kernel">Taps along each axis.</param>
    /// <param name="OffsetGroups">Into how many groups the channels fall that have offsets of their own.</param>
    public sealed record DeformableUnfold(ConvolutionGeometry Geometry, Dims Kernel, int OffsetGroups = 1) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(2, 3);
            return [inputs[0] with { Shape = Columns(inputs, inputs.Count) }];
        }

        /// <summary>The columns of an image, offsets and perhaps a mask, the first inputs of so many.</summary>
        internal Shape Columns(Inputs inputs, int count)
        {
            inputs.RequireFloating(0);
            inputs.RequireSameElement();
            var x = inputs[0].Shape;
            if (x.Rank != 4) throw inputs.Fail($"takes images N, C, H, W, not {x}.");
            var places = Unfold.Places(inputs, Geometry, Kernel, x);
            if (OffsetGroups < 1 || Dim.Divide(x[1], OffsetGroups) is null)
                throw inputs.Fail($"cannot share the {x[1]} channels of {x} among {OffsetGroups} groups of offsets.");
            long taps = Kernel.Product();
            Check(inputs, 1, "offsets", Shape.Concat([x[0], 2 * OffsetGroups * taps], places));
            if (count == 3) Check(inputs, 2, "a mask", Shape.Concat([x[0], OffsetGroups * taps], places));
            return [x[0], x[1] * taps, places.Count];
        }

        static void Check(Inputs inputs, int index, string what, Shape expected)
        {
            var shape = inputs[index].Shape;
            bool fits = shape.Rank == expected.Rank;
            for (int i = 0; fits && i < expected.Rank; i++) fits = inputs.AreEqual(shape[i], expected[i]);
            if (!fits) throw inputs.Fail($"expects {what} of {expected} for the input {inputs[0].Shape}; they are {shape}.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) =>
            [.. Tensor.ApplyAll(new DeformableUnfoldGradient(Geometry, Kernel, OffsetGroups), [.. context.Inputs, context.OutputGradient])];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new DeformableUnfold(Geometry.Code(attributes), attributes.Value(Kernel), attributes.Value(OffsetGroups));

        /// <summary>A product for each of four corners, and one with the mask.</summary>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * (inputs.Count + 2), inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => Cases().Select(c => new Sample(c.Op, c.Inputs)
        {
            NotTwiceDifferentiable = "its gradient scatters to places that depend on the offsets",
            SpreadsNaN = "a corner outside the image counts as 0, and 0 · NaN is NaN",
        });

        /// <summary>Cases with the shapes of the inputs.</summary>
        internal static IEnumerable<(DeformableUnfold Op, SampleInput[] Inputs)> Cases()
        {
            yield return Case([2, 4, 5, 6], [3, 3], padding: [1], masked: true);
            yield return Case([1, 4, 5, 6], [3, 2], stride: [2, 1], padding: [0, 2], groups: 2);
            yield return Case([1, 6, 7, 5], [2, 2], dilation: [2, 3], groups: 3, masked: true);
            yield return Case([1, 2, 2, 2], [3, 3], padding: [2], masked: true);
            yield return Case([3, 1, 1, 1], [1, 1]);
            yield return Case([1, 3, 9, 20], [3, 3], stride: [1], padding: [1], masked: true);
        }

        static (DeformableUnfold Op, SampleInput[] Inputs) Case(Dims input, Dims kernel, Dims stride = default, Dims padding = default,
            Dims dilation = default, int groups = 1, bool masked = false)
        {
            var geometry = ConvolutionGeometry.Of(2, stride, padding, dilation);
            int taps = (int)kernel.Product();
            Dim[] places = [geometry.OutputSize(0, input[2], kernel[0]), geometry.OutputSize(1, input[3], kernel[1])];
            SampleInput x = SampleInput.Of(input), offset = SampleInput.Of([input[0], 2 * groups * taps, .. places]);
            return (new(geometry, kernel, groups),
                masked ? [x, offset, SampleInput.Of([input[0], groups * taps, .. places], SampleValues.Positive)] : [x, offset]);
        }
    }

    /// <summary>
    /// The gradients of <see cref="DeformableUnfold"/>: every column is spread over the four pixels between which it was read, and every
    /// offset gathers the slope there. Inputs: those of the operator, then the columns' gradient. Outputs: the gradients of the inputs.
    /// </summary>
    /// <param name="Geometry">Stride, padding and dilation over two axes; one group.</param>
    /// <param name="Kernel">Taps along each axis.</param>
    /// <param name="OffsetGroups">Groups of channels that have offsets of their own.</param>
    public sealed record DeformableUnfoldGradient(ConvolutionGeometry Geometry, Dims Kernel, int OffsetGroups = 1) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(3, 4);
            int last = inputs.Count - 1;
            var columns = new DeformableUnfold(Geometry, Kernel, OffsetGroups).Columns(inputs, last);
            for (int i = 0; i < 3; i++)
                if (inputs[last].Rank != 3 || !inputs.AreEqual(inputs[last].Shape[i], columns[i]))
                    throw inputs.Fail($"expects columns of {columns}; they are {inputs[last].Shape}.");
            var types = new TensorType[last];
            for (int i = 0; i < last; i++) types[i] = inputs[i];
            return types;
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => context.ThroughDecomposition();

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new DeformableUnfoldGradient(Geometry.Code(attributes), attributes.Value(Kernel), attributes.Value(OffsetGroups));

        /// <summary>A product for each of four corners and each gradient; the offsets have two.</summary>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(inputs[inputs.Count - 1].Shape.Count * 4 * inputs.Count, inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => DeformableUnfold.Cases().Select(c => new Sample(
            new DeformableUnfoldGradient(c.Op.Geometry, c.Op.Kernel, c.Op.OffsetGroups),
            [.. c.Inputs, SampleInput.Of(c.Op.Infer(Inputs.Of(c.Op, [.. c.Inputs.Select(i => i.Type)]))[0].Shape)])
        {
            NotDifferentiable = "a gradient itself, without a second one",
            SpreadsNaN = "a corner outside the image counts as 0, and 0 · NaN is NaN",
        });
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, C, H, W.</param>
        extension(Tensor x)
        {
            /// <summary>
            /// Deformable convolution: every tap of every window reads at a place of its own, between pixels, weighted by a mask.
            /// </summary>
            /// <param name="weight">O, C/groups, kernel.</param>
            /// <param name="offset">
            /// N, 2 · offset groups · taps, places: for each tap how far down, then how far to the right of its place it reads.
            /// </param>
            /// <param name="mask">N, offset groups · taps, places: by what each tap is multiplied; or null.</param>
            /// <param name="bias">One number an output channel, or null.</param>
            /// <param name="stride">One entry an axis, or one for all; none is 1.</param>
            /// <param name="padding">Zeros around the input, in numbers or by a rule; none is 0.</param>
            /// <param name="dilation">Pixels between taps: one entry an axis, or one for all; none is 1.</param>
            /// <param name="groups">Groups of channels that do not see each other.</param>
            /// <returns>N, O, places.</returns>
            /// <exception cref="Errors.ShapeMismatchException">The shapes do not fit.</exception>
            public Tensor DeformableConvolution(Tensor weight, Tensor offset, Tensor? mask = null, Tensor? bias = null,
                Dims stride = default, Padding padding = default, Dims dilation = default, int groups = 1)
            {
                var geometry = ConvolutionGeometry.Of(x.Shape, weight.Shape, stride, padding, dilation, groups);
                // The shape rule of a convolution, and its errors.
                var convolution = new Convolution(geometry);
                TensorType[] types = bias is null ? [x.Type, weight.Type] : [x.Type, weight.Type, bias.Type];
                var output = convolution.Infer(Inputs.Of(convolution, types))[0].Shape;
                var kernel = weight.Shape.Slice(2, geometry.Rank).ToDims();
                int taps = checked((int)kernel.Product());
                int offsetGroups = offset.Rank < 2 ? 1 : (int)Math.Max(1, offset.Shape[1].Value / (2 * taps));
                var unfold = new DeformableUnfold(geometry with { Groups = 1 }, kernel, offsetGroups);
                var columns = mask is null ? Tensor.Apply(unfold, x, offset) : Tensor.Apply(unfold, x, offset, mask);

                Dim outputs = Dim.Floor(output[1], groups), rows = weight.Shape[1] * taps;
                var product = groups == 1 ? weight.Reshape(outputs, rows).MatMul(columns)
                    : weight.Reshape(groups, outputs, rows).MatMul(columns.Reshape(x.Shape[0], groups, rows, columns.Shape[2]));
                var y = product.Reshape(output);
                return bias is null ? y : y + bias.Reshape(output[1], 1, 1);
            }
        }
    }
}
