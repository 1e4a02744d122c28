using Fovea.Graphs;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.ConvolutionWeightGradient;

/// <summary>Three spatial sizes, depth first; an axis that is not there has size 1 (stride 1, padding 0, dilation 1).</summary>
internal readonly record struct Extent(int Depth, int Height, int Width)
{
    /// <summary>Depth × height × width.</summary>
    public int Count => checked(Depth * Height * Width);

    /// <summary>The last one to three entries of a list.</summary>
    public static Extent Of(ReadOnlySpan<int> sizes, int missing) =>
        new(sizes.Length > 2 ? sizes[^3] : missing, sizes.Length > 1 ? sizes[^2] : missing, sizes[^1]);
}

/// <summary>A convolution's sizes as its weight gradient sees them: one to three spatial axes, channels-last.</summary>
internal readonly record struct WeightGradientSizes
{
    /// <summary>Images.</summary>
    public required int Samples { get; init; }

    /// <summary>Groups of channels that do not mix.</summary>
    public required int Groups { get; init; }

    /// <summary>Input channels of a group.</summary>
    public required int InputChannels { get; init; }

    /// <summary>Output channels of a group.</summary>
    public required int OutputChannels { get; init; }

    /// <summary>The image.</summary>
    public required Extent Input { get; init; }

    /// <summary>The output map.</summary>
    public required Extent Output { get; init; }

    /// <summary>The kernel.</summary>
    public required Extent Kernel { get; init; }

    /// <summary>Steps of the kernel over the image.</summary>
    public required Extent Stride { get; init; }

    /// <summary>Zeros before each axis; those behind follow from the output.</summary>
    public required Extent Padding { get; init; }

    /// <summary>Steps between the kernel's taps.</summary>
    public required Extent Dilation { get; init; }

    /// <summary>Floats from one pixel of the image to the next.</summary>
    public required int InputPitch { get; init; }

    /// <summary>Floats from one pixel of the output gradient to the next.</summary>
    public required int OutputPitch { get; init; }

    /// <summary>Positions of the kernel.</summary>
    public int Taps => Kernel.Count;

    /// <summary>Positions of the kernel along all axes but the last.</summary>
    public int RowTaps => Kernel.Depth * Kernel.Height;

    /// <summary>Lines of an output map.</summary>
    public int OutputRows => Output.Depth * Output.Height;

    /// <summary>Weights of a group.</summary>
    public long GroupWeights => (long)Taps * InputChannels * OutputChannels;

    /// <summary>The sizes of an operator's case, its values dense.</summary>
    public static WeightGradientSizes Of(Ops.ConvolutionWeightGradient op, KernelCase @case)
    {
        Dims input = @case.Inputs[0].Sizes, output = @case.Inputs[1].Sizes;
        var geometry = op.Geometry;
        var sizes = new WeightGradientSizes
        {
            Samples = input[0], Groups = geometry.Groups,
            InputChannels = input[1] / geometry.Groups, OutputChannels = output[1] / geometry.Groups,
            Input = Extent.Of(input.AsSpan()[2..], 1), Output = Extent.Of(output.AsSpan()[2..], 1),
            Kernel = Extent.Of(op.Kernel.AsSpan(), 1), Stride = Extent.Of(geometry.Stride.AsSpan(), 1),
            Padding = Extent.Of(geometry.PadBegin.AsSpan(), 0), Dilation = Extent.Of(geometry.Dilation.AsSpan(), 1),
            InputPitch = input[1], OutputPitch = output[1],
        };
        return sizes.Flattened();
    }

    /// <summary>A map whose only tap meets every pixel, in order, is one line.</summary>
    public WeightGradientSizes Flattened()
    {
        bool flat = Taps == 1 && Input == Output && Stride == new Extent(1, 1, 1) && Padding == default;
        return flat ? this with { Input = new(1, 1, Input.Count), Output = new(1, 1, Output.Count) } : this;
    }

    /// <summary>The image line (of all samples) that a tap reads for an output line (of all samples), or -1 for padding.</summary>
    public int InputRow(int outputRow, int rowTap)
    {
        int sample = outputRow / OutputRows, line = outputRow % OutputRows;
        int depth = line / Output.Height * Stride.Depth + rowTap / Kernel.Height * Dilation.Depth - Padding.Depth;
        int height = line % Output.Height * Stride.Height + rowTap % Kernel.Height * Dilation.Height - Padding.Height;
        bool inside = (uint)depth < (uint)Input.Depth && (uint)height < (uint)Input.Height;
        return inside ? (sample * Input.Depth + depth) * Input.Height + height : -1;
    }
}
