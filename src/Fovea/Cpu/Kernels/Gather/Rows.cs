using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Gather;

/// <summary>
/// Slices of a row-major value, chosen by indices, such as the rows of an embedding: each is a run of elements before the axis.
/// </summary>
sealed unsafe class Rows : Kernel<Ops.Gather>
{
    // Bytes of a piece.
    const int Grain = 64 * 1024;

    public override string Name => "Gather.rows";

    protected override LayoutRule Layouts(Ops.Gather op, KernelCase @case) => LayoutRule.All(Placement.RowMajor, @case);

    protected override KernelWork Prepare(Ops.Gather op, KernelCase @case)
    {
        var (rows, bytes) = Sizes(op, @case);
        return new([VectorKernels.Pieces(rows, RowsOfPiece(bytes))]);
    }

    protected override void Run(Ops.Gather op, in KernelCall call)
    {
        var (rows, bytes) = Sizes(op, call.Case);
        nint indices = (nint)call.Case.Inputs[1].Count, size = call.Case.Inputs[0].Sizes[op.Axis];
        nint first = call.Piece * RowsOfPiece(bytes), end = Math.Min(rows, first + RowsOfPiece(bytes));
        byte* x = (byte*)call.Input(0), y = (byte*)call.Output(0);
        for (nint row = first; row < end; row++)
        {
            nint index = (nint)GatherBox.Index(call, 1, (int)(row % indices), (int)size);
            Buffer.MemoryCopy(x + (row / indices * size + index) * bytes, y + row * bytes, bytes, bytes);
        }
    }

    /// <summary>The runs of the output, and the bytes of each.</summary>
    static (nint Rows, nint Bytes) Sizes(Ops.Gather op, KernelCase @case)
    {
        var sizes = @case.Inputs[0].Sizes.AsSpan();
        long outer = new Dims(sizes[..op.Axis]).Product(), inner = new Dims(sizes[(op.Axis + 1)..]).Product();
        return ((nint)(outer * @case.Inputs[1].Count), (nint)(inner * @case.Inputs[0].Element.Size()));
    }

    static nint RowsOfPiece(nint bytes) => Math.Max(1, Grain / Math.Max(1, bytes));
}
