using System.Collections;
using System.Runtime.CompilerServices;
using Fovea.Errors;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea;

/// <summary>
/// How many pixels are laid around the spatial axes of a window's input: in numbers (one for all, one an axis, or all beginnings and
/// then all ends: <c>padding: [0, 1, 2, 1]</c>), or by a rule that finds them from the sizes. None is <see cref="Valid"/>.
/// </summary>
[CollectionBuilder(typeof(Padding), nameof(Create))]
public readonly record struct Padding : IEnumerable<int>
{
    enum Rule : byte { Explicit, Same, SameLower, Causal, Full }

    readonly Dims _pixels;
    readonly Rule _rule;

    Padding(Rule rule) => _rule = rule;

    /// <summary>Pixels in numbers: one for all, one an axis, or all beginnings and then all ends; none is 0.</summary>
    public Padding(Dims pixels) => _pixels = pixels;

    /// <summary>No padding: windows lie wholly inside.</summary>
    public static Padding Valid => default;

    /// <summary>As many outputs as ⌈size / stride⌉; where the padding is odd, the end has the extra pixel. ONNX: SAME_UPPER.</summary>
    public static Padding Same => new(Rule.Same);

    /// <summary>The same, with the extra pixel at the beginning. ONNX: SAME_LOWER.</summary>
    public static Padding SameLower => new(Rule.SameLower);

    /// <summary>
    /// Sequences only: all padding before the first element, as much as the kernel reaches back, so that no output sees an input after
    /// it; ⌈size / stride⌉ outputs.
    /// </summary>
    public static Padding Causal => new(Rule.Causal);

    /// <summary>The kernel's extent less one at both ends: every window that meets the input in at least one pixel.</summary>
    public static Padding Full => new(Rule.Full);

    /// <summary>The same number around every axis.</summary>
    public static implicit operator Padding(int pixels) => new((Dims)pixels);

    /// <summary>Pixels in numbers.</summary>
    public static implicit operator Padding(Dims pixels) => new(pixels);

    /// <summary>Copies the numbers (for collection expressions).</summary>
    public static Padding Create(ReadOnlySpan<int> pixels) => new(new Dims(pixels));

    /// <summary>Whether it is given in numbers.</summary>
    public bool IsExplicit => _rule == Rule.Explicit;

    /// <summary>The numbers as they were given; none where a rule finds them.</summary>
    public Dims Pixels => _pixels;

    /// <summary>The pixels before and after each spatial axis of an input.</summary>
    /// <param name="sizes">The spatial sizes.</param>
    /// <param name="extents">Pixels from the first tap to the last.</param>
    /// <param name="strides">Pixels from one window to the next, ≥ 1.</param>
    /// <exception cref="ArgumentException">There are too many numbers, or too few; or the rule is not for so many axes.</exception>
    /// <exception cref="ShapeMismatchException">The rule needs a size that is not known.</exception>
    internal (Dims Begin, Dims End) Resolve(ReadOnlySpan<Dim> sizes, ReadOnlySpan<int> extents, Dims strides)
    {
        int rank = sizes.Length;
        if (IsExplicit) return WindowLists.Padding(rank, _pixels);
        CheckRank(rank);
        Dims begin = Dims.Repeat(0, rank), end = begin;
        for (int i = 0; i < rank; i++)
        {
            int reach = extents[i] - 1;
            if (_rule is Rule.Full or Rule.Causal)
            {
                begin = begin.With(i, reach);
                if (_rule == Rule.Full) end = end.With(i, reach);
                continue;
            }
            int total = Missing(sizes[i], Dim.Ceiling(sizes[i], strides[i]), extents[i], strides[i]), half = total / 2;
            begin = begin.With(i, _rule == Rule.Same ? half : total - half);
            end = end.With(i, _rule == Rule.Same ? total - half : half);
        }
        return (begin, end);
    }

    /// <summary>
    /// The padding of the convolution whose transpose makes <paramref name="outputs"/> of <paramref name="inputs"/> by a rule: a causal
    /// one sees no input after its output, so it is cut at the end.
    /// </summary>
    internal (Dims Begin, Dims End) ResolveTransposed(ReadOnlySpan<Dim> inputs, ReadOnlySpan<Dim> outputs, ReadOnlySpan<int> extents,
        Dims strides)
    {
        if (_rule != Rule.Causal) return Resolve(outputs, extents, strides);
        CheckRank(inputs.Length);
        return ([0], [Missing(outputs[0], inputs[0], extents[0], strides[0])]);
    }

    /// <summary>Whether a transposed convolution of stride s gives s times its input, not what the numbers say.</summary>
    internal bool KeepsSize => _rule is Rule.Same or Rule.SameLower or Rule.Causal;

    void CheckRank(int rank)
    {
        if (_rule == Rule.Causal && rank != 1)
            throw new ArgumentException($"Causal padding is for sequences, one spatial axis, not {rank}: give the padding in numbers.");
    }

    /// <summary>How many pixels so many windows need beyond the size.</summary>
    int Missing(Dim size, Dim windows, int extent, int stride)
    {
        Dim missing = Dim.Max((windows - 1) * stride + extent - size, 0);
        return missing.IsKnown ? checked((int)missing.Value) : throw new ShapeMismatchException(
            $"{this} padding at stride {stride} depends on the size {size}, which is not known while tracing: make the axis a constant "
            + "of the function, or give the padding in numbers.");
    }

    /// <summary>The rule's name, or the numbers.</summary>
    public override string ToString() => !IsExplicit ? _rule.ToString() : _pixels.Count == 0 ? "Valid" : _pixels.ToString();

    IEnumerator<int> IEnumerable<int>.GetEnumerator() => _pixels.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _pixels.GetEnumerator();
}
