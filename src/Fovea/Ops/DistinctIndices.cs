using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// Indices of which each names another pixel: in every channel the last of equal ones stays, the others become −1. So a sum over them
    /// is an assignment in which the last wins. Input and output: int64, N, C, places; −1 names no pixel.
    /// </summary>
    /// <param name="Pixels">How many pixels there are: indices are from −1 to Pixels − 1.</param>
    public sealed record DistinctIndices(Dim Pixels) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(1, 1);
            if (inputs[0].Element != ElementType.Int64 || inputs[0].Rank < 3)
                throw inputs.Fail($"takes Int64 indices N, C, places, not {inputs[0]}.");
            if (Pixels.IsKnown && Pixels.Value is < 1 or > int.MaxValue) throw inputs.Fail($"names {Pixels} pixels: from 1 to 2³¹ − 1.");
            return [inputs[0]];
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context) => [null];

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new DistinctIndices(attributes.Value(Pixels));

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() =>
        [
            new(new DistinctIndices(6), SampleInput.Indices([2, 3, 4], -1, 6)) { NotDifferentiable = "its input is integers" },
            new(new DistinctIndices(5), SampleInput.Indices([1, 70, 3, 2], -1, 5)) { NotDifferentiable = "its input is integers" },
            new(new DistinctIndices(1), SampleInput.Indices([1, 1, 1], 0, 1)) { NotDifferentiable = "its input is integers" },
            new(new DistinctIndices(1000), SampleInput.Indices([2, 2, 2, 3, 4], 0, 1000)) { NotDifferentiable = "its input is integers" },
        ];
    }
}

namespace Fovea
{
    public static partial class TensorFunctions
    {
        /// <param name="x">N, C, places: what a max pool gave.</param>
        extension(Tensor x)
        {
            /// <summary>
            /// Puts each element back to the pixel where its pool found it; the others are 0. Where windows overlapped and found one pixel
            /// several times, the last element stays. ONNX: MaxUnpool.
            /// </summary>
            /// <param name="indices">Int64, N, C, places: the second output of <c>MaxPoolWithIndices</c>; −1 names no pixel.</param>
            /// <param name="kernel">The pool's kernel: one entry an axis, or one for all.</param>
            /// <param name="stride">The pool's stride; none: the kernel.</param>
            /// <param name="padding">The pool's padding.</param>
            /// <param name="outputSize">
            /// The spatial sizes to go back to, one entry an axis: the pool's input; then kernel, stride and padding do not matter.
            /// Null: the smallest that the pool takes to this one, (size − 1) · stride − padding + kernel.
            /// </param>
            /// <returns>N, C, outputSize.</returns>
            /// <exception cref="Errors.ShapeMismatchException">Elements and indices differ in shape.</exception>
            /// <exception cref="IndexOutOfRangeException">When it is computed: an index names no pixel of the output.</exception>
            public Tensor MaxUnpool(Tensor indices, Dims kernel = default, Dims stride = default, Dims padding = default,
                Shape? outputSize = null)
            {
                ArgumentNullException.ThrowIfNull(indices);
                if (outputSize is null)
                {
                    if (kernel.Count == 0) throw new ArgumentException("MaxUnpool takes the pool's kernel, or the output size.");
                    var pool = PoolingGeometry.Of(PoolRank(x), kernel, stride, padding, []);
                    outputSize = new([.. x.Shape.Skip(2).Select((places, i) =>
                        (places - 1) * pool.Stride[i] - pool.PadBegin[i] - pool.PadEnd[i] + pool.Kernel[i])]);
                }
                if (x.Rank < 3 || outputSize.Rank != x.Rank - 2)
                    throw new Errors.ShapeMismatchException(
                        $"MaxUnpool takes N, C, places and one output size a spatial axis; the input is {x.Shape}, "
                        + $"the sizes are {outputSize}.");
                return Tensor.Apply(new MaxPoolGradient(outputSize), x, Tensor.Apply(new DistinctIndices(outputSize.Count), indices));
            }
        }
    }
}
