using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea
{
    /// <summary>In which order the channels hold the pixels of a block; i and j are places in the block, b its side, c a channel.</summary>
    public enum PixelOrder
    {
        /// <summary>Channel (i · b + j) · C + c of b² · C: the depth innermost. DCR in ONNX, and TensorFlow's order.</summary>
        DepthColumnRow,
        /// <summary>Channel c · b² + i · b + j: the block innermost. CRD in ONNX; PyTorch's pixel shuffle.</summary>
        ColumnRowDepth,
    }
}

namespace Fovea.Ops
{
    /// <summary>
    /// y[n, c, h · b + i, w · b + j] = x[n, k, h, w] with k = (i · b + j) · C + c or c · b² + i · b + j: channels laid out as pixels, over
    /// one to three spatial axes. Input: N, C · b^rank, spatial. Output: N, C, spatial · b. ONNX: DepthToSpace. Shi et al. 2016.
    /// </summary>
    /// <param name="Block">b, how many pixels an axis become of one.</param>
    /// <param name="Order">Which channel is which pixel.</param>
    public sealed record DepthToSpace(int Block, PixelOrder Order = PixelOrder.DepthColumnRow) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            var shape = inputs[0].Shape;
            long pixels = BlockPixels(inputs, shape, Block);
            if (Dim.Divide(shape[1], pixels) is not { } channels)
                throw inputs.Fail($"cannot lay the {shape[1]} channels of {shape} out as blocks of {pixels} pixels: {pixels} does not "
                    + $"divide {shape[1]}.");
            return [inputs[0] with { Shape = new([shape[0], channels, .. shape.Skip(2).Select(size => size * Block)]) }];
        }

        /// <summary>b^rank, checked.</summary>
        internal static long BlockPixels(Inputs inputs, Shape shape, int block)
        {
            if (shape.Rank is < 3 or > 5)
                throw inputs.Fail($"takes N, C and one to three spatial axes; {shape} has {shape.Rank} axes: Reshape first.");
            if (block is < 1 or > 1024) throw inputs.Fail($"has blocks of {block} pixels a side: from 1 to 1024.");
            long pixels = 1;
            for (int i = 2; i < shape.Rank; i++) pixels *= block;
            return pixels;
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [context.OutputGradient.SpaceToDepth(Block, Order)];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) =>
            new DepthToSpace(attributes.Value(Block), attributes.Value(Order));

        /// <inheritdoc/>
        public override ReceptiveField? Field(IReadOnlyList<ReceptiveField?> inputs, Inputs types) => inputs[0] is not { } field ? null
            // Unit o sees pixel ⌊o / b⌋, which is up to (b − 1) / b before o / b.
            : new([.. field.Axes.Select(axis => new FieldAxis(axis.Size + axis.Jump * (Block - 1) / Block, axis.Jump / Block,
                axis.Start - axis.Jump * (Block - 1) / Block))]);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples()
        {
            foreach (var order in Enum.GetValues<PixelOrder>())
            {
                yield return new(new DepthToSpace(2, order), SampleInput.Of([2, 12, 2, 3]));
                yield return new(new DepthToSpace(3, order), SampleInput.Of([1, 9, 4, 17]));
                yield return new(new DepthToSpace(2, order), SampleInput.Of([1, 40, 3, 1]));
                yield return new(new DepthToSpace(1, order), SampleInput.Of([1, 3, 2, 2]));
                yield return new(new DepthToSpace(4, order), SampleInput.Of([2, 12, 5]));
                yield return new(new DepthToSpace(2, order), SampleInput.Of([1, 24, 2, 3, 2]));
                yield return new(new DepthToSpace(3, order), SampleInput.Of([1, 54, 1, 1, 2]));
            }
        }
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, C, spatial (one to three axes).</param>
        extension(Tensor x)
        {
            /// <summary>Channels laid out as pixels: N, C · block^rank, spatial to N, C, spatial · block (pixel shuffle).</summary>
            /// <exception cref="Errors.ShapeMismatchException">The blocks do not divide the channels.</exception>
            public Tensor DepthToSpace(int block, PixelOrder order = PixelOrder.DepthColumnRow) =>
                Tensor.Apply(new Ops.DepthToSpace(block, order), x);

            /// <summary>Pixels laid out as channels: N, C, spatial to N, C · block^rank, spatial / block (pixel unshuffle).</summary>
            /// <exception cref="Errors.ShapeMismatchException">The blocks do not divide the spatial sizes.</exception>
            public Tensor SpaceToDepth(int block, PixelOrder order = PixelOrder.DepthColumnRow) =>
                Tensor.Apply(new Ops.SpaceToDepth(block, order), x);
        }
    }
}
