using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// dx[images[k], c, pixel] += weight · dy[k, c, i, j] for the pixels that bin i, j of box k read: the transpose of <see cref="RoiAlign"/>.
/// Of the maximum, to the pixel of the first largest product. Inputs: dy K, C, bins; boxes K, 4; images K; x N, C, H, W, for the
/// maximum only. Output: dx N, C, H, W.
/// </summary>
/// <param name="Geometry">Bins and samples.</param>
/// <param name="Images">N.</param>
/// <param name="InputSize">H, W.</param>
public sealed record RoiAlignGradient(RoiGeometry Geometry, Dim Images, Shape InputSize) : Op
{
    /// <inheritdoc/>
    public override TensorType[] Infer(Inputs inputs)
    {
        int count = Geometry.Reduction == RoiReduction.Max ? 4 : 3;
        inputs.RequireCount(count, count);
        inputs.RequireFloating(0);
        RoiAlign.RequireBoxes(inputs, 1);
        inputs.RequireSize(Images, "a number of images");
        var dy = inputs[0].Shape;
        if (dy.Rank != 4 || InputSize.Rank != 2) throw inputs.Fail($"takes K, C, bins and makes N, C, H, W; not {dy} and {InputSize}.");
        Shape image = new([Images, dy[1], .. InputSize]), expected = Geometry.Pooled(inputs, image, 1);
        bool fits = true;
        for (int i = 0; fits && i < 4; i++) fits = inputs.AreEqual(dy[i], expected[i]);
        if (!fits) throw inputs.Fail($"has a gradient {dy} for bins {expected}.");
        if (count == 4)
        {
            var x = inputs[3];
            fits = x.Element == inputs[0].Element && x.Rank == 4;
            for (int i = 0; fits && i < 4; i++) fits = inputs.AreEqual(x.Shape[i], image[i]);
            if (!fits) throw inputs.Fail($"takes the image that was read, {image} of {inputs[0].Element}, not {x}.");
        }
        return [new(inputs[0].Element, image)];
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(GradientContext context)
    {
        // The maximum's places are steps of x; that it moves with them is refused by name.
        if (Geometry.Reduction == RoiReduction.Max) return context.ThroughDecomposition();
        return
        [
            context.Needs(0) ? Tensor.Apply(new RoiAlign(Geometry), context.OutputGradient, context.Inputs[1], context.Inputs[2]) : null,
            context.Needs(1) && Geometry.MovesWithBoxes ? context.ThroughDecomposition()[1] : null,
            null,
        ];
    }

    /// <summary>Of the mean with a fixed number of samples: rowsᵀ · dy · columns, added to the images.</summary>
    public override Tensor[]? Decompose(IReadOnlyList<Tensor> inputs)
    {
        if (!Geometry.MovesWithBoxes || !InputSize.IsKnown) return null;
        var (dy, boxes) = (inputs[0], inputs[1]);
        Tensor rows = Geometry.Weights(0, boxes, (int)InputSize[0]), columns = Geometry.Weights(1, boxes, (int)InputSize[1]);
        var each = rows.Unsqueeze(1).MatMul(dy, true).MatMul(columns.Unsqueeze(1));
        return [Tensor.Apply(new GatherGradient(0, Images), each, inputs[2])];
    }

    /// <inheritdoc/>
    protected internal override Op Code(Attributes attributes) =>
        new RoiAlignGradient(Geometry.Code(attributes), attributes.Value(Images), attributes.Value(InputSize));

    /// <summary>Four multiply-adds a sample; one sample a bin where their number depends on the boxes.</summary>
    public override Cost Cost(Inputs inputs, IReadOnlyList<TensorType> outputs) =>
        Graphs.Cost.Of(inputs[0].Shape.Count * (4L * Math.Max(1, Geometry.Samples * Geometry.Samples)), inputs, outputs);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples() => RoiSamples.Cases().Select(c =>
    {
        var op = new RoiAlignGradient(c.Geometry, c.Image[0], c.Image.Slice(2, 2));
        SampleInput[] inputs = [new Shape([c.Boxes, c.Image[1], c.Geometry.Size[0], c.Geometry.Size[1]]),
            SampleInput.Of([c.Boxes, 4], c.Values), SampleInput.Indices([c.Boxes], 0, (int)c.Image[0])];
        return new Sample(op, c.Geometry.Reduction == RoiReduction.Max ? [.. inputs, c.Image] : inputs)
        {
            NotDifferentiable = c.Geometry.MovesWithBoxes ? null : RoiSamples.Steps,
        };
    });
}

/// <summary>One case of the conformance suite for regions and their gradient.</summary>
sealed record RoiSample(RoiGeometry Geometry, Shape Image, int Boxes, SampleValues Values = SampleValues.Normal);

static class RoiSamples
{
    public const string Steps = "the number of samples, or the largest, steps as boxes move; RoiAlignTests hold the image's gradient";

    public static IEnumerable<RoiSample> Cases()
    {
        foreach (bool half in (bool[])[true, false])
        {
            yield return new(new([2, 3], 3, 2, half), [2, 3, 6, 5], 5);
            yield return new(new([1, 1], 2.5, 3, half), [1, 18, 4, 4], 2, SampleValues.Positive);
            yield return new(new([3, 2], 4, 0, half), [2, 4, 7, 9], 4);
            yield return new(new([2, 2], 3, 2, half, RoiReduction.Max), [2, 3, 6, 5], 4, SampleValues.Positive);
            yield return new(new([2, 1], 3, 0, half, RoiReduction.Max), [1, 17, 5, 6], 3, SampleValues.Positive);
        }
        yield return new(new([2, 2], 1, 1), [1, 2, 1, 1], 3);
    }
}
