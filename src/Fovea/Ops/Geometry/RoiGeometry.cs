using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea
{
    /// <summary>What becomes of the samples of a region's bin.</summary>
    public enum RoiReduction
    {
        /// <summary>Their mean.</summary>
        Mean,
        /// <summary>The largest product of a sample's four weights and pixels, as ONNX has it (not of the samples).</summary>
        Max,
    }
}

namespace Fovea.Ops
{
    /// <summary>How regions of an image are cut into bins, and bins into samples.</summary>
    /// <param name="Size">Bins along height and width.</param>
    /// <param name="Scale">Pixels of the image for one of the boxes' units.</param>
    /// <param name="Samples">Samples of a bin along each axis; 0: ⌈pixels of the bin⌉.</param>
    /// <param name="HalfPixel">Whether pixel centres lie at halves (aligned); else at whole numbers, a region having a pixel.</param>
    /// <param name="Reduction">What becomes of a bin's samples.</param>
    public sealed record RoiGeometry(Dims Size, double Scale = 1, int Samples = 0, bool HalfPixel = true,
        RoiReduction Reduction = RoiReduction.Mean)
    {
        const int MostSamples = 4096;

        /// <summary>Passes the geometry through an operator's codec.</summary>
        public RoiGeometry Code(Attributes attributes) => new(attributes.Value(Size), attributes.Value(Scale), attributes.Value(Samples),
            attributes.Value(HalfPixel), attributes.Value(Reduction));

        /// <summary>Whether the boxes have a gradient: a number of samples that depends on them steps.</summary>
        internal bool MovesWithBoxes => Samples > 0 && Reduction == RoiReduction.Mean;

        /// <summary>Checks image N, C, H, W, boxes K, 4 and images K; gives K, C, bins.</summary>
        internal Shape Pooled(Inputs inputs, Shape image, int boxesInput)
        {
            Shape boxes = inputs[boxesInput].Shape, numbers = inputs[boxesInput + 1].Shape;
            if (image.Rank != 4) throw inputs.Fail($"takes an image N, C, H, W; {image} has {image.Rank} axes.");
            if (boxes.Rank != 2 || !inputs.AreEqual(boxes[1], 4))
                throw inputs.Fail($"takes boxes K, 4 (left, top, right, bottom); they are {boxes}.");
            if (numbers.Rank != 1 || !inputs.AreEqual(numbers[0], boxes[0]))
                throw inputs.Fail($"takes the number of an image for each of the {boxes[0]} boxes; they are {numbers}.");
            Gather.RequireIndices(inputs, boxesInput + 1);
            WindowLists.Check(inputs, "Size", Size, 2, 1);
            if (!(double.IsFinite(Scale) && Scale > 0)) throw inputs.Fail("has a scale that is not positive.");
            if (Samples is < 0 or > MostSamples) throw inputs.Fail($"has {Samples} samples a bin: from 0 to {MostSamples}.");
            for (int i = 2; i < 4; i++)
                if (image[i].IsKnown && image[i].Value < 1) throw inputs.Fail($"cannot read between the pixels of {image}: it has none.");
            return new([boxes[0], image[1], Size[0], Size[1]]);
        }

        /// <summary>An axis of a region.</summary>
        internal RoiAxis Axis(int axis, double from, double to, int pixels)
        {
            double offset = HalfPixel ? 0.5 : 0, start = from * Scale - offset, length = to * Scale - offset - start;
            if (!HalfPixel) length = Math.Max(length, 1);
            double bin = length / Size[axis], samples = Samples > 0 ? Samples : double.IsFinite(bin) ? Math.Max(0, Math.Ceiling(bin)) : 0;
            return new(start, bin, samples, pixels);
        }

        /// <summary>
        /// The weights of an axis's pixels in each bin, as tensors of the boxes: K, bins, pixels. The hat of a sample at y over pixel p is
        /// max(0, 1 − |p − y|), y held inside the image; samples more than a pixel beside it are 0.
        /// </summary>
        internal Tensor Weights(int axis, Tensor boxes, int pixels)
        {
            int bins = Size[axis], column = 1 - axis;
            double offset = HalfPixel ? 0.5 : 0;
            Tensor start = boxes.Slice(1, column, 1) * Scale - offset, end = boxes.Slice(1, column + 2, 1) * Scale - offset;
            var length = end - start;
            if (!HalfPixel) length = length.Maximum(Constant([1], [1], boxes.ElementType));
            double[] inBins = [.. Enumerable.Range(0, bins * Samples).Select(i => i / Samples + (i % Samples + 0.5) / Samples)];
            var places = (start + length * (1.0 / bins) * Constant(inBins, [1, inBins.Length], boxes.ElementType)).Unsqueeze(2);
            double[] all = [.. Enumerable.Range(0, pixels).Select(p => (double)p)];
            var hats = (1 - (Constant(all, [1, 1, pixels], boxes.ElementType) - places.Clip(0, pixels - 1)).Abs()).Relu();
            var inside = ((places >= -1) & (places <= pixels)).Cast(boxes.ElementType);
            return (hats * inside).Reshape(new Shape([boxes.Shape[0], bins, Samples, pixels])).Mean(2);
        }

        static Tensor Constant(double[] values, Shape shape, ElementType element) => Tensor.From(values, shape).Cast(element);
    }

    /// <summary>An axis of one region.</summary>
    /// <param name="Start">Where it begins, in pixels.</param>
    /// <param name="Bin">Pixels of a bin.</param>
    /// <param name="Samples">Samples of a bin; a whole number.</param>
    /// <param name="Pixels">Pixels of the image.</param>
    readonly record struct RoiAxis(double Start, double Bin, double Samples, int Pixels)
    {
        /// <summary>The samples of a bin that can lie on the image or a pixel beside it: from, to (excluded).</summary>
        public (long From, long To) Near(int bin)
        {
            double step = Bin / Samples, first = Place(bin, 0);
            if (!double.IsFinite(first) || !double.IsFinite(step)) return (0, 0);
            if (!(step > 0)) return (0, (long)Samples);
            return ((long)Math.Clamp(Math.Floor((-1 - first) / step) - 1, 0, Samples),
                (long)Math.Clamp(Math.Ceiling((Pixels - first) / step) + 2, 0, Samples));
        }

        double Place(int bin, double sample) => Start + bin * Bin + (sample + 0.5) * Bin / Samples;

        /// <summary>The two pixels around a sample and their weights; false where it lies more than a pixel beside the image.</summary>
        public bool Around(int bin, double sample, out int low, out int high, out double lowWeight, out double highWeight)
        {
            double place = Place(bin, sample);
            (low, high, lowWeight, highWeight) = (0, 0, 0, 0);
            if (!(place >= -1 && place <= Pixels)) return false;
            place = Math.Clamp(place, 0, Pixels - 1);
            low = (int)place;
            high = Math.Min(low + 1, Pixels - 1);
            highWeight = place - low;
            lowWeight = 1 - highWeight;
            return true;
        }

        /// <summary>Fills in by what each pixel counts in the mean of a bin's samples.</summary>
        public void MeanWeights(int bin, Span<double> weights)
        {
            weights.Clear();
            var (from, to) = Near(bin);
            for (long sample = from; sample < to; sample++)
            {
                if (!Around(bin, sample, out int low, out int high, out double lowWeight, out double highWeight)) continue;
                weights[low] += lowWeight / Samples;
                weights[high] += highWeight / Samples;
            }
        }
    }
}
