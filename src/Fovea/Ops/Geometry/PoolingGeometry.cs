using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Ops;

/// <summary>What becomes of a last window for which there are pixels, but not enough.</summary>
public enum PoolingRounding
{
    /// <summary>It is left out: ⌊(input + padding − extent) / stride⌋ + 1 windows.</summary>
    Floor,
    /// <summary>
    /// It counts, if it starts inside the input or the padding before it: ⌈(input + padding − extent) / stride⌉ + 1 windows, but none that
    /// starts in the padding after the input. PyTorch's ceil mode, and ONNX's since opset 22.
    /// </summary>
    Ceiling,
    /// <summary>
    /// It counts, wherever it starts: ⌈(input + padding − extent) / stride⌉ + 1 windows. ONNX's ceil mode before opset 22.
    /// </summary>
    CeilingAnywhere,
}

/// <summary>
/// Windows over the spatial axes of an image: place q and tap t see the pixel q · stride − padding + t · dilation, where there is one.
/// </summary>
/// <param name="Kernel">Taps along each spatial axis, ≥ 1.</param>
/// <param name="Stride">Pixels from one window to the next, ≥ 1.</param>
/// <param name="PadBegin">Places before the first pixel, from 0 to less than the window's extent.</param>
/// <param name="PadEnd">Places after the last pixel, from 0 to less than the window's extent.</param>
/// <param name="Dilation">Pixels from one tap to the next, ≥ 1.</param>
/// <param name="Rounding">Whether a last window that reaches past the padded input counts.</param>
public sealed record PoolingGeometry(Dims Kernel, Dims Stride, Dims PadBegin, Dims PadEnd, Dims Dilation,
    PoolingRounding Rounding = PoolingRounding.Floor)
{
    // Kernels count pixels, padding and taps beyond it included, in 32 bits: a window before the image and one behind it must fit.
    const int MostPixels = 1 << 30;

    /// <summary>How many spatial axes.</summary>
    public int Rank => Kernel.Count;

    /// <summary>Windows of one pixel.</summary>
    public static PoolingGeometry Unit(int rank) => Of(rank, [1], [1], [], []);

    /// <summary>A geometry from lists as users write them: one entry an axis, or one for all.</summary>
    /// <param name="rank">How many spatial axes.</param>
    /// <param name="kernel">Taps along each axis.</param>
    /// <param name="stride">Pixels from one window to the next; none: windows side by side, the kernel's sizes.</param>
    /// <param name="padding">Also all beginnings and then all ends; none is 0.</param>
    /// <param name="dilation">Pixels between taps; none is 1.</param>
    /// <param name="ceilMode">Whether a last window that reaches past the padded input counts, by PyTorch's rule.</param>
    /// <exception cref="ArgumentException">A list is of another length.</exception>
    public static PoolingGeometry Of(int rank, Dims kernel, Dims stride, Dims padding, Dims dilation, bool ceilMode = false)
    {
        kernel = WindowLists.Expand(rank, kernel, 1, "kernel");
        var (begin, end) = WindowLists.Padding(rank, padding);
        return new(kernel, stride.Count == 0 ? kernel : WindowLists.Expand(rank, stride, 1, "stride"), begin, end,
            WindowLists.Expand(rank, dilation, 1, "dilation"), ceilMode ? PoolingRounding.Ceiling : PoolingRounding.Floor);
    }

    /// <summary>A geometry for the windows of an image N, C, spatial, whose sizes the padding's rule may need.</summary>
    internal static PoolingGeometry Of(Shape image, Dims kernel, Dims stride, Padding padding, Dims dilation, bool ceilMode)
    {
        // What is refused here is refused by the shape rule, with all its numbers.
        int rank = Math.Max(image.Rank - 2, 1);
        var geometry = Of(rank, kernel, stride, padding.Pixels, dilation, ceilMode);
        bool plain = image.Rank == rank + 2 && !geometry.Kernel.AsSpan().ContainsAnyInRange(int.MinValue, 0)
            && !geometry.Stride.AsSpan().ContainsAnyInRange(int.MinValue, 0);
        if (padding.IsExplicit || !plain) return geometry;
        int[] extents = [.. Enumerable.Range(0, rank).Select(geometry.Extent)];
        var (begin, end) = padding.Resolve(image.AsSpan()[2..], extents, geometry.Stride);
        return geometry with { PadBegin = begin, PadEnd = end };
    }

    /// <summary>Pixels from the first tap to the last, both included.</summary>
    public int Extent(int axis) => checked((Kernel[axis] - 1) * Dilation[axis] + 1);

    /// <summary>The output's size along a spatial axis: ⌊(input + padding − extent) / stride⌋ + 1, or as Rounding says.</summary>
    public Dim OutputSize(int axis, Dim input)
    {
        Dim room = input + PadBegin[axis] + PadEnd[axis] - Extent(axis);
        if (Rounding == PoolingRounding.Floor) return Dim.Floor(room, Stride[axis]) + 1;
        Dim all = Dim.Ceiling(room, Stride[axis]) + 1;
        return Rounding == PoolingRounding.CeilingAnywhere ? all : Dim.Min(all, Dim.Floor(input + PadBegin[axis] - 1, Stride[axis]) + 1);
    }

    /// <summary>Passes the geometry through an operator's codec.</summary>
    public PoolingGeometry Code(Attributes attributes) => new(attributes.Value(Kernel), attributes.Value(Stride),
        attributes.Value(PadBegin), attributes.Value(PadEnd), attributes.Value(Dilation), attributes.Value(Rounding));

    /// <summary>The receptive field of the windows.</summary>
    internal ReceptiveField? Field(ReceptiveField? field) => field is null || field.Axes.Count != Rank ? null
        : new([.. field.Axes.Select((axis, i) => axis.Window(Kernel[i], Stride[i], Dilation[i], PadBegin[i]))]);

    /// <summary>The shape N, C, places for an image N, C, spatial; checks the geometry on the way.</summary>
    internal Shape Output(Inputs inputs, Shape image)
    {
        int rank = image.Rank - 2;
        if (rank is < 1 or > 3)
            throw inputs.Fail($"takes N, C and one to three spatial axes; {image} has {image.Rank} axes: Reshape first.");
        WindowLists.Check(inputs, "Kernel", Kernel, rank, 1);
        WindowLists.Check(inputs, "Stride", Stride, rank, 1);
        WindowLists.Check(inputs, "PadBegin", PadBegin, rank, 0);
        WindowLists.Check(inputs, "PadEnd", PadEnd, rank, 0);
        WindowLists.Check(inputs, "Dilation", Dilation, rank, 1);
        var sizes = new Dim[rank];
        long taps = 1;
        for (int i = 0; i < rank; i++)
        {
            taps *= Kernel[i];
            if ((Kernel[i] - 1L) * Dilation[i] >= MostPixels || taps > int.MaxValue)
                throw inputs.Fail($"has windows {Kernel} with dilation {Dilation}: a window must reach over less than 2³⁰ pixels, and have "
                    + "less than 2³¹ taps.");
            if (PadBegin[i] >= Extent(i) || PadEnd[i] >= Extent(i))
                throw inputs.Fail($"has padding {PadBegin} and {PadEnd} for windows that reach over {Extent(i)} pixels of axis {i + 2}: "
                    + "a window would see no pixel; pad less.");
            long beside = (long)PadBegin[i] + PadEnd[i] + Extent(i) + (Rounding == PoolingRounding.CeilingAnywhere ? Stride[i] : 0);
            if (image[i + 2].IsKnown && image[i + 2].Value + beside > int.MaxValue)
                throw inputs.Fail($"has windows {Kernel}, with dilation {Dilation}, that reach over {Extent(i)} pixels of axis {i + 2}, "
                    + $"and padding {PadBegin} and {PadEnd}: beside the input {image} that is more than {int.MaxValue} pixels.");
            sizes[i] = OutputSize(i, image[i + 2]);
            if (sizes[i].IsKnown && sizes[i].Value < 1)
                throw inputs.Fail($"has windows {Kernel} that reach over {Extent(i)} pixels of axis {i + 2}; "
                    + $"the input {image} has {image[i + 2]} there and {(long)PadBegin[i] + PadEnd[i]} of padding: "
                    + "use smaller windows, or pool less before.");
        }
        return Shape.Concat(image.Slice(0, 2), new Shape(sizes));
    }

    /// <summary>Checks that an input has one element for each window: the shape N, C, places.</summary>
    internal void CheckPlaces(Inputs inputs, int index, Shape expected)
    {
        var shape = inputs[index].Shape;
        bool fits = shape.Rank == expected.Rank;
        for (int i = 0; fits && i < shape.Rank; i++) fits = inputs.AreEqual(shape[i], expected[i]);
        if (!fits) throw inputs.Fail($"takes one number for each window, {expected}, as input {index}, not {shape}.");
    }

    /// <summary>
    /// Checks that <paramref name="output"/> is what the windows make of an image N, C, <paramref name="imageSize"/>; gives the image.
    /// </summary>
    internal Shape Image(Inputs inputs, Shape output, Shape imageSize)
    {
        if (output.Rank != imageSize.Rank + 2)
            throw inputs.Fail($"has an InputSize of {imageSize.Rank} axes ({imageSize}); {output} has {output.Rank - 2} spatial axes.");
        var image = Shape.Concat(output.Slice(0, 2), imageSize);
        var expected = Output(inputs, image);
        for (int i = 2; i < output.Rank; i++)
            if (!inputs.AreEqual(output[i], expected[i])) throw inputs.Fail($"turns {image} into {expected}, not into {output}.");
        return image;
    }
}
