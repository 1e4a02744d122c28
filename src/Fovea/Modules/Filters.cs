using Fovea.Errors;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// Learned filters over one to three spatial axes, with a bias: what <see cref="Conv"/> and <see cref="ConvTranspose"/> share.
/// Input: N, C, spatial; C is inferred when the model is built. Output: N, <see cref="Channels"/>, spatial.
/// </summary>
public abstract class Filters : Module
{
    Variable? _weight, _bias;

    /// <summary>Sets the geometry; lists of one entry hold for every axis.</summary>
    protected Filters(int spatialRank, int channels, Dims kernel, Dims stride, Padding padding, Dims dilation, int groups, bool bias,
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

    /// <summary>From one place of the smaller side to the next, in pixels of the larger side; none is 1.</summary>
    public Dims Stride { get; }

    /// <summary>Pixels around the larger side: in numbers, or by a rule; none is 0.</summary>
    public Padding Padding { get; }

    /// <summary>Pixels from tap to tap; none is 1.</summary>
    public Dims Dilation { get; }

    /// <summary>Groups of channels that do not see each other.</summary>
    public int Groups { get; }

    /// <summary>Whether a bias is added.</summary>
    public bool HasBias { get; }

    /// <summary>How the weight is filled.</summary>
    public Initializer Initializer { get; }

    /// <summary>The weight: for a convolution O, I/groups, kernel; for a transposed one I, O/groups, kernel.</summary>
    /// <exception cref="InvalidOperationException">The model is not built.</exception>
    public Variable Weight => _weight
        ?? throw new InvalidOperationException($"{Title} has no weight yet: call Build(inputShape, seed) on the whole model first.");

    /// <summary>The bias, O, or null.</summary>
    public Variable? Bias => _bias;

    /// <summary>The first two sizes of the weight, for so many input channels.</summary>
    protected abstract (int First, int Second) WeightChannels(int inputs);

    /// <inheritdoc/>
    protected sealed override void CreateParameters(Shape input)
    {
        if (input.Rank != SpatialRank + 2)
            throw new ShapeMismatchException($"{Title} takes N, C and {SpatialRank} spatial axes; the input {input} has {input.Rank} axes: "
                + "Reshape it, or use the layer for as many axes.");
        if (!input[1].IsKnown) throw new ShapeMismatchException($"{Title} needs a known number of channels; the input is {input}.");
        int inputs = (int)input[1];
        if (inputs % Groups != 0)
            throw new ShapeMismatchException($"{Title} cannot share the {inputs} channels of the input {input} among {Groups} groups: "
                + $"groups must divide {inputs} and {Channels}.");
        Span<int> sizes = stackalloc int[Dims.Capacity];
        (sizes[0], sizes[1]) = WeightChannels(inputs);
        Kernel.AsSpan().CopyTo(sizes[2..]);
        _weight = AddParameter("weight", new Dims(sizes[..(SpatialRank + 2)]), Initializer);
        long fanIn = Kernel.Product() * sizes[1];
        _bias = HasBias ? AddParameter("bias", [Channels], Initializer.Bias(fanIn)) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({Channels}, {Kernel})";
}
