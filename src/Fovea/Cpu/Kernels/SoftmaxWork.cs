using Fovea.Tensors;

namespace Fovea.Cpu.Kernels;

/// <summary>A value seen along one axis, as it lies in memory: [outer, length, inner]; and how it is cut.</summary>
sealed class SoftmaxWork
{
    public SoftmaxWork(BoundType x, int axis)
    {
        var order = x.Layout.Order(x.Rank);
        bool after = false;
        (Outer, Length, Inner) = (1, x.Sizes[axis], 1);
        foreach (int other in order)
        {
            if (other == axis) after = true;
            else if (after) Inner *= x.Sizes[other];
            else Outer *= x.Sizes[other];
        }
        // Rows are cut into rows; where the axis is not innermost, each outer block into strips of whole vectors.
        Grain = Inner == 1 ? Math.Max(1, VectorKernels.Grain / Math.Max(1, Length))
            : Math.Max(1, Math.Min(Inner, Math.Max(16, VectorKernels.Grain / Math.Max(1, Length) & ~15)));
        Strips = Inner == 1 ? 1 : Math.Max(1, (Inner + Grain - 1) / Grain);
        Pieces = Inner == 1 ? VectorKernels.Pieces(Outer, Grain) : checked((int)Math.Max(1, Outer * Strips));
    }

    public nint Outer { get; }

    public nint Length { get; }

    public nint Inner { get; }

    /// <summary>Rows of a piece, or elements of a strip.</summary>
    public nint Grain { get; }

    /// <summary>Strips of an outer block.</summary>
    public nint Strips { get; }

    public int Pieces { get; }

    /// <summary>What a piece does: some outer blocks, and of each some of the inner elements.</summary>
    public (nint Outer, nint Outers, nint Inner, nint Inners) Block(int piece)
    {
        if (Inner == 1) return (piece * Grain, Math.Min(Grain, Outer - piece * Grain), 0, 1);
        nint strip = piece % Strips * Grain;
        return (piece / Strips, Math.Min(1, Outer), strip, Math.Min(Grain, Inner - strip));
    }

    /// <summary>
    /// Whether the axis is innermost: sums then run over lanes, else over elements in order. Other bits, so part of the recipe.
    /// </summary>
    public static bool IsInnermost(BoundType x, int axis) => new SoftmaxWork(x, axis).Inner == 1;
}
