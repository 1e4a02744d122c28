using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops
{
    /// <summary>
    /// y[k, c, i, j] = mean (or maximum) over the samples of bin i, j of box k of x[images[k], c] read bilinearly. Inputs: x N, C, H, W;
    /// boxes K, 4: left, top, right, bottom; images K: int32 or int64. Output: K, C, bins. Samples more than a pixel beside the image
    /// are 0. ONNX: RoiAlign. He et al. 2017.
    /// </summary>
    /// <param name="Geometry">Bins and samples.</param>
    public sealed record RoiAlign(RoiGeometry Geometry) : Op
    {
        /// <inheritdoc/>
        public override TensorType[] Infer(Inputs inputs)
        {
            inputs.RequireCount(3, 3);
            inputs.RequireFloating(0);
            RequireBoxes(inputs, 1);
            return [new(inputs[0].Element, Geometry.Pooled(inputs, inputs[0].Shape, 1))];
        }

        internal static void RequireBoxes(Inputs inputs, int index)
        {
            if (inputs[index].Element != inputs[0].Element)
                throw inputs.Fail($"takes boxes of {inputs[0].Element} as the image, not {inputs[index].Element}: Cast one of them.");
        }

        /// <inheritdoc/>
        public override Tensor?[] Gradient(GradientContext context)
        {
            Tensor x = context.Inputs[0], boxes = context.Inputs[1], images = context.Inputs[2], dy = context.OutputGradient;
            var gradient = new RoiAlignGradient(Geometry, x.Shape[0], x.Shape.Slice(2, 2));
            return
            [
                !context.Needs(0) ? null : Geometry.Reduction == RoiReduction.Mean ? Tensor.Apply(gradient, dy, boxes, images)
                    : Tensor.Apply(gradient, dy, boxes, images, x),
                context.Needs(1) && Geometry.MovesWithBoxes ? context.ThroughDecomposition()[1] : null,
                null,
            ];
        }

        /// <summary>Of the mean with a fixed number of samples: rows · image · columns, matrices of the boxes.</summary>
        public override Tensor[]? Decompose(IReadOnlyList<Tensor> inputs)
        {
            var (x, boxes) = (inputs[0], inputs[1]);
            if (!Geometry.MovesWithBoxes || !x.Shape[2].IsKnown || !x.Shape[3].IsKnown) return null;
            Tensor rows = Geometry.Weights(0, boxes, (int)x.Shape[2]), columns = Geometry.Weights(1, boxes, (int)x.Shape[3]);
            return [rows.Unsqueeze(1).MatMul(x.Gather(inputs[2])).MatMul(columns.Unsqueeze(1), false, true)];
        }

        /// <inheritdoc/>
        protected internal override Op Code(Attributes attributes) => new RoiAlign(Geometry.Code(attributes));

        /// <summary>Four multiply-adds a sample; one sample a bin where their number depends on the boxes.</summary>
        public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
            Graphs.Cost.Of(outputs[0].Shape.Count * (4L * Math.Max(1, Geometry.Samples * Geometry.Samples)), inputs, outputs);

        /// <inheritdoc/>
        public override IEnumerable<Sample> Samples() => RoiSamples.Cases().Select(c => new Sample(
            new RoiAlign(c.Geometry), c.Image, SampleInput.Of([c.Boxes, 4], c.Values), SampleInput.Indices([c.Boxes], 0, (int)c.Image[0]))
        {
            NotDifferentiable = c.Geometry.MovesWithBoxes ? null : RoiSamples.Steps,
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
            /// <summary>Boxes of the image cut into bins and read bilinearly: K, C, bins.</summary>
            /// <param name="boxes">K, 4: left, top, right, bottom.</param>
            /// <param name="images">K: for each box the number of its image, int32 or int64.</param>
            /// <param name="size">Bins along height and width.</param>
            /// <param name="scale">Pixels of x for one of the boxes' units.</param>
            /// <param name="samples">Samples of a bin along each axis; 0: ⌈pixels of the bin⌉, and the boxes have no gradient.</param>
            /// <param name="halfPixel">Whether pixel centres lie at halves (torchvision: aligned).</param>
            /// <param name="reduction">What becomes of the samples; the maximum has no gradient of the boxes, and no second one.</param>
            /// <exception cref="Errors.ShapeMismatchException">Boxes or numbers do not fit.</exception>
            /// <exception cref="IndexOutOfRangeException">When it is computed: there is no such image.</exception>
            public Tensor RoiAlign(Tensor boxes, Tensor images, Dims size, double scale = 1, int samples = 0, bool halfPixel = true,
                RoiReduction reduction = RoiReduction.Mean) => Tensor.Apply(
                new Ops.RoiAlign(new(size.Count == 1 ? Dims.Repeat(size[0], 2) : size, scale, samples, halfPixel, reduction)),
                x, boxes, images);
        }
    }
}
