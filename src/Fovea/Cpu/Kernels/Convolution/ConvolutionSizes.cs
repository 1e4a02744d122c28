namespace Fovea.Cpu.Kernels.Convolution;

/// <summary>Three spatial sizes; one- and two-dimensional convolutions have 1 in the outer ones.</summary>
internal readonly record struct Spatial(int Depth, int Height, int Width)
{
    /// <summary>One in every direction.</summary>
    public static Spatial One => new(1, 1, 1);

    /// <summary>How many points.</summary>
    public int Count => Depth * Height * Width;
}

/// <summary>The numbers of one convolution, as a kernel wants them: the input is cross-correlated with the kernel into the output.</summary>
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
}
