using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Fovea.Tensors;

namespace Fovea.Graphs;

/// <summary>Whether algorithms that round differently (Winograd) are allowed. Precision is never lowered.</summary>
public enum Numerics
{
    /// <summary>Algorithms may be swapped within their stated error.</summary>
    Fast,
    /// <summary>Direct sums only.</summary>
    Exact,
}

/// <summary>What a kernel may look at when it is chosen: types, sizes, layouts and numerics; never threads.</summary>
/// <param name="Inputs">The inputs.</param>
/// <param name="Outputs">The outputs.</param>
/// <param name="Numerics">What the plan allows.</param>
public sealed record KernelCase(BoundType[] Inputs, BoundType[] Outputs, Numerics Numerics = Numerics.Fast)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Text(Inputs)} -> {Text(Outputs)}";

    static string Text(BoundType[] types) => string.Join(", ", types.Select(type => $"{type.Element} {type.Sizes}"));
}

/// <summary>
/// What a running kernel gets: addresses, sizes, and which piece of its work to do. It lives on the stack; nothing is allocated.
/// Inputs and outputs of a step never overlap, but where the kernel declared that it works in place.
/// </summary>
public readonly ref struct KernelCall
{
    readonly ReadOnlySpan<nint> _addresses;     // the plan's values
    readonly ReadOnlySpan<int> _values;         // which of them are the inputs, then the outputs

    internal KernelCall(KernelCase @case, ReadOnlySpan<nint> addresses, ReadOnlySpan<int> values, object? prepared,
        nint scratch, nint walkerScratch, int phase, int piece)
    {
        Case = @case;
        _addresses = addresses;
        _values = values;
        Prepared = prepared;
        Scratch = scratch;
        WalkerScratch = walkerScratch;
        Phase = phase;
        Piece = piece;
    }

    /// <summary>Types, sizes and layouts.</summary>
    public KernelCase Case { get; }

    /// <summary>What the kernel's Prepare left for its runs (cuts, tables); never results.</summary>
    public object? Prepared { get; }

    /// <summary>Memory of this step, shared by all its pieces and phases: 64-byte aligned, undefined at the start.</summary>
    public nint Scratch { get; }

    /// <summary>Memory of the calling worker alone: 64-byte aligned, undefined at the start of every piece.</summary>
    public nint WalkerScratch { get; }

    /// <summary>Which phase: all pieces of one are done before the next begins.</summary>
    public int Phase { get; }

    /// <summary>Which piece of the phase.</summary>
    public int Piece { get; }

    /// <summary>The address of an input.</summary>
    public nint Input(int index) => _addresses[_values[index]];

    /// <summary>The address of an output.</summary>
    public nint Output(int index) => _addresses[_values[Case.Inputs.Length + index]];

    /// <summary>The elements of an input, in the order of its layout.</summary>
    /// <exception cref="ArgumentException">The elements are of another type.</exception>
    public ReadOnlySpan<T> Source<T>(int index) where T : unmanaged => Span<T>(Input(index), Case.Inputs[index]);

    /// <summary>The elements of an output, in the order of its layout.</summary>
    /// <exception cref="ArgumentException">The elements are of another type.</exception>
    public Span<T> Target<T>(int index) where T : unmanaged => Span<T>(Output(index), Case.Outputs[index]);

    /// <summary>Elements of the calling worker's memory, undefined at the start of every piece.</summary>
    internal Span<T> Workspace<T>(int count) where T : unmanaged =>
        MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<T>(), WalkerScratch), count);

    static Span<T> Span<T>(nint address, in BoundType type) where T : unmanaged
    {
        type.Element.Check<T>();
        // An address as a reference, without unsafe code: the plan vouches for the memory behind it.
        return MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<T>(), address), checked((int)type.Count));
    }
}
