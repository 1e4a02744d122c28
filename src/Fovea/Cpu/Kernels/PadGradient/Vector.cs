using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.PadGradient;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// Folds the borders of float32 values in, gathered: each row of the result adds the rows that show it. In whatever layout; a row is what
/// lies together: the axes behind the last padded one, or that one where it is innermost, whose own borders are added one by one.
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.PadGradient> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"PadGradient.vector.{T.Name}";

    public override string Name => OwnName;

    // The order of additions follows the layout's axes.
    protected override string Recipe(Ops.PadGradient op, KernelCase @case) => $"PadGradient.vector.{@case.Inputs[0].Layout}";

    protected override bool Supports(Ops.PadGradient op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32;

    protected override LayoutRule Layouts(Ops.PadGradient op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override KernelWork Prepare(Ops.PadGradient op, KernelCase @case)
    {
        var rows = new FoldedRows(op, @case.Outputs[0], @case.Inputs[0]);
        return new([rows.Pieces], Prepared: rows);
    }

    protected override void Run(Ops.PadGradient op, in KernelCall call)
    {
        var plan = (FoldedRows)call.Prepared!;
        float* from = (float*)call.Input(0), to = (float*)call.Output(0);
        var (first, end) = plan.Piece(call.Piece);
        int axes = plan.Axes.Length;
        int* index = stackalloc int[Dims.Capacity], at = stackalloc int[Dims.Capacity];
        for (nint row = first; row < end; row++)
        {
            float* x = to + row * plan.Row;
            ElementwiseLoops.Fill<T>(0f, plan.Row, x);
            nint rest = row;
            for (int a = axes - 1; a >= 0; a--)
            {
                var (above, place) = Math.DivRem(rest, plan.Axes[a].Sources.Length);
                (index[a], at[a], rest) = ((int)place, 0, above);
            }
            // Every combination of the places that show this row, the last axis fastest.
            for (int a = 0; a >= 0;)
            {
                nint offset = 0;
                bool shown = true;
                for (int i = 0; i < axes && shown; i++)
                {
                    int[] sources = plan.Axes[i].Sources[index[i]];
                    shown = sources.Length > 0;
                    if (shown) offset += sources[at[i]] * plan.Axes[i].Stride;
                }
                if (!shown) break;
                Add(plan, from + offset, x);
                for (a = axes - 1; a >= 0 && ++at[a] == plan.Axes[a].Sources[index[a]].Length; a--) at[a] = 0;
            }
        }
    }

    static void Add(FoldedRows plan, float* from, float* x)
    {
        float* middle = x + plan.First;
        if (plan.Middle > 0) ElementwiseLoops.Binary<T, AddBody>(middle, from + plan.MiddleFrom, plan.Middle, default, middle);
        foreach (var (source, target) in plan.Borders) x[target] += from[source];
    }
}

/// <summary>The rows of a value into which borders are folded.</summary>
sealed class FoldedRows
{
    // Elements of a piece.
    const int Grain = 16384;

    readonly nint _rows, _rowsOfPiece;

    public FoldedRows(Ops.PadGradient op, BoundType x, BoundType y)
    {
        var order = x.Layout.Order(x.Rank);
        Strides strides = y.Strides;
        int inner = x.Rank;
        long row = 1;
        while (inner > 0 && op.Before[order[inner - 1]] == 0 && op.After[order[inner - 1]] == 0) row *= x.Sizes[order[--inner]];
        (Row, Middle, Borders) = ((nint)row, (nint)row, []);
        if (row == 1 && inner > 0)
        {
            // Borders of the innermost axis lie in the row itself.
            int axis = order[--inner], size = x.Sizes[axis], before = op.Before[axis];
            Row = size;
            var segments = Pad.PadSegment.Of(op.Mode, axis, size, before, op.After[axis]);
            int first = Math.Max(0, -before), last = size + Math.Min(0, op.After[axis]);
            (First, MiddleFrom, Middle) = (first, first + before, Math.Max(0, last - first));
            Borders = [.. segments.Where(s => s.To != first + before || s.Count != Middle)
                .SelectMany(s => Enumerable.Range(0, s.Count).Select(i => (s.To + i, s.From + i * s.Step)))];
        }
        Axes = [.. Enumerable.Range(0, inner).Select(i =>
        {
            int axis = order[i];
            return new FoldedAxis(Sources(op, axis, x.Sizes[axis], y.Sizes[axis]), (nint)strides[axis]);
        })];
        _rows = 1;
        foreach (var axis in Axes) _rows *= axis.Sources.Length;
        if (Row == 0) _rows = 0;
        _rowsOfPiece = Math.Max(1, Grain / Math.Max(1, Row));
        Pieces = VectorKernels.Pieces(_rows, _rowsOfPiece);
    }

    /// <summary>The axes outside a row, outermost first.</summary>
    public FoldedAxis[] Axes { get; }

    /// <summary>Elements of a row of the result.</summary>
    public nint Row { get; }

    /// <summary>Where in a row the elements begin that come over as they lie, and how many.</summary>
    public nint First { get; }

    /// <inheritdoc cref="First"/>
    public nint Middle { get; }

    /// <summary>Where they lie in the padded row.</summary>
    public nint MiddleFrom { get; }

    /// <summary>Elements of a padded row's own borders, and what they show.</summary>
    public (int Source, int Target)[] Borders { get; }

    /// <summary>How many pieces.</summary>
    public int Pieces { get; }

    /// <summary>The rows of a piece.</summary>
    public (nint First, nint End) Piece(int piece) => (piece * _rowsOfPiece, Math.Min(_rows, (piece + 1) * _rowsOfPiece));

    static int[][] Sources(Ops.PadGradient op, int axis, int size, int padded)
    {
        Pad.PadSegment.Check(op.Mode, axis, size, op.Before[axis], op.After[axis]);
        var lists = new List<int>[size];
        for (int i = 0; i < size; i++) lists[i] = [];
        for (int place = 0; place < padded; place++) lists[Pad.PadSegment.Source(op.Mode, place - op.Before[axis], size)].Add(place);
        return [.. lists.Select(list => list.ToArray())];
    }
}

/// <summary>An axis into which borders are folded.</summary>
/// <param name="Sources">For each of its places those of the padded axis that show it, ascending.</param>
/// <param name="Stride">From one to the next in the padded value.</param>
sealed record FoldedAxis(int[][] Sources, nint Stride);
