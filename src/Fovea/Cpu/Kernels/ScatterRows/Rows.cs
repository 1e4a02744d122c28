using Fovea.Graphs;
using Fovea.Runtime;

namespace Fovea.Cpu.Kernels.ScatterRows;

/// <summary>
/// Replaces rows of a row-major value of any type: everything is copied first, unless the result lies where x does; then strips of the
/// rows, in the order of the positions, so that no two pieces meet.
/// </summary>
sealed unsafe class Rows : Kernel<Ops.ScatterRows>
{
    // Bytes of a piece of the copy, and of a strip.
    const int Grain = 128 * 1024, Strip = 512;

    public override string Name => "ScatterRows.rows";

    protected override bool Supports(Ops.ScatterRows op, KernelCase @case) => @case.Inputs[0].Count > 0;

    // Rows that no position names are not read at all.
    protected override bool WritesOver(Ops.ScatterRows op, KernelCase @case, int input, int output) => input == 0;

    protected override KernelWork Prepare(Ops.ScatterRows op, KernelCase @case)
    {
        long row = @case.Inputs[0].Bytes / @case.Inputs[0].Sizes[0];
        return new([VectorKernels.Pieces(@case.Outputs[0].Bytes, Grain), VectorKernels.Pieces(row, Strip)]);
    }

    protected override void Run(Ops.ScatterRows op, in KernelCall call)
    {
        byte* x = (byte*)call.Input(0), rows = (byte*)call.Input(1), y = (byte*)call.Output(0);
        if (call.Phase == 0)
        {
            nint start = (nint)call.Piece * Grain, bytes = (nint)Math.Min(Grain, call.Case.Outputs[0].Bytes - start);
            if (x != y) Buffer.MemoryCopy(x + start, y + start, bytes, bytes);
            return;
        }
        int size = call.Case.Inputs[0].Sizes[0], count = call.Case.Inputs[1].Sizes[0];
        nint row = (nint)(call.Case.Inputs[0].Bytes / size), first = (nint)call.Piece * Strip, part = Math.Min(Strip, row - first);
        for (int k = 0; k < count; k++)
        {
            nint position = (nint)GatherBox.Index(call, 2, k, size);
            Buffer.MemoryCopy(rows + k * row + first, y + position * row + first, part, part);
        }
    }
}
