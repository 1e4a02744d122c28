using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Relayout;

/// <summary>
/// The layout changes that are copies or transposes of matrices: row-major images to channels-last and back. Elements of any type of four
/// bytes; a plain copy takes elements of any size.
/// </summary>
sealed unsafe class Transpose : Kernel<Runtime.Relayout>
{
    // Rows of the destination in a piece are a multiple of the transposing loop's tile.
    const int Tile = 16;

    public override string Name => "Relayout.transpose";

    protected override bool Supports(Runtime.Relayout op, KernelCase @case) => Plan.Of(@case) is not null;

    protected override LayoutRule Layouts(Runtime.Relayout op, KernelCase @case) =>
        throw new InvalidOperationException("The plan decides the layouts of a relayout.");

    protected override KernelWork Prepare(Runtime.Relayout op, KernelCase @case)
    {
        var plan = Plan.Of(@case)!;
        return new([plan.Pieces], Prepared: plan);
    }

    protected override void Run(Runtime.Relayout op, in KernelCall call)
    {
        var plan = (Plan)call.Prepared!;
        if (plan.Columns == 1)
        {
            // A copy, in bytes.
            nint start = (nint)call.Piece * plan.Grain, count = Math.Min(plan.Grain, plan.Rows - start);
            Buffer.MemoryCopy((byte*)call.Input(0) + start, (byte*)call.Output(0) + start, count, count);
            return;
        }
        nint cuts = (plan.Rows + plan.Grain - 1) / plan.Grain, matrix = call.Piece / cuts, row = call.Piece % cuts * plan.Grain;
        uint* x = (uint*)call.Input(0) + matrix * plan.Rows * plan.Columns, y = (uint*)call.Output(0) + matrix * plan.Rows * plan.Columns;
        TransposeLoops.Transpose(x + row, plan.Columns, Math.Min(plan.Grain, plan.Rows - row), plan.Rows, plan.Columns,
            y + row * plan.Columns);
    }

    /// <summary>Matrices whose destination is [rows, columns]; one column stands for a copy of so many bytes.</summary>
    sealed record Plan(nint Matrices, nint Rows, nint Columns, nint Grain)
    {
        public int Pieces => checked((int)(Matrices * Math.Max(1, (Rows + Grain - 1) / Grain)));

        public static Plan? Of(KernelCase @case)
        {
            var (from, to) = (@case.Inputs[0], @case.Outputs[0]);
            if (from.LiesAs(to.Layout)) return new(1, (nint)to.Bytes, 1, VectorKernels.Grain * 4);
            var walk = BroadcastWalk.Of(to, from);
            if (to.Count == 0 || from.Bytes != to.Count * 4 || walk.Axes > 3) return null;
            nint columns = walk.Columns, rows = walk.GroupRows, matrices = walk.Axes == 3 ? walk.Size(0) : 1;
            if (walk.ColumnStride(0) != rows || walk.RowStride(0) != 1) return null;
            if (walk.Axes == 3 && walk.Stride(0, 0) != rows * columns) return null;
            nint grain = Math.Max(Tile, VectorKernels.Grain / columns & ~(Tile - 1));
            return new(matrices, rows, columns, grain);
        }
    }
}
