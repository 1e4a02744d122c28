using Fovea.Cpu.Simd;
using Fovea.Ops;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Reduce;

/// <summary>What a phase of a reduction does with [outer, length, inner].</summary>
enum ReducePhaseKind : byte
{
    /// <summary>Nothing is joined: the elements are mapped.</summary>
    Map,
    /// <summary>Whole rows: [outer, length] to [outer].</summary>
    Rows,
    /// <summary>Rows in pieces: [outer, length] to [outer, cuts].</summary>
    RowPieces,
    /// <summary>The pieces of rows: [outer, length] to [outer].</summary>
    JoinRows,
    /// <summary>Columns in pieces: [outer, length, inner] to [outer, cuts, inner].</summary>
    Columns,
    /// <summary>The pieces of columns: [outer, length, inner] to [outer, inner].</summary>
    JoinColumns,
    /// <summary>The results' roots.</summary>
    Root,
    /// <summary>The results, which lie in the input's order of axes, into logical order.</summary>
    Order,
}

/// <summary>One phase.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Outer">The outer size.</param>
/// <param name="Length">The size that is reduced.</param>
/// <param name="Inner">The inner size.</param>
/// <param name="Cuts">Into how many pieces the length is cut.</param>
/// <param name="Grain">How many rows, or columns, make a piece of work.</param>
/// <param name="Pieces">How many pieces of work.</param>
/// <param name="Divisor">By what the results are divided: 1, or for a mean's last phase the count.</param>
/// <param name="Source">Where it reads: a place.</param>
/// <param name="Target">Where it writes: a place.</param>
sealed record ReducePhase(ReducePhaseKind Kind, nint Outer, nint Length, nint Inner, nint Cuts, nint Grain, int Pieces, float Divisor,
    nint Source, nint Target);

/// <summary>
/// The phases of a reduction over any axes, for one layout of the input. A place is <see cref="Input"/>, <see cref="Output"/> or floats
/// into the scratch.
/// </summary>
sealed class ReduceStages
{
    /// <summary>The kernel's input.</summary>
    public const int Input = -1;

    /// <summary>The kernel's output.</summary>
    public const int Output = -2;

    readonly List<ReducePhase> _phases = [];

    public ReduceStages(Ops.Reduce op, BoundType input)
    {
        var groups = Groups(op, input);
        float count = op.How == Reduction.Mean ? Count(op, input) : 1f;
        int left = groups.Count(g => g.Reduced);
        nint results = 1, source = Input;
        foreach (var group in groups)
            if (!group.Reduced) results *= group.Size;
        Order = InOrder(op, input);
        nint last = Order is null ? Output : Take(results);
        if (left == 0)
            _phases.Add(new(ReducePhaseKind.Map, results, 1, 1, 1, results, 1, 1f, Input, last));
        for (; left > 0; left--)
        {
            int at = groups.FindLastIndex(g => g.Reduced);
            nint outer = 1, inner = 1;
            for (int i = 0; i < at; i++) outer *= groups[i].Size;
            for (int i = at + 1; i < groups.Count; i++) inner *= groups[i].Size;
            nint target = left == 1 ? last : Take(outer * inner);
            float divisor = left == 1 ? count : 1f;
            if (inner == 1) Rows(outer, groups[at].Size, divisor, source, target);
            else Columns(outer, groups[at].Size, inner, divisor, source, target);
            source = target;
            groups.RemoveAt(at);
        }
        if (op.How == Reduction.L2)
        {
            int pieces = VectorKernels.Pieces(results);
            _phases.Add(new(ReducePhaseKind.Root, results, 1, 1, 1, VectorKernels.Grain, pieces, 1f, last, last));
        }
        if (Order is not null) _phases.Add(new(ReducePhaseKind.Order, results, 1, 1, 1, results, Order.Pieces, 1f, last, Output));
    }

    /// <summary>How the results are put into logical order; null where they are.</summary>
    public BroadcastWalk? Order { get; }

    public IReadOnlyList<ReducePhase> Phases => _phases;

    /// <summary>Floats that all pieces share.</summary>
    public nint ScratchFloats { get; private set; }

    /// <summary>Floats of each worker.</summary>
    public nint WalkerFloats { get; private set; }

    static BroadcastWalk? InOrder(Ops.Reduce op, BoundType input)
    {
        Span<int> sizes = stackalloc int[Dims.Capacity], place = stackalloc int[Dims.Capacity], order = stackalloc int[Dims.Capacity];
        int rank = 0, next = 0;
        for (int axis = 0; axis < input.Rank; axis++)
        {
            if (op.Axes.AsSpan().Contains(axis)) continue;
            (sizes[rank], place[axis]) = (input.Sizes[axis], rank);
            rank++;
        }
        foreach (int axis in input.Layout.Order(input.Rank))
            if (!op.Axes.AsSpan().Contains(axis)) order[next++] = place[axis];
        var kept = new BoundType(input.Element, new(sizes[..rank]), Layout.Of(new(order[..rank])));
        return kept.LiesAs(Layout.RowMajor) ? null : BroadcastWalk.Of(kept with { Layout = Layout.RowMajor }, kept);
    }

    void Rows(nint outer, nint length, float divisor, nint source, nint target)
    {
        // Long rows in pieces, unless there are rows enough to share: the bits are the same.
        if (length < 2 * RowReductions.Piece || outer >= 64)
        {
            nint grain = Math.Max(1, VectorKernels.Grain / length);
            _phases.Add(new(ReducePhaseKind.Rows, outer, length, 1, 1, grain, VectorKernels.Pieces(outer, grain), divisor, source, target));
            return;
        }
        nint cuts = (length + RowReductions.Piece - 1) / RowReductions.Piece, partial = Take(outer * cuts);
        _phases.Add(new(ReducePhaseKind.RowPieces, outer, length, 1, cuts, 1, checked((int)(outer * cuts)), 1f, source, partial));
        _phases.Add(new(ReducePhaseKind.JoinRows, outer, cuts, 1, 1, 1, checked((int)outer), divisor, partial, target));
    }

    void Columns(nint outer, nint length, nint inner, float divisor, nint source, nint target)
    {
        nint cuts = (length + ColumnReductions.Piece - 1) / ColumnReductions.Piece;
        // Strips of whole cache lines, wide enough for some microseconds of work.
        nint strip = Math.Max(64, (VectorKernels.Grain / Math.Min(length, ColumnReductions.Piece) + 63) & ~63);
        strip = Math.Min(strip, inner);
        int pieces = checked((int)(outer * cuts * ((inner + strip - 1) / strip)));
        WalkerFloats = Math.Max(WalkerFloats, ColumnReductions.ScratchFloats(strip));
        if (cuts == 1)
        {
            _phases.Add(new(ReducePhaseKind.Columns, outer, length, inner, 1, strip, pieces, divisor, source, target));
            return;
        }
        nint partial = Take(outer * cuts * inner);
        _phases.Add(new(ReducePhaseKind.Columns, outer, length, inner, cuts, strip, pieces, 1f, source, partial));
        _phases.Add(new(ReducePhaseKind.JoinColumns, outer, cuts, inner, 1, inner, checked((int)outer), divisor, partial, target));
    }

    nint Take(nint floats)
    {
        nint place = ScratchFloats;
        ScratchFloats += (floats + 15) & ~15;
        return place;
    }

    /// <summary>The axes as they lie in memory, those of size 1 dropped, neighbours of a kind merged.</summary>
    static List<(nint Size, bool Reduced)> Groups(Ops.Reduce op, BoundType input)
    {
        List<(nint Size, bool Reduced)> groups = [];
        foreach (int axis in input.Layout.Order(input.Rank))
        {
            nint size = input.Sizes[axis];
            if (size == 1) continue;
            bool reduced = op.Axes.AsSpan().Contains(axis);
            if (groups.Count > 0 && groups[^1].Reduced == reduced) groups[^1] = (groups[^1].Size * size, reduced);
            else groups.Add((size, reduced));
        }
        return groups;
    }

    static float Count(Ops.Reduce op, BoundType input)
    {
        long count = 1;
        foreach (int axis in op.Axes.AsSpan()) count *= input.Sizes[axis];
        return count;
    }
}
