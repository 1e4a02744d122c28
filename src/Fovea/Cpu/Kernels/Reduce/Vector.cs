using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Ops;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Reduce;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>
/// Reductions of float32 over any axes, stage by stage: first the innermost run of reduced axes as rows, then each outer run as columns.
/// Long runs are cut into pieces that join in a binary tree (<see cref="RowReductions"/>, <see cref="ColumnReductions"/>).
/// </summary>
sealed unsafe class Vector<T> : Kernel<Ops.Reduce> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"Reduce.vector.{T.Name}";

    public override string Name => OwnName;

    // In which order axes are summed is how they lie in memory.
    protected override string Recipe(Ops.Reduce op, KernelCase @case) =>
        @case.Inputs[0].Layout.IsRowMajor ? "Reduce.vector" : $"Reduce.vector.{@case.Inputs[0].Layout.Order(@case.Inputs[0].Rank)}";

    protected override bool Supports(Ops.Reduce op, KernelCase @case) =>
        T.IsSupported && @case.Inputs[0].Element == ElementType.Float32 && @case.Inputs[0].Count > 0;

    protected override LayoutRule Layouts(Ops.Reduce op, KernelCase @case) =>
        new([Placement.Any], [Placement.RowMajor]);

    protected override KernelWork Prepare(Ops.Reduce op, KernelCase @case)
    {
        var stages = new ReduceStages(op, @case.Inputs[0]);
        return new([.. stages.Phases.Select(p => p.Pieces)], stages.ScratchFloats * sizeof(float), stages.WalkerFloats * sizeof(float),
            stages);
    }

    protected override void Run(Ops.Reduce op, in KernelCall call)
    {
        // Elements are mapped where they are read; what later phases join is mapped already.
        bool maps = ((ReduceStages)call.Prepared!).Phases[call.Phase].Source == ReduceStages.Input;
        switch (op.How)
        {
            case Reduction.Max: Run(call, default(LargestBody)); break;
            case Reduction.Min: Run(call, default(SmallestBody)); break;
            case Reduction.Product: Run(call, default(ProductBody)); break;
            case Reduction.L1 when maps: Run(call, default(SumOfMagnitudesBody)); break;
            case Reduction.L2 or Reduction.SumOfSquares when maps: Run(call, default(SumOfSquaresBody)); break;
            default: Run(call, default(SumBody)); break;
        }
    }

    static void Run<TBody>(in KernelCall call, TBody body) where TBody : struct, IReduceBody
    {
        var stages = (ReduceStages)call.Prepared!;
        var phase = stages.Phases[call.Phase];
        float* x = Place(phase.Source, call), y = Place(phase.Target, call);
        nint outer = phase.Outer, length = phase.Length, inner = phase.Inner;
        switch (phase.Kind)
        {
            case ReducePhaseKind.Map:
                ElementwiseLoops.Unary<T, MapBody<TBody>>(x, outer, new(body), y);
                break;
            case ReducePhaseKind.Rows:
                nint first = call.Piece * phase.Grain;
                RowReductions.Rows<T, TBody>(x + first * length, Math.Min(phase.Grain, outer - first), length, body, phase.Divisor,
                    y + first);
                break;
            case ReducePhaseKind.RowPieces:
                nint pieces = phase.Cuts, row = call.Piece / pieces, at = call.Piece % pieces * RowReductions.Piece;
                y[call.Piece] = RowReductions.ReducePiece<T, TBody>(x + row * length + at, Math.Min(RowReductions.Piece, length - at),
                    body);
                break;
            case ReducePhaseKind.JoinRows:
                y[call.Piece] = RowReductions.JoinPieces(x + call.Piece * length, length, body) / phase.Divisor;
                break;
            case ReducePhaseKind.Columns:
                Columns(phase, call.Piece, body, x, (float*)call.WalkerScratch, y);
                break;
            case ReducePhaseKind.JoinColumns:
                ColumnReductions.JoinPieces<T, TBody>(x + call.Piece * length * inner, length, inner, body, phase.Divisor,
                    y + call.Piece * inner);
                break;
            case ReducePhaseKind.Root:
                nint start = call.Piece * phase.Grain;
                ElementwiseLoops.Unary<T, SqrtBody>(x + start, Math.Min(phase.Grain, outer - start), default, y + start);
                break;
            case ReducePhaseKind.Order:
                Reorder(stages.Order!, call.Piece, x, y);
                break;
        }
    }

    static void Reorder(BroadcastWalk walk, int piece, float* x, float* y)
    {
        var (row, rows, column, columns) = walk.Piece(piece);
        nint stride = walk.ColumnStride(0);
        for (; rows > 0; rows--, row++)
        {
            float* from = x + walk.Offset(0, row) + column * stride, to = y + row * walk.Columns + column;
            for (nint i = 0; i < columns; i++) to[i] = from[i * stride];
        }
    }

    static void Columns<TBody>(ReducePhase phase, int piece, TBody body, float* x, float* scratch, float* y)
        where TBody : struct, IReduceBody
    {
        // Pieces count over outer, then cuts of the rows, then strips of the columns.
        nint strips = (phase.Inner + phase.Grain - 1) / phase.Grain, strip = piece % strips * phase.Grain;
        nint cut = piece / strips % phase.Cuts, outer = piece / strips / phase.Cuts;
        nint rows = Math.Min(ColumnReductions.Piece, phase.Length - cut * ColumnReductions.Piece);
        nint columns = Math.Min(phase.Grain, phase.Inner - strip);
        float* from = x + (outer * phase.Length + cut * ColumnReductions.Piece) * phase.Inner + strip;
        float* to = y + (outer * phase.Cuts + cut) * phase.Inner + strip;
        ColumnReductions.ReducePiece<T, TBody>(from, rows, columns, phase.Inner, body, scratch, to);
        if (phase.Divisor != 1f) ElementwiseLoops.BinaryScalar<T, DivideBody>(to, phase.Divisor, columns, default, to);
    }

    static float* Place(nint place, in KernelCall call) => place switch
    {
        ReduceStages.Input => (float*)call.Input(0),
        ReduceStages.Output => (float*)call.Output(0),
        _ => (float*)call.Scratch + place,
    };
}
