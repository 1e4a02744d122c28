using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// A convolution over one to three spatial axes; input channels are inferred. Parameters: weight O, I/groups, kernel; bias O.
/// </summary>
public abstract class Conv : Module
{
    Variable? _weight, _bias;

    /// <summary>Sets the geometry; lists of one entry hold for every axis.</summary>
    protected Conv(int spatialRank, int channels, Dims kernel, Dims stride, Dims padding, Dims dilation, int groups, bool bias,
        Initializer? initializer)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groups);
        SpatialRank = spatialRank;
        Channels = channels;
        Kernel = kernel.Count == 1 ? Dims.Repeat(kernel[0], spatialRank) : kernel;
        if (Kernel.Count != spatialRank)
            throw new ArgumentException($"The kernel {kernel} has {kernel.Count} sizes; {GetType().Name} takes 1 or {spatialRank}.");
        if (channels % groups != 0) throw new ArgumentException($"{channels} output channels cannot be shared among {groups} groups.");
        Stride = stride;
        Padding = padding;
        Dilation = dilation;
        Groups = groups;
        HasBias = bias;
        Initializer = initializer ?? Initializer.He;
    }

    /// <summary>How many spatial axes.</summary>
    public int SpatialRank { get; }

    /// <summary>Output channels.</summary>
    public int Channels { get; }

    /// <summary>The kernel's sizes.</summary>
    public Dims Kernel { get; }

    /// <summary>From one output pixel to the next, in input pixels.</summary>
    public Dims Stride { get; }

    /// <summary>Zeros around the input: one for all, one an axis, or all beginnings and then all ends.</summary>
    public Dims Padding { get; }

    /// <summary>Pixels from tap to tap.</summary>
    public Dims Dilation { get; }

    /// <summary>Groups of channels that do not see each other.</summary>
    public int Groups { get; }

    /// <summary>Whether a bias is added.</summary>
    public bool HasBias { get; }

    /// <summary>How the weight is filled.</summary>
    public Initializer Initializer { get; }

    /// <summary>The weight, O, I/groups, kernel.</summary>
    public Variable Weight => _weight
        ?? throw new InvalidOperationException($"{Title} has no weight yet: call Build(inputShape, seed) on the whole model first.");

    /// <summary>The bias, O, or null.</summary>
    public Variable? Bias => _bias;

    /// <inheritdoc/>
    protected override void CreateParameters(Shape input)
    {
        if (input.Rank != SpatialRank + 2)
            throw new Errors.ShapeMismatchException(
                $"{Title} takes N, C and {SpatialRank} spatial axes; the input {input} has {input.Rank} axes.");
        int inputs = (int)input[1];
        if (inputs % Groups != 0)
            throw new Errors.ShapeMismatchException(
                $"{Title}: {inputs} input channels cannot be shared among {Groups} groups (input {input}).");
        Span<int> sizes = stackalloc int[Dims.Capacity];
        sizes[0] = Channels;
        sizes[1] = inputs / Groups;
        Kernel.AsSpan().CopyTo(sizes[2..]);
        _weight = AddParameter("weight", new Dims(sizes[..(SpatialRank + 2)]), Initializer);
        _bias = HasBias ? AddParameter("bias", [Channels], Initializer.Zeros) : null;
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) =>
        x.Convolution(Weight.Read(), _bias?.Read(), Stride, Padding, Dilation, Groups);

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({Channels}, {Kernel})";
}

/// <summary>Convolution over sequences N, C, L.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps.</param>
/// <param name="stride">From one output to the next.</param>
/// <param name="padding">Zeros at both ends, or begin and end.</param>
/// <param name="dilation">Steps from tap to tap.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether a bias is added.</param>
/// <param name="initializer">How the weight is filled; He if null.</param>
public sealed class Conv1d(
    int channels, int kernel, int stride = 1, Dims padding = default, int dilation = 1, int groups = 1, bool bias = true,
    Initializer? initializer = null) : Conv(1, channels, [kernel], [stride], padding, [dilation], groups, bias, initializer);

/// <summary>Convolution over images N, C, H, W.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps: height and width, or one for both.</param>
/// <param name="stride">From one output pixel to the next.</param>
/// <param name="padding">Zeros around the image.</param>
/// <param name="dilation">Pixels from tap to tap.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether a bias is added.</param>
/// <param name="initializer">How the weight is filled; He if null.</param>
public sealed class Conv2d(
    int channels, Dims kernel, Dims stride = default, Dims padding = default, Dims dilation = default, int groups = 1,
    bool bias = true, Initializer? initializer = null) : Conv(2, channels, kernel, stride, padding, dilation, groups, bias, initializer);

/// <summary>Convolution over volumes N, C, D, H, W.</summary>
/// <param name="channels">Output channels.</param>
/// <param name="kernel">Taps: three, or one for all.</param>
/// <param name="stride">From one output to the next.</param>
/// <param name="padding">Zeros around the volume.</param>
/// <param name="dilation">Steps from tap to tap.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether a bias is added.</param>
/// <param name="initializer">How the weight is filled; He if null.</param>
public sealed class Conv3d(
    int channels, Dims kernel, Dims stride = default, Dims padding = default, Dims dilation = default, int groups = 1,
    bool bias = true, Initializer? initializer = null) : Conv(3, channels, kernel, stride, padding, dilation, groups, bias, initializer);
