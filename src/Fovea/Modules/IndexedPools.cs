using System.Globalization;
using Fovea.Tensors;

namespace Fovea.Modules;

/// <summary>
/// The k largest elements of each channel, in the order in which they stand (Kalchbrenner and others, 2014): N, C, L to N, C, k.
/// </summary>
/// <param name="k">How many.</param>
public sealed class KMaxPool1d(int k) : Module
{
    /// <summary>How many elements are kept.</summary>
    public int K => k;

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.KMaxPool(k);

    /// <summary>Among the first so many elements of each sample; zeros follow where they are fewer than k.</summary>
    /// <param name="x">N, C, L.</param>
    /// <param name="lengths">Int64, N.</param>
    /// <returns>N, C, k.</returns>
    public Tensor Forward(Tensor x, Tensor lengths)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(lengths);
        using (Graphs.Scope.Enter(Path.Length == 0 ? Graphs.Scope.Path : Path)) return x.KMaxPool(k, lengths);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"KMaxPool1d({k})");
}

/// <summary>
/// k-max pooling of layer l of L: k = max(kTop, ⌈(L − l) / L · s⌉) for sentences of length s (Kalchbrenner and others, 2014).
/// </summary>
/// <param name="layer">l, from 1 to L; the last keeps kTop.</param>
/// <param name="layers">L, the number of convolutional layers.</param>
/// <param name="kTop">What the last layer keeps.</param>
/// <param name="sentence">s, the length of the network's input; 0: this layer's input.</param>
public sealed class DynamicKMaxPool1d(int layer, int layers, int kTop, int sentence = 0) : Lambda(
    string.Create(CultureInfo.InvariantCulture, $"DynamicKMaxPool1d({layer}/{layers}, {kTop})"),
    x => x.DynamicKMaxPool(layer, layers, kTop, sentence == 0 ? null : (Dim?)sentence));

/// <summary>The largest element of each channel over time (Collobert and others, 2011): N, C, L to N, C.</summary>
public sealed class MaxOverTime : Module
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.MaxOverTime();

    /// <summary>Among the first so many elements of each sample: padding changes nothing. A sample of length 0 gives 0.</summary>
    /// <param name="x">N, C, L.</param>
    /// <param name="lengths">Int64, N.</param>
    /// <returns>N, C.</returns>
    public Tensor Forward(Tensor x, Tensor lengths)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(lengths);
        using (Graphs.Scope.Enter(Path.Length == 0 ? Graphs.Scope.Path : Path)) return x.MaxOverTime(lengths);
    }
}

/// <summary>
/// Puts elements back to where a max pool found them; what the layers for one to three axes share. It takes two inputs:
/// <see cref="Forward(Tensor, Tensor, Shape?)"/>.
/// </summary>
public abstract class MaxUnpoolNd : WindowPool
{
    private protected MaxUnpoolNd(int rank, Dims kernel, Dims stride, Dims padding) : base(rank, kernel, stride, padding, [], false) { }

    /// <summary>The elements at the pixels that the indices name; 0 elsewhere.</summary>
    /// <param name="x">N, C, places.</param>
    /// <param name="indices">Int64, N, C, places: what the pool's ForwardWithIndices gave.</param>
    /// <param name="outputSize">The spatial sizes to go back to; null: the smallest that the pool takes to this one.</param>
    /// <returns>N, C, outputSize.</returns>
    public Tensor Forward(Tensor x, Tensor indices, Shape? outputSize = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        using (Graphs.Scope.Enter(Path.Length == 0 ? Graphs.Scope.Path : Path))
            return Checked(x).MaxUnpool(indices, Kernel, Stride, Padding.Pixels, outputSize);
    }

    /// <summary>Always throws: without the indices nothing can be put back.</summary>
    protected sealed override Tensor Compute(Tensor x) => throw new InvalidOperationException(
        $"{Title} takes the indices that its pool found: call Forward(x, indices), with the pool's ForwardWithIndices.");
}

/// <summary>Puts elements back to where a <see cref="MaxPool1d"/> found them, N, C, L.</summary>
/// <param name="kernel">The pool's kernel.</param>
/// <param name="stride">The pool's stride; none: the kernel.</param>
/// <param name="padding">The pool's padding.</param>
public sealed class MaxUnpool1d(Dims kernel, Dims stride = default, Dims padding = default) : MaxUnpoolNd(1, kernel, stride, padding);

/// <summary>Puts elements back to where a <see cref="MaxPool2d"/> found them, N, C, H, W.</summary>
/// <param name="kernel">The pool's kernel.</param>
/// <param name="stride">The pool's stride; none: the kernel.</param>
/// <param name="padding">The pool's padding.</param>
public sealed class MaxUnpool2d(Dims kernel, Dims stride = default, Dims padding = default) : MaxUnpoolNd(2, kernel, stride, padding);

/// <summary>Puts elements back to where a <see cref="MaxPool3d"/> found them, N, C, D, H, W.</summary>
/// <param name="kernel">The pool's kernel.</param>
/// <param name="stride">The pool's stride; none: the kernel.</param>
/// <param name="padding">The pool's padding.</param>
public sealed class MaxUnpool3d(Dims kernel, Dims stride = default, Dims padding = default) : MaxUnpoolNd(3, kernel, stride, padding);
