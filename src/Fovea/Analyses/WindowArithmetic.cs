namespace Fovea;

/// <summary>
/// The arithmetic of a window along one axis: which sizes a convolution, a pooling and their transposes give. All fifteen relationships of
/// Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016), are cases of the formulas here.
/// </summary>
/// <param name="Kernel">Taps, K ≥ 1.</param>
/// <param name="Stride">Input pixels from one output to the next, s ≥ 1.</param>
/// <param name="PadBegin">Zeros before the first pixel, ≥ 0.</param>
/// <param name="PadEnd">Zeros after the last pixel, ≥ 0.</param>
/// <param name="Dilation">Input pixels from tap to tap, D ≥ 1.</param>
public readonly record struct WindowArithmetic(int Kernel, int Stride = 1, int PadBegin = 0, int PadEnd = 0, int Dilation = 1)
{
    /// <summary>Taps, K ≥ 1.</summary>
    public int Kernel { get; } = AtLeast(Kernel, 1, nameof(Kernel));

    /// <summary>Input pixels from one output to the next, s ≥ 1.</summary>
    public int Stride { get; } = AtLeast(Stride, 1, nameof(Stride));

    /// <summary>Zeros before the first pixel, ≥ 0.</summary>
    public int PadBegin { get; } = AtLeast(PadBegin, 0, nameof(PadBegin));

    /// <summary>Zeros after the last pixel, ≥ 0.</summary>
    public int PadEnd { get; } = AtLeast(PadEnd, 0, nameof(PadEnd));

    /// <summary>Input pixels from tap to tap, D ≥ 1.</summary>
    public int Dilation { get; } = AtLeast(Dilation, 1, nameof(Dilation));

    /// <summary>The same padding p at both ends.</summary>
    public static WindowArithmetic Padded(int kernel, int padding, int stride = 1, int dilation = 1) =>
        new(kernel, stride, padding, padding, dilation);

    /// <summary>Padding ⌊extent / 2⌋: an odd kernel with stride 1 keeps the size.</summary>
    public static WindowArithmetic Half(int kernel, int stride = 1, int dilation = 1) =>
        Padded(kernel, new WindowArithmetic(kernel, Dilation: dilation).EffectiveKernel / 2, stride, dilation);

    /// <summary>Padding extent − 1: every place where window and input share a pixel gives an output.</summary>
    public static WindowArithmetic Full(int kernel, int stride = 1, int dilation = 1) =>
        Padded(kernel, new WindowArithmetic(kernel, Dilation: dilation).EffectiveKernel - 1, stride, dilation);

    /// <summary>Pixels from the first tap to the last, both included: K′ = K + (K − 1)(D − 1).</summary>
    public int EffectiveKernel => checked(Kernel + (Kernel - 1) * (Dilation - 1));

    /// <summary>The output of a convolution or pooling: o = ⌊(i + p − K′) / s⌋ + 1, p the padding of both ends together.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The window does not fit into the padded input.</exception>
    public int OutputSize(int input)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(input);
        int room = checked(input + PadBegin + PadEnd) - EffectiveKernel;
        return room >= 0 ? room / Stride + 1 : throw new ArgumentOutOfRangeException(nameof(input), input,
            $"The window reaches over {EffectiveKernel} pixels; the input has {input}, and {PadBegin + PadEnd} of padding.");
    }

    /// <summary>The inputs that the last window does not reach: (i + p − K′) mod s. What the transpose must add to come back.</summary>
    public int Unread(int input) => checked(input + PadBegin + PadEnd - EffectiveKernel) - (OutputSize(input) - 1) * Stride;

    /// <summary>
    /// The output of the transposed convolution: (i − 1) · s + K′ − p + a, p the padding of both ends together (it is cut away).
    /// </summary>
    /// <param name="input">The size i that goes into the transposed convolution.</param>
    /// <param name="outputPadding">a, from 0 to less than the stride: which of the sizes that a convolution maps to i comes out.</param>
    /// <exception cref="ArgumentOutOfRangeException">Nothing is left, or the output padding is not less than the stride.</exception>
    public int TransposedOutputSize(int input, int outputPadding = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(input);
        if (outputPadding < 0 || outputPadding >= Stride)
            throw new ArgumentOutOfRangeException(nameof(outputPadding), outputPadding, $"From 0 to less than the stride {Stride}.");
        int size = checked((input - 1) * Stride + EffectiveKernel - PadBegin - PadEnd + outputPadding);
        return size > 0 ? size : throw new ArgumentOutOfRangeException(nameof(input), input,
            $"The padding {PadBegin + PadEnd} cuts away all that the transposed window gives.");
    }

    /// <summary>
    /// The plain convolution that equals the transposed one: unit stride over the input with s − 1 zeros between its pixels, the kernel
    /// rotated, padded by K′ − 1 − p at each end and by a at the last.
    /// </summary>
    /// <param name="input">The size that goes into the transposed convolution.</param>
    /// <param name="outputPadding">As in <see cref="TransposedOutputSize"/>.</param>
    public TransposedEquivalent Transposed(int input, int outputPadding = 0)
    {
        int output = TransposedOutputSize(input, outputPadding);
        return new(Stride - 1, checked((input - 1) * Stride + 1), EffectiveKernel - 1 - PadBegin,
            EffectiveKernel - 1 - PadEnd + outputPadding, output);
    }

    static int AtLeast(int value, int least, string name) => value >= least ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is at least {least}.");
}

/// <summary>A transposed convolution along one axis, seen as a plain one with stride 1 and the same dilation.</summary>
/// <param name="ZerosBetween">Zeros put between neighbouring pixels, s − 1.</param>
/// <param name="StretchedSize">The size with the zeros, (i − 1) · s + 1.</param>
/// <param name="PadBegin">Zeros before it, K′ − 1 − p; negative: so many pixels are cut away.</param>
/// <param name="PadEnd">Zeros after it, K′ − 1 − p + a; negative: so many pixels are cut away.</param>
/// <param name="OutputSize">The size that comes out.</param>
public readonly record struct TransposedEquivalent(int ZerosBetween, int StretchedSize, int PadBegin, int PadEnd, int OutputSize);
