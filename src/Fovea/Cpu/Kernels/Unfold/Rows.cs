using Fovea.Cpu.Kernels.Convolution;
using Fovea.Graphs;
using Fovea.Runtime;
using Fovea.Tensors;

namespace Fovea.Cpu.Kernels.Unfold;

/// <summary>Unfolds row-major float32 images row by row: each row of columns is one tap's view of a channel.</summary>
sealed unsafe class Rows : Kernel<Ops.Unfold>
{
    // Elements of a piece.
    const int Grain = 16384;

    public override string Name => "Unfold.rows";

    protected override bool Supports(Ops.Unfold op, KernelCase @case) =>
        @case.Inputs[0] is { Element: ElementType.Float32, Count: > 0 } && @case.Outputs[0].Count > 0;

    protected override KernelWork Prepare(Ops.Unfold op, KernelCase @case)
    {
        var rows = new UnfoldedRows(ConvolutionSizes.Of(op.Geometry, op.Kernel, @case.Inputs[0].Sizes));
        return new([VectorKernels.Pieces(Count(@case), RowsOfPiece(rows))], Prepared: rows);
    }

    protected override void Run(Ops.Unfold op, in KernelCall call)
    {
        var rows = (UnfoldedRows)call.Prepared!;
        float* x = (float*)call.Input(0), y = (float*)call.Output(0);
        nint first = call.Piece * RowsOfPiece(rows), end = Math.Min(Count(call.Case), first + RowsOfPiece(rows));
        for (nint row = first; row < end; row++)
            rows.Copy(x + row / rows.Taps * rows.Pixels, (int)(row % rows.Taps), 0, rows.Places, y + row * rows.Places);
    }

    // Rows of all images.
    static nint Count(KernelCase @case) => (nint)@case.Outputs[0].Sizes[0] * @case.Outputs[0].Sizes[1];

    static nint RowsOfPiece(UnfoldedRows rows) => Math.Max(1, Grain / rows.Places);
}
