using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>Three spatial sizes; one- and two-dimensional convolutions have 1 in the outer ones.</summary>
internal readonly record struct Spatial(int Depth, int Height, int Width)
{
    /// <summary>One in every direction.</summary>
    public static Spatial One => new(1, 1, 1);

    /// <summary>How many points.</summary>
    public int Count => Depth * Height * Width;
}

/// <summary>The numbers of one convolution, as a kernel wants them: input cross-correlated with kernel gives output.</summary>
/// <param name="Images">N.</param>
/// <param name="Groups">Groups of channels that do not see each other.</param>
/// <param name="InputChannels">C of the input, all groups.</param>
/// <param name="OutputChannels">C of the output, all groups.</param>
/// <param name="Input">Spatial sizes of the input.</param>
/// <param name="Output">Spatial sizes of the output.</param>
/// <param name="Kernel">Spatial sizes of the weights.</param>
/// <param name="Stride">Input pixels from one output pixel to the next.</param>
/// <param name="Dilation">Input pixels from one tap to the next.</param>
/// <param name="Padding">Zeros before the input on each axis; those after it follow from the output's size.</param>
internal sealed record ConvolutionSizes(
    int Images, int Groups, int InputChannels, int OutputChannels,
    Spatial Input, Spatial Output, Spatial Kernel, Spatial Stride, Spatial Dilation, Spatial Padding)
{
    /// <summary>Input channels that one output channel sees.</summary>
    public int GroupInputs => InputChannels / Groups;

    /// <summary>Output channels of a group.</summary>
    public int GroupOutputs => OutputChannels / Groups;

    /// <summary>Whether the fast kernels take a convolution: float32, one to three axes, nothing empty, weights within an index.</summary>
    /// <param name="geometry">Stride, padding, dilation and groups.</param>
    /// <param name="image">N, C, spatial: the side that the padding belongs to.</param>
    /// <param name="weight">O, C/groups, kernel.</param>
    /// <param name="result">N, O, spatial.</param>
    public static bool Fit(ConvolutionGeometry geometry, BoundType image, BoundType weight, BoundType result)
        => image.Element == ElementType.Float32 && geometry.Rank is >= 1 and <= 3
            && image.Count > 0 && weight.Count is > 0 and <= int.MaxValue && result.Count > 0;

    /// <summary>The sizes of a convolution; axes that it lacks are 1.</summary>
    /// <inheritdoc cref="Fit"/>
    public static ConvolutionSizes Of(ConvolutionGeometry geometry, BoundType image, BoundType weight, BoundType result)
    {
        return Of(geometry, image.Sizes, new(weight.Sizes.AsSpan().Slice(2, geometry.Rank)), new(result.Sizes.AsSpan()[2..]),
            result.Sizes[1]);
    }

    /// <summary>The sizes of windows over every channel of an image N, C, spatial by itself; axes that it lacks are 1.</summary>
    public static ConvolutionSizes Of(ConvolutionGeometry geometry, Dims kernel, Dims image)
    {
        var places = kernel;
        for (int i = 0; i < geometry.Rank; i++) places = places.With(i, (int)geometry.OutputSize(i, image[i + 2], kernel[i]));
        return Of(geometry, image, kernel, places, image[1]);
    }

    static ConvolutionSizes Of(ConvolutionGeometry geometry, Dims image, Dims kernel, Dims places, int outputs)
    {
        int rank = geometry.Rank;
        return new(image[0], geometry.Groups, image[1], outputs,
            Axes(image, 2, 1), Axes(places, 0, 1), Axes(kernel, 0, 1),
            Axes(geometry.Stride, 0, 1), Axes(geometry.Dilation, 0, 1), Axes(geometry.PadBegin, 0, 0));

        Spatial Axes(Dims list, int first, int absent) => new(
            rank == 3 ? list[first] : absent, rank >= 2 ? list[first + rank - 2] : absent, list[first + rank - 1]);
    }

    /// <summary>Images and results channels-last; weights and bias row-major.</summary>
    public static LayoutRule ChannelsLast(KernelCase @case) => new(
        [.. Enumerable.Range(0, @case.Inputs.Length).Select(i => i == 0 ? Placement.ChannelsLast : Placement.RowMajor)],
        [Placement.ChannelsLast]);
}
