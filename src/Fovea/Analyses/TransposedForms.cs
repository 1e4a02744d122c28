using Fovea.Analyses;
using Fovea.Modules;
using Fovea.Tensors;

namespace Fovea;

/// <summary>A transposed convolution seen as what it equals: a plain convolution with stride 1 over an input with zeros in it.</summary>
/// <param name="Axes">The arithmetic of each spatial axis.</param>
/// <param name="Stretched">The probe with zeros between its pixels and around them: N, C, spatial.</param>
/// <param name="Kernel">The rotated kernel, channels exchanged: O, I/groups, spatial.</param>
/// <param name="Difference">The largest absolute difference between both forms on the probe.</param>
/// <param name="BackwardDifference">
/// The largest absolute difference between the layer's input gradient and the plain convolution that it is the transpose of: forward and
/// backward of the two layers swap.
/// </param>
/// <param name="Scale">The largest absolute output.</param>
public sealed record TransposedForm(
    IReadOnlyList<TransposedEquivalent> Axes, Tensor Stretched, Tensor Kernel, double Difference, double BackwardDifference, double Scale);

public static partial class Analysis
{
    /// <summary>
    /// Shows a transposed convolution as zero insertion, rotated kernel and plain convolution, on random numbers. Its matrix is the
    /// transpose Cᵀ of the plain convolution's C; <see cref="Matrix"/> gives both.
    /// </summary>
    /// <param name="layer">A built layer.</param>
    /// <param name="inputShape">One input's shape without the batch axis; null for the shape it was built for.</param>
    public static TransposedForm TransposedAsConvolution(ConvTranspose layer, Shape? inputShape = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        var shape = (inputShape ?? layer.InputShape!).ToDims();
        var op = GeometryOf<Ops.TransposedConvolution>(layer);
        var (geometry, rank, groups) = (op.Geometry, layer.SpatialRank, layer.Groups);
        var windows = WindowsOf(layer);
        var built = layer.InputShape!;
        int[] added = [.. windows.Select((w, i) => (int)op.OutputSize[i] - w.TransposedOutputSize((int)built[i + 1]))];
        TransposedEquivalent[] axes = [.. windows.Select((w, i) => w.Transposed(shape[i + 1], added[i]))];

        var x = SampleValue.Normal<double>([1, .. shape], seed: 1).ToTensor();
        var weight = layer.Weight.Read().Cast(ElementType.Float64);
        var kernel = Rotate(weight, groups, rank);
        var stretched = Stretch(x, windows, axes);

        var plain = stretched.Convolution(
            kernel, null, Dims.Repeat(1, rank), Dims.Repeat(0, rank), geometry.Dilation, groups);
        x.Watch();
        var transposed = Tensor.Apply(op with { OutputSize = new Dims([.. axes.Select(a => a.OutputSize)]) }, x, weight);
        var arriving = SampleValue.Normal<double>(transposed.Shape.ToDims(), seed: 2).ToTensor();
        var backward = Gradients.Of((transposed * arriving).Sum(), x);
        var forward = Tensor.Apply(new Ops.Convolution(geometry), arriving, weight);
        return new(axes, stretched, kernel, Largest(plain - transposed), Largest(backward - forward), Largest(transposed));
    }

    /// <summary>The arithmetic of a layer's windows, one entry a spatial axis.</summary>
    /// <param name="layer">A convolution, or a transposed one: then the arithmetic of the convolution that goes the other way.</param>
    public static IReadOnlyList<WindowArithmetic> WindowsOf(Filters layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        var geometry = layer is ConvTranspose ? GeometryOf<Ops.TransposedConvolution>(layer).Geometry
            : GeometryOf<Ops.Convolution>(layer).Geometry;
        return WindowsOf(geometry, layer.Kernel);
    }

    static IReadOnlyList<WindowArithmetic> WindowsOf(Ops.ConvolutionGeometry geometry, Dims kernel) => [.. kernel.Select((size, i) =>
        new WindowArithmetic(size, geometry.Stride[i], geometry.PadBegin[i], geometry.PadEnd[i], geometry.Dilation[i]))];

    // From the graph: what the layer really applies at the size it was built for.
    static TOp GeometryOf<TOp>(Module layer, Shape? inputShape = null) where TOp : Graphs.Op =>
        new Replay(layer, inputShape: inputShape).Program.Steps.Select(step => step.Op).OfType<TOp>().Single();

    static double Largest(Tensor x) => x.Abs().Reduce(Ops.Reduction.Max, [.. Enumerable.Range(0, x.Rank)]).Item<double>();

    // I, O/groups, kernel to O, I/groups, kernel, every kernel turned by half a turn.
    static Tensor Rotate(Tensor weight, int groups, int rank)
    {
        var sizes = weight.Shape.ToDims();
        int inputs = sizes[0] / groups, outputs = sizes[1];
        ReadOnlySpan<int> kernel = sizes.AsSpan()[2..];
        var apart = weight.Reshape(new Dims([groups, inputs, outputs, .. kernel]));
        int[] order = [0, 2, 1, .. Enumerable.Range(3, rank)];
        var rotated = apart.Transpose(order).Reshape(new Dims([groups * outputs, inputs, .. kernel]));
        for (int axis = 0; axis < rank; axis++) rotated = rotated.Flip(axis + 2);
        return rotated;
    }

    // Zeros between the pixels, then around them; a negative padding cuts away.
    static Tensor Stretch(Tensor x, IReadOnlyList<WindowArithmetic> windows, TransposedEquivalent[] axes)
    {
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = i + 2, size = (int)x.Shape[axis], stride = windows[i].Stride;
            int[] after = new int[x.Rank + 1];
            after[axis + 1] = stride - 1;
            x = x.Unsqueeze(axis + 1).Pad(Dims.Repeat(0, x.Rank + 1), new Dims(after))
                .Reshape(x.Shape.With(axis, size * stride)).Slice(axis, 0, axes[i].StretchedSize);
            int[] begin = new int[x.Rank], end = new int[x.Rank];
            (begin[axis], end[axis]) = (axes[i].PadBegin, axes[i].PadEnd);
            x = x.Pad(new Dims(begin), new Dims(end));
        }
        return x;
    }
}
