using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// The output's size of a transposed convolution: what its stride, padding and kernel leave open is decided by an output padding, or by
/// the size itself.
/// </summary>
static class TransposedSizes
{
    /// <summary>The geometry of the convolution that goes the other way, and the spatial sizes that it starts from.</summary>
    /// <exception cref="ArgumentException">A list is of another length, or two of them say the same thing.</exception>
    /// <exception cref="ShapeMismatchException">The shapes do not fit, or the output cannot have that size.</exception>
    public static (ConvolutionGeometry Geometry, Shape OutputSize) Of(Shape input, Shape weight, Dims stride, Padding padding,
        Dims outputPadding, Dims outputSize, Dims dilation, int groups)
    {
        int rank = Math.Max(input.Rank - 2, 1);
        if (weight.Rank != rank + 2 || input.Rank != rank + 2)
            throw new ShapeMismatchException("TransposedConvolution takes N, I, spatial and weights I, O / groups, kernel of as many axes; "
                + $"they are {input} and {weight}.");
        var geometry = ConvolutionGeometry.Of(rank, stride, padding.Pixels, dilation, groups);
        var extra = WindowLists.Expand(rank, outputPadding, 0, "output padding");
        if (outputSize.Count > 0 && !extra.All(0))
            throw new ArgumentException(
                $"The output size {outputSize} and the output padding {outputPadding} say the same thing: give one.");
        if (outputSize.Count > 0) outputSize = WindowLists.Expand(rank, outputSize, 1, "output size");

        Span<int> extents = stackalloc int[rank];
        // What has no extents is refused by the operator, with the numbers.
        if (!geometry.TryExtents(weight, extents)) return (geometry, input.Slice(2, rank));
        var inputs = input.AsSpan()[2..];
        var sizes = new Dim[rank];
        if (padding.KeepsSize)
        {
            if (!extra.All(0))
                throw new ArgumentException($"{padding} padding gives size · stride, whatever the output padding ({outputPadding}): "
                    + "give the output size.");
            for (int i = 0; i < rank; i++) sizes[i] = outputSize.Count > 0 ? outputSize[i] : inputs[i] * geometry.Stride[i];
        }
        if (!padding.IsExplicit)
        {
            var (begin, end) = padding.ResolveTransposed(inputs, sizes, extents, geometry.Stride);
            geometry = geometry with { PadBegin = begin, PadEnd = end };
        }
        if (padding.KeepsSize) return (geometry, new(sizes));

        for (int i = 0; i < rank; i++)
        {
            Dim least = geometry.InputSize(i, inputs[i], (int)weight[i + 2]);
            int step = geometry.Stride[i];
            if (extra[i] < 0 || extra[i] >= step)
                throw new ArgumentException($"The output padding {extra} must lie between 0 and the stride {geometry.Stride} − 1.");
            sizes[i] = outputSize.Count > 0 ? outputSize[i] : least + extra[i];
            if (sizes[i].IsKnown && sizes[i].Value < 1)
                throw new ShapeMismatchException($"TransposedConvolution makes {sizes[i]} pixels of the {inputs[i]} on axis {i + 2} "
                    + $"(stride {step}, a kernel over {extents[i]} pixels, padding {geometry.PadBegin[i]} and {geometry.PadEnd[i]}): "
                    + "pad less.");
            Dim above = sizes[i] - least;
            if (above.IsKnown && (above.Value < 0 || above.Value >= step))
                throw new ShapeMismatchException($"TransposedConvolution cannot give {sizes[i]} pixels on axis {i + 2}: {inputs[i]} with "
                    + $"stride {step}, a kernel over {extents[i]} pixels and padding {geometry.PadBegin[i]} and {geometry.PadEnd[i]} give "
                    + (step == 1 ? $"{least}." : $"{least} to {least + (step - 1)}."));
        }
        return (geometry, new(sizes));
    }
}
