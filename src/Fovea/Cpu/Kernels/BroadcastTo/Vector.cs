using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.BroadcastTo;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>Repeats elements of four bytes row by row: a row is one value, a copy, or gathered.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.BroadcastTo> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"BroadcastTo.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.BroadcastTo op, KernelCase @case) => "BroadcastTo.vector";

    protected override bool Supports(Ops.BroadcastTo op, KernelCase @case) =>
        T.IsSupported && @case.Outputs[0].Bytes == 4 * @case.Outputs[0].Count;

    protected override LayoutRule Layouts(Ops.BroadcastTo op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override KernelWork Prepare(Ops.BroadcastTo op, KernelCase @case)
    {
        var walk = BroadcastWalk.Of(@case.Outputs[0], @case.Inputs);
        return new([walk.Pieces], Prepared: walk);
    }

    protected override void Run(Ops.BroadcastTo op, in KernelCall call)
    {
        var walk = (BroadcastWalk)call.Prepared!;
        var (row, rows, column, columns) = walk.Piece(call.Piece);
        nint stride = walk.ColumnStride(0);
        float* to = (float*)call.Output(0) + row * walk.Columns + column;
        for (; rows > 0; rows--, row++, to += walk.Columns)
        {
            float* from = (float*)call.Input(0) + walk.Offset(0, row) + column * stride;
            if (stride == 0) ElementwiseLoops.Fill<T>(*from, columns, to);
            else if (stride == 1) Buffer.MemoryCopy(from, to, columns * sizeof(float), columns * sizeof(float));
            else
                for (nint i = 0; i < columns; i++) to[i] = from[i * stride];
        }
    }
}
