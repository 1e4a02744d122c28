using Fovea.Cpu.Simd;
using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.Select;

/// <summary>The vector kernels, widest first.</summary>
static class Vector
{
    public static Kernel[] All { get; } = [new Vector<V512>(), new Vector<V256>(), new Vector<V128>()];
}

/// <summary>x where the condition holds, else y, for elements of four bytes with broadcasting, row by row.</summary>
sealed unsafe class Vector<T> : Kernel<Ops.Select> where T : unmanaged, IVec<T>
{
    static readonly string OwnName = $"Select.vector.{T.Name}";

    public override string Name => OwnName;

    protected override string Recipe(Ops.Select op, KernelCase @case) => "Select.vector";

    protected override bool Supports(Ops.Select op, KernelCase @case) =>
        T.IsSupported && @case.Outputs[0].Bytes == 4 * @case.Outputs[0].Count;

    protected override LayoutRule Layouts(Ops.Select op, KernelCase @case) => LayoutRule.All(Placement.Common, @case);

    protected override KernelWork Prepare(Ops.Select op, KernelCase @case)
    {
        var walk = BroadcastWalk.Of(@case.Outputs[0], @case.Inputs);
        return new([walk.Pieces], Prepared: walk);
    }

    protected override void Run(Ops.Select op, in KernelCall call)
    {
        var walk = (BroadcastWalk)call.Prepared!;
        var (row, rows, column, columns) = walk.Piece(call.Piece);
        nint stepC = walk.ColumnStride(0), stepX = walk.ColumnStride(1), stepY = walk.ColumnStride(2);
        for (; rows > 0; rows--, row++)
        {
            byte* condition = (byte*)call.Input(0) + walk.Offset(0, row) + column * stepC;
            float* x = (float*)call.Input(1) + walk.Offset(1, row) + column * stepX;
            float* y = (float*)call.Input(2) + walk.Offset(2, row) + column * stepY;
            float* to = (float*)call.Output(0) + row * walk.Columns + column;
            if (stepC == 1 && stepX <= 1 && stepY <= 1) ElementwiseLoops.Where<T>(condition, x, stepX, y, stepY, columns, to);
            else
                // Bits, not numbers: the elements may be integers.
                for (nint i = 0; i < columns; i++)
                    ((uint*)to)[i] = condition[i * stepC] != 0 ? ((uint*)x)[i * stepX] : ((uint*)y)[i * stepY];
        }
    }
}
