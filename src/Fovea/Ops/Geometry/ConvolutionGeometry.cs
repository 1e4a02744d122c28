using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>
/// How the taps of a kernel lie on the spatial axes of its input: output place q and tap t read the input at
/// q · stride − padding + t · dilation. Convolution, its transpose and its weight gradient share it.
/// </summary>
/// <param name="Stride">Input pixels from one output to the next, one entry a spatial axis, ≥ 1.</param>
/// <param name="PadBegin">Zeros before the first pixel of each axis, ≥ 0.</param>
/// <param name="PadEnd">Zeros after the last pixel of each axis, ≥ 0.</param>
/// <param name="Dilation">Input pixels from one tap to the next, ≥ 1.</param>
/// <param name="Groups">Into how many groups the channels fall that do not see each other, ≥ 1.</param>
public sealed record ConvolutionGeometry(Dims Stride, Dims PadBegin, Dims PadEnd, Dims Dilation, int Groups = 1)
{
    /// <summary>How many spatial axes.</summary>
    public int Rank => Stride.Count;

    /// <summary>Stride 1, no padding, no dilation, one group.</summary>
    public static ConvolutionGeometry Unit(int rank) =>
        new(Dims.Repeat(1, rank), Dims.Repeat(0, rank), Dims.Repeat(0, rank), Dims.Repeat(1, rank));

    /// <summary>A geometry from lists as users write them.</summary>
    /// <param name="rank">How many spatial axes.</param>
    /// <param name="stride">One entry an axis, or one for all, or none for 1.</param>
    /// <param name="padding">One entry an axis (both ends), or one for all, or none for 0, or the beginnings and then the ends.</param>
    /// <param name="dilation">One entry an axis, or one for all, or none for 1.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <exception cref="ArgumentException">A list is of another length.</exception>
    public static ConvolutionGeometry Of(int rank, Dims stride, Dims padding, Dims dilation, int groups = 1)
    {
        var (begin, end) = WindowLists.Padding(rank, padding);
        return new(WindowLists.Expand(rank, stride, 1, "stride"), begin, end, WindowLists.Expand(rank, dilation, 1, "dilation"), groups);
    }

    /// <summary>The geometry of a convolution of an image N, C, spatial with weights O, C/groups, kernel.</summary>
    /// <exception cref="ArgumentException">A list is of another length.</exception>
    internal static ConvolutionGeometry Of(Shape image, Shape weight, Dims stride, Padding padding, Dims dilation, int groups)
    {
        int rank = Math.Max(image.Rank - 2, 1);
        if (padding.IsExplicit) return Of(rank, stride, padding.Pixels, dilation, groups);
        var geometry = Of(rank, stride, [], dilation, groups);
        Span<int> extents = stackalloc int[rank];
        // What has no extents is refused by the operator, with the numbers.
        if (image.Rank != rank + 2 || !geometry.TryExtents(weight, extents)) return geometry;
        var (begin, end) = padding.Resolve(image.AsSpan()[2..], extents, geometry.Stride);
        return geometry with { PadBegin = begin, PadEnd = end };
    }

    /// <summary>The extents of a kernel, from weights O, C/groups, kernel; false where the kernel or the geometry is none.</summary>
    internal bool TryExtents(Shape weight, Span<int> extents)
    {
        if (weight.Rank != Rank + 2) return false;
        for (int i = 0; i < Rank; i++)
        {
            Dim kernel = weight[i + 2];
            if (!kernel.IsKnown || kernel.Value is < 1 or > int.MaxValue || Dilation[i] < 1 || Stride[i] < 1) return false;
            long extent = (kernel.Value - 1) * Dilation[i] + 1;
            if (extent > MostPixels) return false;
            extents[i] = (int)extent;
        }
        return true;
    }

    /// <summary>The same windows over an image that is padded already.</summary>
    internal ConvolutionGeometry Unpadded => this with { PadBegin = Dims.Repeat(0, Rank), PadEnd = Dims.Repeat(0, Rank) };

    // Kernels count pixels, padding included, in 32 bits.
    const int MostPixels = int.MaxValue;

    /// <summary>Pixels from the first tap to the last, both included.</summary>
    public int Extent(int axis, int kernel) => checked((kernel - 1) * Dilation[axis] + 1);

    /// <summary>The output's size along a spatial axis: ⌊(input + padding − extent) / stride⌋ + 1.</summary>
    public Dim OutputSize(int axis, Dim input, int kernel) =>
        Dim.Floor(input + PadBegin[axis] + PadEnd[axis] - Extent(axis, kernel), Stride[axis]) + 1;

    /// <summary>The smallest input that gives an output of this size: (output − 1) · stride + extent − padding.</summary>
    public Dim InputSize(int axis, Dim output, int kernel) =>
        (output - 1) * Stride[axis] + Extent(axis, kernel) - PadBegin[axis] - PadEnd[axis];

    /// <summary>Passes the geometry through an operator's codec.</summary>
    public ConvolutionGeometry Code(Attributes attributes) => new(attributes.Value(Stride), attributes.Value(PadBegin),
        attributes.Value(PadEnd), attributes.Value(Dilation), attributes.Value(Groups));

    /// <summary>The receptive field of the output of a window over a value.</summary>
    internal ReceptiveField? Field(ReceptiveField? field, Dims kernel) => field is null || field.Axes.Count != Rank ? null
        : new([.. field.Axes.Select((axis, i) => axis.Window(kernel[i], Stride[i], Dilation[i], PadBegin[i]))]);

    /// <summary>
    /// The receptive field of the transposed window: unit j sees from ⌈(j + padding − extent + 1) / stride⌉ to ⌊(j + padding) / stride⌋.
    /// </summary>
    internal ReceptiveField? TransposedField(ReceptiveField? field, Dims kernel) => field is null || field.Axes.Count != Rank ? null
        : new([.. field.Axes.Select((axis, i) =>
        {
            double step = axis.Jump / Stride[i], reach = Extent(i, kernel[i]) - 1;
            return new FieldAxis(axis.Size + reach * step, step, axis.Start + (PadBegin[i] - reach) * step);
        })]);

    /// <summary>Checks the geometry against the rank of an image N, C, spatial.</summary>
    internal void Check(Inputs inputs, Shape image)
    {
        int rank = image.Rank - 2;
        if (rank is < 1 or > 3)
            throw inputs.Fail($"takes N, C and one to three spatial axes; {image} has {image.Rank} axes: Reshape first.");
        WindowLists.Check(inputs, "Stride", Stride, rank, 1);
        WindowLists.Check(inputs, "PadBegin", PadBegin, rank, 0);
        WindowLists.Check(inputs, "PadEnd", PadEnd, rank, 0);
        WindowLists.Check(inputs, "Dilation", Dilation, rank, 1);
        if (Groups < 1) throw inputs.Fail($"has {Groups} groups: at least 1.");
        for (int i = 0; i < rank; i++)
        {
            // A size that is bound later is small beside what would overflow: padding alone is held to half of the range.
            long padding = (long)PadBegin[i] + PadEnd[i];
            if (padding > MostPixels / 2 || image[i + 2].IsKnown && image[i + 2].Value + padding > MostPixels)
                throw inputs.Fail($"pads axis {i + 2} of {image} by {PadBegin[i]} and {PadEnd[i]}: that is more than {MostPixels} pixels.");
        }
    }

    /// <summary>The kernel's sizes, from weights O, C/groups, kernel.</summary>
    internal Dims Kernel(Inputs inputs, Shape weight)
    {
        if (weight.Rank != Rank + 2)
            throw inputs.Fail($"takes weights of {Rank + 2} axes (outputs, inputs / groups, kernel), not {weight}.");
        var kernel = weight.Slice(2, Rank);
        if (!kernel.IsKnown) throw inputs.Fail($"needs kernel sizes that are known while tracing; the weights are {weight}.");
        var sizes = kernel.ToDims();
        CheckKernel(inputs, sizes);
        if (weight[0].IsKnown && weight[0].Value % Groups != 0)
            throw inputs.Fail($"cannot split {weight[0]} output channels (weights {weight}) into {Groups} groups.");
        return sizes;
    }

    internal void CheckKernel(Inputs inputs, Dims kernel)
    {
        WindowLists.Check(inputs, "a kernel", kernel, Rank, 1);
        for (int i = 0; i < Rank; i++)
            if ((kernel[i] - 1L) * Dilation[i] >= MostPixels)
                throw inputs.Fail($"has a kernel {kernel} that reaches over {(kernel[i] - 1L) * Dilation[i] + 1} pixels of axis {i + 2} "
                    + $"(dilation {Dilation}): at most {MostPixels}.");
    }

    /// <summary>The spatial sizes of the output.</summary>
    internal Shape Output(Inputs inputs, Shape image, Dims kernel)
    {
        var sizes = new Dim[Rank];
        for (int i = 0; i < Rank; i++)
        {
            sizes[i] = OutputSize(i, image[i + 2], kernel[i]);
            if (!sizes[i].IsKnown || sizes[i].Value >= 1) continue;
            int extent = Extent(i, kernel[i]), padding = PadBegin[i] + PadEnd[i];
            throw inputs.Fail($"has a kernel {kernel} that reaches over {extent} pixels of axis {i + 2}; "
                + $"the input {image} has {image[i + 2]} there and {padding} of padding: pad by {extent - image[i + 2] - padding} more.");
        }
        return new(sizes);
    }

    /// <summary>Checks that <paramref name="output"/> (N, O, spatial) is what the window makes of an image.</summary>
    internal void CheckOutput(Inputs inputs, Shape image, Dims kernel, Shape output)
    {
        var expected = Output(inputs, image, kernel);
        for (int i = 0; i < Rank; i++)
            if (!inputs.AreEqual(output[i + 2], expected[i]))
                throw inputs.Fail($"turns {image.Slice(2, Rank)} into {expected} (kernel {kernel}, stride {Stride}, "
                    + $"padding {PadBegin} and {PadEnd}, dilation {Dilation}); {output} has {output.Slice(2, Rank)}.");
    }

    /// <summary>Multiply-adds over all outputs: each sums inputs / groups · kernel products.</summary>
    internal static Dim MultiplyAdds(Shape output, Shape weight) => output.Count * weight[1] * weight.Slice(2, weight.Rank - 2).Count;
}
